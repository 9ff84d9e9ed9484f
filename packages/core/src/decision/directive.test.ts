import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  applyDirective,
  complianceOf,
  lackingIn,
  openDirective,
  type Directive,
  type DirectiveCommand,
} from "./directive.ts";

const named = { decisionId: "d", incidentId: "i" };
const agents = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

function opened(complianceMin = 0.9, targets: readonly string[] = agents): Directive {
  return openDirective({ ...named, action: "shed" }, { scope: "swarm", targets, deadlineMs: 100, complianceMin }, 0);
}

/** Lets these agents say this at that instant. */
function said(directive: Directive, who: readonly string[], outcome: "done" | "failed" | "refused", nowMs: number) {
  return who.reduce((before, agentId) => {
    const target = { ...named, agentId, run: agentId };
    const begun = applyDirective(before, { kind: "begin", ...target }, Math.min(nowMs, 99)).directive;
    return applyDirective(begun, { kind: "report", ...target, outcome, note: "" }, nowMs).directive;
  }, directive);
}

test("nine of ten are enough for 90 %, eight are not; one that is late or refuses is lacking", () => {
  const nine = said(said(opened(), agents.slice(0, 9), "done", 50), ["j"], "refused", 60);
  assert.equal(nine.outcome, "met");
  assert.equal(nine.settledAtMs, 60);
  assert.deepEqual(complianceOf(nine), { done: 9, share: 0.9 });
  const eight = said(said(opened(), agents.slice(0, 8), "done", 50), ["i"], "failed", 60);
  assert.equal(applyDirective(eight, { kind: "settle" }, 99).directive.outcome, "open");
  const judged = applyDirective(said(eight, ["j"], "done", 100), { kind: "settle" }, 101).directive;
  assert.equal(judged.outcome, "missed");
  assert.deepEqual(
    lackingIn(judged).map(({ agentId, state }) => `${agentId} ${state}`),
    ["i failed", "j late"],
  );
  assert.equal(said(judged, ["i"], "done", 50).outcome, "missed", "what comes after the judgement does not change it");
});

test("nineteen of twenty are enough for 95 %", () => {
  const fleet = Array.from({ length: 20 }, (_, index) => `f${index}`);
  const judge = (done: number) =>
    applyDirective(said(opened(0.95, fleet), fleet.slice(0, done), "done", 1), { kind: "settle" }, 100).directive
      .outcome;
  assert.deepEqual([judge(19), judge(18)], ["met", "missed"]);
});

const command = fc.record({
  kind: fc.constantFrom("begin" as const, "report" as const, "settle" as const),
  ...{ decisionId: fc.constantFrom("d", "d", "d", "other"), incidentId: fc.constant("i") },
  ...{ agentId: fc.constantFrom("a", "b", "stranger"), run: fc.constantFrom("r1", "r2", "r3") },
  outcome: fc.constantFrom("done" as const, "failed" as const, "refused" as const),
  note: fc.constant(""),
  afterMs: fc.nat(40),
});

test("whatever happens, each target is done at most once, under its latest run, and the judgement is made once and stays", () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
      let directive = opened(0.5, ["a", "b"]);
      let nowMs = 0;
      for (const { afterMs, ...given } of commands) {
        nowMs += afterMs;
        const before = directive;
        const applied = applyDirective(before, given, nowMs);
        directive = applied.directive;
        for (const [index, target] of directive.targets.entries()) {
          const was = before.targets[index] ?? target;
          if (was.state === "done" || was.state === "late" || was.state === "refused") assert.deepEqual(target, was);
          if (target.state === "done" && was.state !== "done") assert.ok(was.state === "begun" && nowMs < 100);
          if (was.run !== target.run) assert.equal(target.attempts, was.attempts + 1);
        }
        if (applied.answer.kind === "begun") assert.ok(nowMs < 100 && applied.answer.leftMs === 100 - nowMs);
        if (before.outcome !== "open") assert.equal(directive.outcome, before.outcome);
        if (given.kind === "settle")
          assert.equal(directive.outcome === "open", nowMs < 100 && before.outcome === "open");
        assert.deepEqual(
          applyDirective(directive, given as DirectiveCommand, nowMs).directive,
          directive,
          "again: nothing",
        );
      }
    }),
  );
});
