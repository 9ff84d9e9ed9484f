import assert from "node:assert/strict";
import { test } from "node:test";
import { auditLines, budgetLines } from "./budget.ts";

test("each resource of each budget is a line", () => {
  const lines = budgetLines([
    {
      budgetId: "run",
      parentId: null,
      strategy: "strict",
      limits: { credits: 100, slots: 4 },
      used: { credits: 10, slots: 0 },
      granted: { credits: 20, slots: 1 },
      available: { credits: 70, slots: 3 },
      leases: 2,
    },
  ]);
  assert.equal(lines.length, 3);
  assert.match(lines[1]!, /run +- +strict +credits +100 +10 +20 +70 +2/);
  assert.deepEqual(budgetLines([]), ["no budget yet"]);
});

test("an audit says what it looked at, what was presumed and what is wrong", () => {
  const presumed = [{ budgetId: "run", resource: "credits", amount: 3 }];
  assert.deepEqual(auditLines({ entries: 7, from: 0, complete: true, faults: [], presumed }), [
    "7 changes replayed from the first change on",
    "presumed spent by holders who vanished: 3 credits of run",
    "the books are right",
  ]);
  const wrong = auditLines({
    entries: 7,
    from: 40,
    complete: false,
    faults: ["B1: run is overdrawn by 1 credits"],
    presumed: [],
  });
  assert.match(wrong[0]!, /no longer reaches back/);
  assert.equal(wrong.at(-1), "1 faults");
});
