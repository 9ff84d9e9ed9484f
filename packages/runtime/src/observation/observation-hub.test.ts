import assert from "node:assert/strict";
import { test } from "node:test";
import type { FiredBeat, Observation } from "@entrain/ports";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { createObservationHub } from "./observation-hub.ts";

const beat = (n: number): FiredBeat => ({
  agentId: "a",
  goalVersion: 1,
  beat: n,
  intendedNs: 0,
  firedNs: 1,
  skipped: 0,
});

function hubIn(time: ReturnType<typeof createVirtualTime>) {
  return createObservationHub({
    timers: time.timers,
    standing: () => ({ atNs: time.clock.monoNs(), phases: [], energies: [] }),
    goal: () => undefined,
    strategy: () => "reference",
  });
}

test("an observer sees the state at once and then at a steady pace", async () => {
  const time = createVirtualTime();
  const seen: Observation[] = [];
  const off = hubIn(time).observe((observation) => seen.push(observation));
  assert.equal(seen.length, 1);
  await time.advance(1_000);
  assert.equal(seen.length, 11);
  off();
  await time.advance(1_000);
  assert.ok(seen.length <= 12);
  assert.equal(time.pendingTimers(), 0);
});

test("a second observer sees the state at once as well", () => {
  const time = createVirtualTime();
  const hub = hubIn(time);
  const seen: Observation[] = [];
  hub.observe(() => undefined);
  hub.observe((observation) => seen.push(observation));
  assert.equal(seen.length, 1);
});

test("beats are gathered for a moment, and each is told once", async () => {
  const time = createVirtualTime();
  const hub = hubIn(time);
  const told: FiredBeat[] = [];
  hub.observe((observation) => told.push(...observation.beats));
  for (const n of [1, 2, 3]) hub.beat(beat(n));
  assert.equal(told.length, 0);
  await time.advance(10);
  assert.deepEqual(
    told.map((fired) => fired.beat),
    [1, 2, 3],
  );
  await time.advance(500);
  assert.equal(told.length, 3);
});

test("without an observer nothing is kept", async () => {
  const time = createVirtualTime();
  const hub = hubIn(time);
  hub.beat(beat(1));
  const told: FiredBeat[] = [];
  hub.observe((observation) => told.push(...observation.beats));
  await time.advance(500);
  assert.equal(told.length, 0);
});
