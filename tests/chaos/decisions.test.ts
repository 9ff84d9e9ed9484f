/**
 * Agents in real processes decide alike through faults: what each wrote down is what the ledger holds, or a safe action that
 * it took alone, with its cause; and the check notices a ledger that lets a second decision through.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decisionFaultNames } from "./decision-faults.ts";
import { runDecisions } from "./decisions-run.ts";

test("through a leader's death, a cut, a restart of Redis, new policies and bad health no two agents decide differently", async (t) => {
  const run = { agents: 5, incidents: 500, perSecond: 40, faults: decisionFaultNames };
  const { safeActs, ...outcome } = await runDecisions(run);
  t.diagnostic(JSON.stringify(outcome));
  assert.deepEqual(outcome.violations, []);
  assert.equal(outcome.divergences, 0);
  assert.ok(
    outcome.decided >= 350 && outcome.replayed >= 150,
    "most incidents were decided, and many put to the rules again",
  );
  assert.ok(outcome.adopted > outcome.committed, "most agents adopted");
  assert.ok(outcome.safeAlone >= 1, "without Redis agents were alone");
  assert.equal(safeActs.length, outcome.safeAlone, "each of these acts is listed");
  assert.equal(outcome.actedTwice, 0);
  assert.ok(outcome.again >= 200, "agents met again what they had acted on");
  assert.ok(outcome.later >= 3, "incidents had recurred before the first fault");
  assert.ok(outcome.safeMode >= 1, "the health did drop");
  assert.ok(outcome.policies >= 3 && outcome.terms >= 2, "policies changed, and so did the leader");
});

test("a Redis that dies and forgets everything is given back what was decided, and no decision is replaced", async (t) => {
  const faults = ["kill Redis and start it again"] as const;
  const run = { agents: 5, incidents: 150, perSecond: 40, faults, forgetful: true };
  const { safeActs: _, ...outcome } = await runDecisions(run);
  t.diagnostic(JSON.stringify(outcome));
  assert.deepEqual(outcome.violations, []);
  assert.ok(outcome.decided >= 35 && outcome.safeAlone >= 1, "it was used, and it was away");
});

test("a ledger whose compare-and-set is removed is found to diverge", async (t) => {
  const mutation = { script: "commit-decision", text: "if standing then", instead: "if false then" };
  // On a busy machine the swarm's health is bad, and in safe mode there is but one action.
  const run = { agents: 5, incidents: 60, perSecond: 60, faults: [], safeModeHealth: 0 };
  const outcome = await runDecisions({ ...run, mutation });
  t.diagnostic(outcome.violations.slice(0, 3).join("; "));
  assert.match(outcome.violations.join("\n"), /^D1: .*: agents acted on \d decisions/m);
  assert.ok(outcome.divergences >= 1);
});
