import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { admitCall, closedBreaker, settleCall, type BreakerState, type CallOutcome } from "./circuit-breaker.ts";

const limits = { failures: 3, openMs: 100 };

/** The state after calls that begin and end at these instants, one after the other. */
function after(...calls: readonly (readonly [nowMs: number, outcome: CallOutcome])[]): BreakerState {
  let state = closedBreaker;
  for (const [nowMs, outcome] of calls) {
    const step = admitCall(state, nowMs);
    state = step.admitted === "refused" ? step.state : settleCall(step.state, step.admitted, outcome, nowMs, limits);
  }
  return state;
}

const broken = after([0, "failed"], [1, "failed"], [2, "failed"]);

test("it opens after so many failures in a row, and not when a success is among them", () => {
  assert.deepEqual(broken, { kind: "open", untilMs: 102 });
  assert.equal(after([0, "failed"], [1, "failed"], [2, "succeeded"], [3, "failed"]).kind, "closed");
});

test("while it is open nobody is admitted; then one call is, and all others are refused at once", () => {
  assert.equal(admitCall(broken, 101).admitted, "refused");
  const { state, admitted } = admitCall(broken, 102);
  assert.equal(admitted, "probe");
  assert.equal(admitCall(state, 103).admitted, "refused");
});

test("the probe decides: its success closes, its failure opens for as long again", () => {
  const { state } = admitCall(broken, 102);
  assert.deepEqual(settleCall(state, "probe", "succeeded", 110, limits), closedBreaker);
  assert.deepEqual(settleCall(state, "probe", "failed", 110, limits), { kind: "open", untilMs: 210 });
});

test("a probe that became pointless leaves it to the next call, and does not close", () => {
  const { state } = admitCall(broken, 102);
  const next = settleCall(state, "probe", "pointless", 110, limits);
  assert.equal(admitCall(next, 110).admitted, "probe");
});

test("calls that became pointless neither open nor mend", () => {
  const state = after([0, "failed"], [1, "pointless"], [2, "failed"], [3, "pointless"]);
  assert.deepEqual(state, { kind: "closed", failures: 2 });
});

test("a call that was begun before it opened changes nothing when it ends", () => {
  assert.deepEqual(settleCall(broken, "call", "succeeded", 50, limits), broken);
  assert.deepEqual(settleCall({ kind: "probing" }, "call", "failed", 50, limits), { kind: "probing" });
});

test("whatever happens, at most one probe is under way, and nobody is admitted while it is open", () => {
  const outcome = fc.constantFrom<CallOutcome>("succeeded", "failed", "pointless");
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(80), fc.nat(3), outcome), { maxLength: 200 }), (steps) => {
      let [state, nowMs] = [closedBreaker, 0];
      const underWay: ("call" | "probe")[] = [];
      for (const [passedMs, which, how] of steps) {
        nowMs += passedMs;
        const before = state;
        const step = admitCall(state, nowMs);
        state = step.state;
        if (step.admitted !== "refused") underWay.push(step.admitted);
        assert.ok(underWay.filter((call) => call === "probe").length <= 1);
        assert.ok(!(before.kind === "open" && nowMs < before.untilMs && step.admitted !== "refused"));
        const [ending] = which === 0 ? [] : underWay.splice(which % (underWay.length || 1), 1);
        if (ending !== undefined) state = settleCall(state, ending, how, nowMs, limits);
        if (underWay.includes("probe")) assert.equal(state.kind, "probing");
      }
    }),
  );
});
