import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { strategyBookWith } from "./built-in-strategies.ts";
import { checkGoal } from "./goal-check.ts";
import { goalByName, namedGoals, scales } from "./named-goals.ts";

const document = readFileSync(new URL("../../../../docs/goals.md", import.meta.url), "utf8");

/** The rows of the document's table whose header begins with `first`, as lists of cells. */
function tableOf(first: string): string[][] {
  const lines = document.split("\n");
  const header = lines.findIndex((line) => line.startsWith(`| ${first} `));
  assert.ok(header >= 0, `docs/goals.md has no table of ${first}`);
  const after = lines.slice(header + 2);
  const rows = after.slice(
    0,
    Math.max(
      0,
      after.findIndex((line) => !line.startsWith("|")),
    ),
  );
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}

test("every named goal is possible and names strategies that exist and serve it", () => {
  const book = strategyBookWith();
  for (const [name, { goal, agents }] of Object.entries(namedGoals)) {
    checkGoal(goal, { agents: agents.min, strategies: book.names() });
    for (const strategy of goal.strategies)
      assert.ok(book.find(strategy)?.serves.includes(goal.kind), `${name}: ${strategy}`);
  }
});

test("docs/goals.md lists the named goals with their targets as the code has them", () => {
  const expected = Object.entries(namedGoals).map(([name, { goal, target, agents, purpose }]) => [
    name,
    purpose,
    "coherence" in goal ? `${goal.kind} ${goal.coherence}` : goal.kind,
    `${goal.periodMs} ms`,
    target,
    goal.strategies.join(", "),
    `${agents.min} to ${agents.max}`,
  ]);
  assert.deepEqual(tableOf("name"), expected);
});

test("docs/goals.md lists the scales as the code has them", () => {
  const expected = Object.entries(scales).map(([name, scale]) => [
    name,
    `${scale.agents}`,
    `${scale.neighbours}`,
    `${scale.agentsPerProcess}`,
    `${scale.settleWithinMs} ms`,
  ]);
  assert.deepEqual(tableOf("scale"), expected);
});

test("docs/goals.md lists the strategies with prices, entry and goals as the code has them", () => {
  const book = strategyBookWith();
  const expected = [...book.names()].map((name) => {
    const strategy = book.find(name)!;
    const { perUpdate, perRad } = strategy.price;
    return [name, strategy.entry, strategy.serves.join(", "), `${perUpdate} + ${perRad}/rad`];
  });
  assert.deepEqual(
    tableOf("strategy").map((row) => row.slice(0, 4)),
    expected,
  );
});

test("a goal by name takes another period, and an unknown name is refused", () => {
  assert.equal(goalByName("save-energy").periodMs, 5_000);
  assert.equal(goalByName("save-energy", 300).periodMs, 300);
  assert.throws(
    () => goalByName("world-peace"),
    (thrown) => thrown instanceof EntrainError && thrown.field === "goal",
  );
});
