import assert from "node:assert/strict";
import { test } from "node:test";
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
