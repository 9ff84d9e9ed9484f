import assert from "node:assert/strict";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { membershipTimings, type MemberRecord, type MembershipView } from "@entrain/core/membership";
import type { HeartbeatAnswer, MemberOffer, Registry } from "@entrain/ports";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { MembershipLoop } from "./membership-loop.ts";

const offer: MemberOffer = {
  agentId: "a",
  incarnation: 1,
  processId: "p-1",
  host: "h",
  pid: 1,
  address: "127.0.0.1:1",
  opsUrl: "",
  health: 1,
};

/** A registry of one agent in virtual time: a command takes effect in the order of sending, its answer comes `latencyMs` later. */
function slowRegistry({ sleep }: { sleep: (ms: number) => Promise<void> }, latencyMs: number) {
  const registered = new Set<string>();
  const view: MembershipView = { version: 0, members: new Map() };
  const registry: Omit<Registry, "fleet"> = {
    async register(members) {
      for (const { agentId } of members) registered.add(agentId);
      await sleep(latencyMs);
    },
    async heartbeat(beats) {
      const unknown = beats.map(({ agentId }) => agentId).filter((agentId) => !registered.has(agentId));
      const answer: HeartbeatAnswer = { version: 0, unknown, superseded: [] };
      await sleep(latencyMs);
      return answer;
    },
    async leave(agentId) {
      registered.delete(agentId);
      await sleep(latencyMs);
    },
    snapshot: () => Promise.resolve(view),
    changesSince: () => Promise.resolve([]),
    watch: () => () => undefined,
  };
  return { registry, registered };
}

test("R5: of the versions that it reads at once, the last of each first beat is told, and the newest last", async () => {
  const time = createVirtualTime();
  const { registry } = slowRegistry(time, 1);
  const told: (readonly [number, number | "newest" | undefined])[] = [];
  let hint: (version: number) => void = () => undefined;
  const beatOfVersion = [undefined, undefined, 7, 7, 9, 9, undefined];
  const loop = new MembershipLoop({
    registry: {
      ...registry,
      watch(onHint) {
        hint = onHint;
        return () => undefined;
      },
      snapshot: () => Promise.resolve({ version: 1, members: new Map() }),
      changesSince: (from) =>
        Promise.resolve(
          beatOfVersion.slice(from + 1).map((effectiveBeat, index) => {
            const member: MemberRecord = { ...offer, state: "alive", joinedAtMs: 0, changedAtMs: 0 };
            return { version: from + 1 + index, member, effectiveBeat };
          }),
        ),
    },
    clock: time.clock,
    timers: time.timers,
    events: () => undefined,
    timings: membershipTimings({ heartbeatMs: 5_000, deadAfterMs: 15_000 }),
    offers: [],
    takeOver: true,
    healthOf: () => 1,
    riskOf: () => 0,
    onPlaces: ({ version, effectiveBeat }) => told.push([version, effectiveBeat]),
    onView: ({ version }) => told.push([version, "newest"]),
    onSuperseded: () => undefined,
  });
  const starting = loop.start();
  await time.until(starting);
  hint(1);
  await time.advance(1);
  hint(6);
  await time.advance(1);
  assert.deepEqual(told, [
    [1, "newest"],
    [3, 7],
    [5, 9],
    [6, "newest"],
  ]);
  await time.until(loop.stop());
});

/** A loop without agents over a log that the test writes; each reading takes `readMs` and answers what the log held when it was sent. */
function follower({ clock, timers, sleep }: ReturnType<typeof createVirtualTime>, readMs: number) {
  const member: MemberRecord = { ...offer, state: "alive", joinedAtMs: 0, changedAtMs: 0 };
  const store = { version: 1, readings: 0, failures: 0 };
  const seen: number[] = [];
  let hint: (version: number) => void = () => undefined;
  const loop = new MembershipLoop({
    registry: {
      register: () => Promise.resolve(),
      heartbeat: () => Promise.resolve({ version: store.version, unknown: [], superseded: [] }),
      leave: () => Promise.resolve(),
      snapshot: () => Promise.resolve({ version: store.version, members: new Map() }),
      async changesSince(from) {
        const versions = Array.from({ length: store.version - from }, (_, index) => from + 1 + index);
        store.readings += 1;
        await sleep(readMs);
        if (store.failures-- > 0) throw new EntrainError("store-unavailable", "away");
        return versions.map((version) => ({ version, member }));
      },
      watch(onHint) {
        hint = onHint;
        return () => (hint = () => undefined);
      },
    },
    ...{ clock, timers, offers: [], takeOver: true },
    events: () => undefined,
    timings: membershipTimings({ heartbeatMs: 5_000, deadAfterMs: 15_000 }),
    healthOf: () => 1,
    riskOf: () => 0,
    onView: ({ version }) => seen.push(version),
    onSuperseded: () => undefined,
  });
  /** The log goes on to `version`, and says so. */
  const write = (version: number): void => {
    store.version = version;
    hint(version);
  };
  return { loop, store, seen, write, hint: (version: number) => hint(version) };
}

test("what is hinted at while changes are being read is read right after, not at the next heartbeat", async () => {
  const time = createVirtualTime();
  const { loop, store, seen, write } = follower(time, 20);
  await time.until(loop.start());
  write(2);
  await time.advance(5);
  write(3);
  await time.advance(5);
  write(4);
  await time.advance(40);
  assert.deepEqual(seen, [1, 2, 4]);
  assert.equal(store.readings, 2, "one reading for both");
  await time.until(loop.stop());
});

test("a hint is read for once: not where its version has been read already, nor again where its reading fails", async () => {
  const time = createVirtualTime();
  const { loop, store, seen, write, hint } = follower(time, 20);
  await time.until(loop.start());
  store.version = 3;
  hint(2);
  await time.advance(5);
  hint(3);
  await time.advance(1_000);
  assert.deepEqual([store.readings, ...seen], [1, 1, 3]);
  store.failures = 1;
  write(4);
  await time.advance(5);
  write(5);
  await time.advance(1_000);
  assert.equal(store.readings, 2, "the next heartbeat makes up for it");
  await time.advance(4_000);
  assert.equal(seen.at(-1), 5);
  await time.until(loop.stop());
});

test("who leaves at any instant of a registration or a heartbeat has left for good, and no timer stays", async () => {
  for (let stopAtMs = 0; stopAtMs <= 160; stopAtMs += 5) {
    const time = createVirtualTime();
    const { registry, registered } = slowRegistry(time, 20);
    const loop = new MembershipLoop({
      registry,
      clock: time.clock,
      timers: time.timers,
      events: () => undefined,
      timings: membershipTimings({ heartbeatMs: 50 }),
      offers: [offer],
      takeOver: true,
      healthOf: () => 1,
      riskOf: () => 0,
      onView: () => undefined,
      onSuperseded: () => undefined,
    });
    const starting = loop.start().catch(() => undefined);
    await time.advance(stopAtMs);
    await time.until(loop.stop());
    await time.advance(1_000);
    await starting;
    assert.deepEqual([...registered], [], `stopped after ${stopAtMs} ms`);
    assert.equal(time.pendingTimers(), 0, `stopped after ${stopAtMs} ms`);
  }
});
