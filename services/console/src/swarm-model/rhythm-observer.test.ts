import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { coherence, phaseOfCycle } from "@entrain/core/rhythm";
import { at, beatOf, epochUnixMs, goalOf, memberOf, observationOf, sampleOf } from "../testing/facts.ts";
import { runObserved } from "../testing/observed-swarm.ts";
import { createRhythmObserver } from "./rhythm-observer.ts";

const [a, b, c] = [memberOf("a"), memberOf("b"), memberOf("c")];

function observerOf(...members: (typeof a)[]) {
  const observer = createRhythmObserver();
  observer.members(at(0), { alive: members, listed: members, aliveChanged: true });
  return observer;
}

test("before anything was observed every number is null", () => {
  assert.deepEqual(observerOf(a).view(), {
    goal: null,
    strategy: null,
    coherence: null,
    maxGapRatio: null,
    peakLoad: null,
    spreadMs: { p50: null, p99: null },
    cadenceErrorPpm: null,
    converged: false,
    convergedAfterMs: null,
  });
});

test("R3: a swarm in step converges one window after the goal took effect", () => {
  const observer = observerOf(a, b);
  runObserved(observer, [{ member: a }, { member: b, ahead: 0.002 }], { from: 0, until: 5 });
  assert.equal(observer.view().converged, false);
  runObserved(observer, [{ member: a }, { member: b, ahead: 0.002 }], { from: 5, until: 5.2 });
  const view = observer.view();
  assert.equal(view.converged, true);
  assert.ok(view.convergedAfterMs !== null && view.convergedAfterMs <= 101, String(view.convergedAfterMs));
  assert.equal(view.strategy, "reference");
  assert.equal(view.goal?.periodMs, 1_000);
  assert.ok(Math.abs((view.spreadMs.p50 ?? 0) - 2) < 1e-3, "2 ms apart");
  assert.ok(Math.abs(view.cadenceErrorPpm ?? 1e9) < 1e-3);
  assert.equal(view.peakLoad, 2);
});

test("phases are brought to one instant: observations of different age do not blur the coherence", () => {
  const phases = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 2, maxLength: 8 });
  const ages = fc.array(fc.double({ min: 0, max: 0.9, noNaN: true }), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(phases, ages, (cycles, agesSeconds) => {
      const members = cycles.map((_, index) => memberOf(`a${index}`));
      const observer = observerOf(...members);
      for (const [index, cycle] of cycles.entries()) {
        const seconds = 10 - (agesSeconds[index] ?? 0);
        const sample = sampleOf(`a${index}`, cycle + seconds);
        observer.observe(at(10), observationOf(seconds, { phases: [sample] }));
      }
      observer.tick(at(10));
      const expected = coherence(cycles.map(phaseOfCycle)) ?? 0;
      assert.ok(Math.abs((observer.view().coherence ?? -1) - expected) < 1e-9);
    }),
  );
});

test("a join, a goal and a death begin the window anew", () => {
  const observer = observerOf(a, b);
  const lines = [{ member: a }, { member: b }];
  runObserved(observer, lines, { from: 0, until: 6 });
  assert.equal(observer.view().converged, true);
  observer.members(at(6), { alive: [a, b, c], listed: [a, b, c], aliveChanged: true });
  assert.deepEqual([observer.view().converged, observer.view().convergedAfterMs], [false, null]);
  runObserved(observer, [...lines, { member: c }], { from: 6, until: 11 });
  assert.equal(observer.view().converged, false);
  runObserved(observer, [...lines, { member: c }], { from: 11, until: 11.2 });
  assert.equal(observer.view().converged, true);
  assert.ok(Math.abs((observer.view().convergedAfterMs ?? 0) - 6_000) <= 101);
  observer.goal(at(12), goalOf({ goalVersion: 2, periodNs: 5e8, anchorBeat: 12, effectiveBeat: 12 }));
  assert.equal(observer.view().converged, false);
});

test("a disturbance is told with its floor, and with the time until the order held and until the swarm had converged", () => {
  const observer = observerOf(a, b);
  const lines = [{ member: a }, { member: b }];
  runObserved(observer, lines, { from: 0, until: 6 });
  assert.equal(observer.recoveries().length, 1);
  observer.members(at(6), { alive: [a, b, c], listed: [a, b, c], aliveChanged: true });
  runObserved(observer, [...lines, { member: c, ahead: 0.5 }], { from: 6, until: 8 });
  const [open] = observer.recoveries();
  assert.deepEqual([open?.disturbedAt, open?.heldAfterMs, open?.convergedAfterMs], [epochUnixMs + 6_000, null, null]);
  runObserved(observer, [...lines, { member: c }], { from: 8, until: 15 });
  const [latest, first] = observer.recoveries();
  assert.equal(observer.recoveries().length, 2);
  assert.ok(Math.abs((latest?.worst ?? 1) - 1 / 3) < 0.01, `the floor is ${latest?.worst}`);
  assert.ok(Math.abs((latest?.heldAfterMs ?? 0) - 2_000) <= 101, String(latest?.heldAfterMs));
  assert.ok((latest?.convergedAfterMs ?? 0) >= 2_000 && (latest?.convergedAfterMs ?? 1e9) < 4_000);
  assert.ok(first !== undefined && first.convergedAfterMs !== null && first.convergedAfterMs <= 201);
});

test("an alive agent that is silent for a second is unknown, and nothing is converged without it", () => {
  const observer = observerOf(a, b);
  const lines = [{ member: a }, { member: b, silent: { from: 6, until: 8 } }];
  runObserved(observer, lines, { from: 0, until: 6.8 });
  assert.equal(observer.view().converged, true, "heard less than a second ago");
  runObserved(observer, lines, { from: 6.8, until: 7.5 });
  assert.equal(observer.view().converged, false);
  assert.equal(observer.agent(at(7.5), b).phaseRad, null);
  assert.notEqual(observer.agent(at(7.5), a).phaseRad, null);
  runObserved(observer, lines, { from: 7.5, until: 12.9 });
  assert.equal(observer.view().converged, false, "a whole window after it is heard again");
  runObserved(observer, lines, { from: 12.9, until: 13.3 });
  assert.equal(observer.view().converged, true);
});

test("agents out of step, or off the commanded period, do not converge", () => {
  for (const fault of [{ ahead: 0.3 }, { ahead: 0.02 }]) {
    const observer = observerOf(a, b);
    runObserved(observer, [{ member: a }, { member: b, ...fault }], { from: 0, until: 8 });
    assert.equal(observer.view().converged, false, JSON.stringify(fault));
  }
  const slow = observerOf(a, b);
  runObserved(
    slow,
    [
      { member: a, rate: 0.999 },
      { member: b, rate: 0.999 },
    ],
    { from: 0, until: 8 },
  );
  assert.equal(slow.view().converged, false);
  assert.ok(Math.abs((slow.view().cadenceErrorPpm ?? 0) - 1_001) < 1);
});

test("a goal counts from the beat at which it takes effect; before it the old period holds", () => {
  const observer = observerOf(a);
  runObserved(observer, [{ member: a }], { from: 0, until: 10 });
  const next = goalOf({ goalVersion: 2, periodNs: 5e8, anchorBeat: 0, effectiveBeat: 12 });
  const sample = (seconds: number, cycle: number) =>
    observer.observe(at(seconds), observationOf(seconds, { goal: next, phases: [sampleOf("a", cycle)] }));
  const [changed] = sample(10, 10);
  assert.equal(changed?.type, "goal.changed");
  assert.deepEqual(changed.data, { ...next, periodMs: 500 });
  assert.equal(observer.agent(at(10.5), a).periodMs, 1_000);
  assert.ok(Math.abs((observer.agent(at(10.5), a).phaseRad ?? 0) - Math.PI) < 1e-9);
  for (let tenth = 101; tenth < 170; tenth++) {
    const seconds = tenth / 10;
    const cycle = seconds < 12 ? seconds : 12 + (seconds - 12) * 2;
    sample(seconds, cycle);
    if (seconds >= 12 && Math.abs(cycle - Math.round(cycle)) < 1e-9)
      observer.observe(
        at(seconds),
        observationOf(seconds, { goal: next, beats: [beatOf("a", Math.round(cycle), seconds, { goalVersion: 2 })] }),
      );
    observer.tick(at(seconds));
  }
  assert.equal(observer.agent(at(16.9), a).periodMs, 500);
  assert.equal(observer.view().converged, true);
  assert.ok((observer.view().convergedAfterMs ?? 1e9) <= 101, "from beat 12 on, not from the change of the record");
});

test("an older goal is ignored, until the store may have lost its goals", () => {
  const observer = observerOf(a);
  observer.observe(at(0), observationOf(0, { goal: goalOf({ goalVersion: 5 }) }));
  assert.deepEqual(observer.goal(at(1), goalOf({ goalVersion: 4 })), []);
  observer.resetGoal();
  assert.equal(observer.goal(at(1), goalOf({ goalVersion: 1, periodNs: 2e8 })).length, 1);
  assert.equal(observer.view().goal?.goalVersion, 1);
});

test("a beat carries wall-clock instants with fractions, from the monotonic clock", () => {
  const observer = observerOf(a);
  const beat = beatOf("a", 3, 2.9, { intendedNs: 2.8995e9 });
  const [event] = observer.observe(at(3), observationOf(3, { beats: [beat] }));
  assert.deepEqual(event, {
    type: "beat",
    data: { agentId: "a", goalVersion: 1, beat: 3, intendedAt: epochUnixMs + 2_899.5, firedAt: epochUnixMs + 2_900 },
  });
  assert.equal(observer.agent(at(3), a).lastBeatAt, epochUnixMs + 2_900);
});

test("an agent that has not joined the rhythm, or an older life of it, has no phase", () => {
  const observer = observerOf(a, memberOf("b", { incarnation: 2 }));
  const phases = [sampleOf("a", 0.5, { lineage: undefined }), sampleOf("b", 0.5, { incarnation: 1 })];
  observer.observe(at(1), observationOf(1, { phases }));
  observer.tick(at(1));
  assert.equal(observer.agent(at(1), a).phaseRad, null);
  assert.equal(observer.agent(at(1), a).strategy, null);
  assert.equal(observer.agent(at(1), memberOf("b", { incarnation: 2 })).phaseRad, null);
  assert.equal(observer.view().coherence, null);
});

test("a switch of strategy is told per agent; the swarm's is the one that most pursue", () => {
  const observer = observerOf(a, b, c);
  const say = (agentId: string, strategy: string) =>
    observer.observe(at(1), observationOf(1, { strategy, phases: [sampleOf(agentId, 0)] }));
  assert.deepEqual(say("a", "reference"), []);
  assert.deepEqual([...say("b", "pulse"), ...say("c", "pulse")], []);
  assert.equal(observer.view().strategy, "pulse");
  assert.deepEqual(say("b", "reference"), [
    { type: "strategy.switched", data: { agentId: "b", from: "pulse", to: "reference" } },
  ]);
  assert.equal(observer.view().strategy, "reference");
});

test("what was counted before a goal's first beat is no part of its cadence", () => {
  const observer = observerOf(a);
  runObserved(observer, [{ member: a }], { from: 0, until: 10 });
  const slow = goalOf({ goalVersion: 2, periodNs: 5e9, anchorUnixMs: 0, anchorBeat: 12, effectiveBeat: 12 });
  for (let tenth = 100; tenth < 145; tenth++) {
    const seconds = tenth / 10 + 0.05;
    const cycle = seconds < 12 ? seconds : 12 + (seconds - 12) / 5;
    observer.observe(at(seconds), observationOf(seconds, { goal: slow, phases: [sampleOf("a", cycle)] }));
    observer.tick(at(seconds));
    const { cadenceErrorPpm } = observer.view();
    if (seconds > 12.5) assert.ok(Math.abs(cadenceErrorPpm ?? 0) < 1, `${cadenceErrorPpm} ppm at ${seconds} s`);
  }
  assert.notEqual(observer.view().cadenceErrorPpm, null);
});

test("an agent with a place of its own changes its pace where the reference does", () => {
  const observer = observerOf(a);
  runObserved(observer, [{ member: a }], { from: 0, until: 10 });
  const hourly = goalOf({ goalVersion: 2, kind: "spread", periodNs: 3.6e12, anchorBeat: 12, effectiveBeat: 12 });
  const offsetCycles = 0.5;
  for (const seconds of [10, 13]) {
    const cycle = seconds < 12 ? seconds : 12 + (seconds - 12) / 3_600 - offsetCycles;
    const phases = [{ ...sampleOf("a", cycle), ...(seconds < 12 ? {} : { offsetCycles }) }];
    observer.observe(at(seconds), observationOf(seconds, { goal: hourly, phases }));
  }
  const count = observer.count(at(13.9)) ?? 0;
  assert.ok(Math.abs(count - 12 - 1.9 / 3_600) < 1e-9, `${count} cycles, though its own beat 12 is yet to come`);
});
