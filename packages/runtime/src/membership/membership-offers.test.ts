/** What a process tells the registry of its agents, and when: nothing twice that has not changed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { membershipTimings } from "@entrain/core/membership";
import type { Heartbeat, MemberOffer } from "@entrain/ports";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { MembershipLoop } from "./membership-loop.ts";

const place = { processId: "p-1", host: "h", pid: 1, address: "127.0.0.1:1", opsUrl: "" };
const offer: MemberOffer = { agentId: "a", incarnation: 1, health: 1, ...place };

function setUp() {
  const time = createVirtualTime();
  const world = { load: 0, capabilities: ["scan"], failures: 0, isFull: false, unknown: [] as string[] };
  const registered: { readonly capabilities: readonly string[] | undefined; readonly joining: boolean | undefined }[] =
    [];
  const heartbeats: (readonly Heartbeat[])[] = [];
  const loop = new MembershipLoop({
    registry: {
      register(members, options) {
        if (world.isFull) return Promise.reject(new EntrainError("resource-exhausted", "the store has no memory left"));
        for (const { capabilities } of members) registered.push({ capabilities, joining: options?.joining });
        return Promise.resolve();
      },
      heartbeat(beats) {
        if (world.failures-- > 0) return Promise.reject(new Error("away"));
        heartbeats.push(beats);
        return Promise.resolve({ version: 0, unknown: world.unknown, superseded: [] });
      },
      leave: () => Promise.resolve(),
      snapshot: () => Promise.resolve({ version: 0, members: new Map() }),
      changesSince: () => Promise.resolve([]),
      watch: () => () => undefined,
    },
    clock: time.clock,
    timers: time.timers,
    events: () => undefined,
    timings: membershipTimings({ heartbeatMs: 500, deadAfterMs: 3_000 }),
    offers: [offer],
    takeOver: true,
    healthOf: () => 1,
    riskOf: () => 0,
    load: () => world.load,
    capabilitiesOf: () => world.capabilities,
    onView: () => undefined,
    onSuperseded: () => undefined,
  });
  const loads = (): readonly (number | undefined)[] => heartbeats.map(([beat]) => beat?.load);
  return { time, world, loop, registered, heartbeats, loads };
}

test("who has just been registered is heard of at the next turn: until then it is joining", async () => {
  const { time, loop, heartbeats } = setUp();
  await time.until(loop.start());
  assert.equal(heartbeats[0]?.length, 0);
  await time.advance(600);
  assert.equal(heartbeats[1]?.[0]?.agentId, "a");
  await time.until(loop.stop());
});

test("a load is told at first, then when it has moved by a step, and again where no answer came", async () => {
  const { time, world, loop, loads } = setUp();
  await time.until(loop.start());
  for (const load of [0.51, 0.55, 0.46, 0.62, 0.62]) {
    world.load = load;
    await time.advance(500);
  }
  assert.deepEqual(loads().slice(1), [0.5, undefined, undefined, 0.6, undefined]);
  world.load = 0.9;
  world.failures = 1;
  await time.advance(1_000);
  assert.equal(loads().at(-1), 0.9, "the first telling of it was lost");
  await time.until(loop.stop());
});

test("an offer that changed is registered once more, by one that has joined already", async () => {
  const { time, world, loop, registered } = setUp();
  await time.until(loop.start());
  await time.advance(2_000);
  world.capabilities = ["resize", "scan"];
  loop.reoffer();
  assert.equal(loop.registered(), true, "it is a member all the while");
  await time.advance(2_000);
  assert.deepEqual(registered, [
    { capabilities: ["scan"], joining: true },
    { capabilities: ["resize", "scan"], joining: false },
  ]);
  await time.until(loop.stop());
});

test("a new offer that the store has no room for stops no sign of life, and is told once there is some", async () => {
  const { time, world, loop, registered, heartbeats } = setUp();
  await time.until(loop.start());
  world.capabilities = ["resize"];
  world.isFull = true;
  loop.reoffer();
  const before = heartbeats.length;
  await time.advance(3_500);
  assert.ok(heartbeats.length >= before + 6, "it goes on beating, or it would be buried");
  assert.equal(loop.registered(), true, "it is a member with its old offer");
  world.isFull = false;
  await time.advance(1_000);
  assert.deepEqual(
    registered.map(({ capabilities }) => capabilities),
    [["scan"], ["resize"]],
  );
  await time.until(loop.stop());
});

test("where the store has lost one agent and has no room for it, the others go on beating", async () => {
  const { time, world, loop, heartbeats } = setUp();
  await time.until(loop.start());
  world.isFull = true;
  world.unknown = ["a"];
  const before = heartbeats.length;
  await time.advance(3_500);
  assert.ok(heartbeats.length >= before + 6, "what is sent of all goes on");
  assert.equal(loop.registered(), false);
  world.isFull = false;
  world.unknown = [];
  await time.advance(1_000);
  assert.equal(loop.registered(), true);
  await time.until(loop.stop());
});
