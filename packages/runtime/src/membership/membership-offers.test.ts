/** What a process tells the registry of its agents, and when: nothing twice that has not changed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { membershipTimings } from "@entrain/core/membership";
import type { Heartbeat, MemberOffer } from "@entrain/ports";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { MembershipLoop } from "./membership-loop.ts";

const place = { processId: "p-1", host: "h", pid: 1, address: "127.0.0.1:1", opsUrl: "" };
const offer: MemberOffer = { agentId: "a", incarnation: 1, health: 1, ...place };

function setUp() {
  const time = createVirtualTime();
  const world = { load: 0, capabilities: ["scan"], failures: 0 };
  const registered: { readonly capabilities: readonly string[] | undefined; readonly joining: boolean | undefined }[] =
    [];
  const heartbeats: (readonly Heartbeat[])[] = [];
  const loop = new MembershipLoop({
    registry: {
      register(members, options) {
        for (const { capabilities } of members) registered.push({ capabilities, joining: options?.joining });
        return Promise.resolve();
      },
      heartbeat(beats) {
        if (world.failures-- > 0) return Promise.reject(new Error("away"));
        heartbeats.push(beats);
        return Promise.resolve({ version: 0, unknown: [], superseded: [] });
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
