/** The hold of a shared reference: what it makes of drift and noise. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "@entrain/kernel";
import fc from "fast-check";
import { initialGoal } from "./goal.ts";
import { holdByMedian } from "./strategies/hold-by-median.ts";
import type { StrategyView } from "./strategy.ts";

const periodNs = 200e6;
const goal = initialGoal("sync", 200, 0);

/** Sixteen neighbours, each with an error of its own around the same one. */
function viewOf(errorNs: readonly number[], elapsedNs: number, memory: readonly number[]): StrategyView {
  return {
    ...{ agentId: "a", goal, nowNs: 0, elapsedNs, cycle: 0, offsetCycles: 0, place: undefined, planHolds: true },
    ...{ wallCycle: 0, round: 1, joining: false, energyShare: 1, memory },
    neighbours: errorNs.map((ns, index) => ({
      ...{ agentId: `n-${index}`, voterId: `n-${index}`, beatAheadCycles: 0, influence: 1 },
      errorCycles: ns / periodNs,
    })),
  };
}

/** How far a clock that is `driftPpm` fast ends up ahead of perfect neighbours, ns at each update. */
function drifting(driftPpm: number, elapsedNs: number, noiseNs: number, updates: number): readonly number[] {
  const random = createRandom(`drift ${driftPpm}`);
  const ahead: number[] = [];
  let aheadNs = 0;
  let memory: readonly number[] = [];
  for (let update = 0; update < updates; update++) {
    aheadNs += driftPpm * 1e-6 * elapsedNs;
    ahead.push(aheadNs);
    const errors = Array.from({ length: 16 }, () => (2 * random.next() - 1) * noiseNs - aheadNs);
    const proposal = holdByMedian(viewOf(errors, elapsedNs, memory));
    memory = proposal.memory ?? [];
    aheadNs += proposal.moveCycles * periodNs;
  }
  return ahead;
}

test("at two updates a second a drift of 100 ppm is learnt within half a minute, and no lag stays", () => {
  for (const driftPpm of [-100, 100]) {
    const ahead = drifting(driftPpm, 500e6, 300e3, 240);
    const late = ahead.slice(60).reduce((sum, ns) => sum + ns, 0) / 180;
    assert.ok(Math.abs(late) < 60e3, `${late} ns`);
    assert.ok(Math.max(...ahead.map(Math.abs)) < 400e3);
  }
});

test("at frequent updates nothing is learnt: what moves there are the others", () => {
  const proposal = holdByMedian(viewOf([1e6, 1e6, 1e6], 40e6, [0]));
  assert.ok(Math.abs(proposal.moveCycles * periodNs - 0.3e6) < 1);
  assert.deepEqual(proposal.memory, [0]);
});

test("whoever is far off jumps, and alone one keeps the rate that was learnt", () => {
  assert.equal(holdByMedian(viewOf([0.3 * periodNs], 500e6, [1e-4])).moveCycles, 0.3);
  const alone = holdByMedian(viewOf([], 500e6, [1e-4]));
  assert.ok(Math.abs(alone.moveCycles * periodNs - 50e3) < 500);
});

test("no sequence of errors drives the rate beyond 300 ppm", () => {
  const steps = fc.array(
    fc.tuple(fc.double({ min: -1e8, max: 1e8, noNaN: true }), fc.double({ min: 0, max: 1e11, noNaN: true })),
  );
  fc.assert(
    fc.property(steps, (all) => {
      let memory: readonly number[] = [];
      for (const [errorNs, elapsedNs] of all) {
        memory = holdByMedian(viewOf([errorNs], elapsedNs, memory)).memory ?? [];
        assert.ok(Math.abs(memory[0] ?? NaN) <= 300e-6);
      }
    }),
  );
});
