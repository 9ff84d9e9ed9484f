/** What a session's budget does to what is wanted next. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluateSession } from "./evaluate-session.ts";
import { patterns } from "./patterns/index.ts";
import { foldSession } from "./session-record.ts";
import { sessionSpec } from "./session-spec.ts";
import type { SessionEvent } from "./session.ts";

const byName = new Map(patterns.map((pattern) => [pattern.name, pattern]));
const options = { evaluate: () => null, patterns: byName };
const spec = (wish: object) => sessionSpec(wish, "s", { patterns: byName, checkExpression: () => undefined });
const step = (capability: string, more: object = {}) => ({ capability, ...more });

test("what a step consumed counts once; with less begins nothing more but what merges and what undoes", () => {
  const budget = { budgetId: "pool", amounts: { tokens: 10 }, exhausted: "degrade" };
  const merging = { pattern: "parallel-merge", over: [1, 2], each: step("one"), merge: step("join"), partial: "any" };
  const undoing = { pattern: "pipeline", stages: [step("one", { compensate: step("undo") }), step("two")] };
  const started = (path: string): SessionEvent => ({ kind: "started", path, capability: "one", agentId: null });
  const ended = (path: string): SessionEvent => {
    return { kind: "ended", path, outcome: { ok: true, value: path }, agentId: "a", consumed: { tokens: 6 } };
  };
  const after = (pattern: object, exhausted: string, ...events: readonly SessionEvent[]) => {
    const fold = foldSession();
    const all: readonly SessionEvent[] = [...events, { kind: "exhausted", cause: "used up" }];
    for (const [index, event] of all.entries()) fold.enter({ number: index + 1, atMs: 0, event });
    const plan = evaluateSession(spec({ pattern, budget: { ...budget, exhausted } }), fold.record, options);
    return { wanted: plan.wanted.map(({ path, input }) => [path, input]), consumed: fold.record.budget.consumed };
  };
  const once = after(merging, "degrade", started("1/0"), ended("1/0"), ended("1/0"));
  assert.deepEqual(once, { wanted: [["1/merge", ["1/0"]]], consumed: { tokens: 6 } });
  const begun = after(merging, "degrade", started("1/0"), started("1/1"), ended("1/1"));
  assert.deepEqual(begun.wanted, [["1/0", 1]], "what was begun goes on");
  const queued = after(merging, "queue", started("1/0"), ended("1/0"));
  assert.deepEqual(queued.wanted, [["1/1", 2]], "only who goes on with less gives up");
  assert.deepEqual(after(undoing, "degrade", started("1/0"), ended("1/0")).wanted, [["1/undo-0", "1/0"]]);
});
