import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecordedAct } from "./divergence-checker.ts";
import { listLoneActs } from "./lone-acts.ts";

function act(met: string, changes: Partial<RecordedAct> = {}): RecordedAct {
  const named = { process: "a/1", agentId: "a", met, incidentId: met, decisionId: `d-${met}`, action: "stop" };
  const lone = { source: "safe-alone", cause: "Redis is away" } as const;
  const instants = { askedAtUnixMs: 900, cooldownMs: 10_000, isRepeated: false, atUnixMs: 1_000 };
  return { ...named, ...lone, term: 0, contextVersion: 1, policyHash: "p", ...instants, ...changes };
}

const adopted: Partial<RecordedAct> = { source: "adopted", action: "cool_down", cause: null };

test("each safe action taken alone is listed with its cause, its instant and what became of it, and nothing else is", () => {
  const listed = listLoneActs([
    act("i-1"),
    act("i-2", { atUnixMs: 2_000, cause: "no decision within 200 ms" }),
    act("i-3", adopted),
    act("i-4"),
    act("i-1", { process: "a/2", ...adopted }),
    act("i-4", { atUnixMs: 4_000 }),
    act("i-2", { agentId: "b", ...adopted }),
  ]);
  const named = { process: "a/1", agentId: "a", action: "stop", atUnixMs: 1_000, cause: "Redis is away" };
  assert.deepEqual(listed, [
    { ...named, incident: "i-1", afterwards: "decided" },
    { ...named, incident: "i-2", atUnixMs: 2_000, cause: "no decision within 200 ms", afterwards: "nothing" },
    { ...named, incident: "i-4", afterwards: "repeated" },
    { ...named, incident: "i-4", atUnixMs: 4_000, afterwards: "nothing" },
  ]);
});

test("an incident that the store never named is listed without the random part of its name", () => {
  const incidentId = "heat/s-1/high/alone/d-7";
  const incidents = [act("1", { incidentId, decisionId: "d-7" }), act("2", { incidentId: "heat/s-2/high/3" })];
  assert.deepEqual(
    listLoneActs(incidents).map(({ incident }) => incident),
    ["heat/s-1/high/alone", "heat/s-2/high/3"],
  );
});
