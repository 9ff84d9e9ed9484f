import assert from "node:assert/strict";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import type { Act } from "@entrain/core/decision";
import type { RuntimeEvent } from "@entrain/ports";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { createActRecorder } from "./act-recorder.ts";

const act = (index: number): Act => ({
  agentId: "a",
  incidentId: `i-${index}`,
  decisionId: "d",
  action: "cool_down",
  source: "adopted",
  atMs: 0,
});

function recorder() {
  const time = createVirtualTime();
  const recorded: Act[] = [];
  const events: RuntimeEvent[] = [];
  const store = { up: true };
  const ledger = {
    recordActs(acts: readonly Act[]) {
      if (!store.up) return Promise.reject(new EntrainError("store-unavailable", "away"));
      recorded.push(...acts);
      return Promise.resolve();
    },
  };
  const acts = createActRecorder({ ledger, timers: time.timers, events: (event) => events.push(event) });
  return { time, recorded, events, store, acts };
}

test("acts reach the ledger in their order", async () => {
  const { recorded, acts } = recorder();
  for (let index = 0; index < 250; index++) acts.record(act(index));
  await acts.drain();
  assert.deepEqual(
    recorded.map(({ incidentId }) => incidentId),
    Array.from({ length: 250 }, (_, index) => `i-${index}`),
  );
});

test("acts wait while the store is away and are recorded when it is back", async () => {
  const { time, recorded, events, store, acts } = recorder();
  store.up = false;
  acts.record(act(1));
  await time.advance(1_200);
  assert.equal(recorded.length, 0);
  assert.ok(events.some((event) => event.kind === "acts.unrecorded" && event.pending === 1));
  store.up = true;
  await time.advance(600);
  assert.equal(recorded.length, 1);
});

test("beyond the bound the oldest acts are dropped, and it is said how many", async () => {
  const { time, recorded, events, store, acts } = recorder();
  store.up = false;
  for (let index = 0; index < 10_005; index++) acts.record(act(index));
  await time.advance(1_000);
  assert.ok(events.some((event) => event.kind === "acts.unrecorded" && event.dropped === 5));
  store.up = true;
  await time.advance(1_000);
  assert.equal(recorded.length, 10_000);
  assert.equal(recorded[0]?.incidentId, "i-5");
});
