import assert from "node:assert/strict";
import { test } from "node:test";
import type { InjectionView } from "../console/console-views.ts";
import { createTally } from "./replay.ts";

const answer = (actions: readonly string[], difference: Partial<InjectionView> = {}): InjectionView => ({
  incidentId: "i",
  divergence: 0,
  missing: [],
  decisions: actions.map((action, index) => ({
    agentId: `agent-${index}`,
    action,
    decisionId: "d",
    type: "NORMAL",
    term: 1,
    contextVersion: 1,
    source: "adopted",
  })),
  ...difference,
});

test("a replay is told as a tally of what the swarm decided, each reading counted once", () => {
  const tally = createTally();
  tally.add(answer(["none", "none"]));
  tally.add(answer(["cool_down", "cool_down"]));
  tally.add(answer(["none"], { missing: ["agent-1"] }));
  assert.deepEqual(tally.lines(), [
    "3 readings, 0 of them with divergent acts, 1 without an answer from everybody",
    "  none       2",
    "  cool_down  1",
  ]);
  tally.add(answer(["none", "cool_down"], { divergence: 1 }));
  assert.equal(tally.divergence(), 1);
});
