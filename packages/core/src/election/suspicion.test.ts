import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { stepSuspicion, type SuspicionInput, type SuspicionState } from "./suspicion.ts";

const leaseMs = 800;
const leader = { agentId: "a", term: 7 };
const run = (state: SuspicionState, ...inputs: readonly SuspicionInput[]) => {
  const effects: string[] = [];
  for (const input of inputs) {
    const step = stepSuspicion(state, input, leaseMs);
    state = step.state;
    effects.push(...step.effects.map(({ kind }) => kind));
  }
  return { state, effects };
};
const trusting: SuspicionState = { kind: "trusting", leader };
const suspected: SuspicionInput = { kind: "suspected", nowMs: 100, term: 7 };
const probed = (refused: boolean): SuspicionInput => ({ kind: "probed", term: 7, refused });

test("L5: a broken stream is looked at, and a refused probe alone is reported", () => {
  assert.deepEqual(run(trusting, suspected, probed(false)), { state: trusting, effects: ["probe"] });
  assert.deepEqual(run(trusting, suspected, probed(true)).effects, ["probe", "report"]);
});

test("a report is made again while the probes stay refused, for one lease at most", () => {
  const counted = run(trusting, suspected, probed(true), { kind: "counted", nowMs: 110, term: 7 });
  assert.deepEqual(run(counted.state, { kind: "tick", nowMs: 200 }).effects, []);
  const again = run(counted.state, { kind: "tick", nowMs: 210 }, probed(true));
  assert.deepEqual(again.effects, ["probe", "report"]);
  const back = run(counted.state, { kind: "tick", nowMs: 210 }, probed(false));
  assert.deepEqual(back, { state: trusting, effects: ["probe"] });
  assert.deepEqual(run(counted.state, { kind: "tick", nowMs: 900 }), { state: trusting, effects: [] });
});

test("suspicions of others than the leader of the moment, and of oneself, come to nothing", () => {
  assert.deepEqual(run(trusting, { ...suspected, term: 6 }), { state: trusting, effects: [] });
  assert.deepEqual(run({ kind: "idle" }, suspected), { state: { kind: "idle" }, effects: [] });
  const looking = run(trusting, suspected);
  assert.deepEqual(run(looking.state, suspected).effects, [], "one look at a time");
  const next = run(looking.state, { kind: "leader", leader: { agentId: "b", term: 8 } }, probed(true));
  assert.deepEqual(next, { state: { kind: "trusting", leader: { agentId: "b", term: 8 } }, effects: [] });
  assert.equal(run(looking.state, { kind: "leader", leader: undefined }).state.kind, "idle");
  assert.deepEqual(run(looking.state, probed(true), { kind: "settled", term: 7 }).state, trusting);
});

test("whatever happens, a report follows a refused probe of the same term, and one thing is under way at a time", () => {
  const input = fc.record({
    kind: fc.constantFrom("leader", "nobody", "suspected", "probed", "counted", "settled", "tick"),
    term: fc.integer({ min: 1, max: 3 }),
    refused: fc.boolean(),
    waitMs: fc.nat(300),
  });
  fc.assert(
    fc.property(fc.array(input, { maxLength: 80 }), (inputs) => {
      let state: SuspicionState = { kind: "idle" };
      let nowMs = 0;
      for (const { kind, term, refused, waitMs } of inputs) {
        nowMs += waitMs;
        const given: SuspicionInput =
          kind === "leader"
            ? { kind, leader: { agentId: `agent-${term}`, term } }
            : kind === "nobody"
              ? { kind: "leader", leader: undefined }
              : kind === "probed"
                ? { kind, term, refused }
                : { kind, nowMs, term };
        const step = stepSuspicion(state, given, leaseMs);
        assert.ok(step.effects.length <= 1);
        for (const effect of step.effects) {
          assert.equal(step.state.kind, "looking");
          if (effect.kind === "report") assert.deepEqual([kind, refused, term], ["probed", true, effect.leader.term]);
        }
        state = step.state;
      }
    }),
  );
});
