import assert from "node:assert/strict";
import { test } from "node:test";
import { createLoneActs, wayToLookUp, type LoneAct } from "./lone-acts.ts";

const act = (decisionId: string, placed = false): LoneAct => ({
  agentId: "a",
  decisionId,
  action: "enter_safe_mode",
  fingerprint: { kind: "overheating", subject: "swarm", band: "critical" },
  incidentId: `i-${decisionId}`,
  placed,
  cooldownMs: 30_000,
  actedMs: 1_000,
});

test("acts wait in their order until they are settled", () => {
  const acts = createLoneActs();
  acts.add(act("1"));
  acts.add(act("2"));
  assert.equal(acts.oldest()?.decisionId, "1");
  acts.settle("1");
  acts.settle("1");
  assert.equal(acts.oldest()?.decisionId, "2");
  assert.equal(acts.size, 1);
});

test("a full list gives up its oldest act and says which", () => {
  const acts = createLoneActs(2);
  assert.equal(acts.add(act("1")), undefined);
  assert.equal(acts.add(act("2")), undefined);
  assert.equal(acts.add(act("3"))?.decisionId, "1");
  assert.equal(acts.size, 2);
});

test("an act on a named incident can always be looked up, one on an unnamed occurrence only while that is open", () => {
  assert.equal(wayToLookUp(act("1", true), 10_000_000), "read");
  assert.equal(wayToLookUp(act("1"), 31_000), "open");
  assert.equal(wayToLookUp(act("1"), 31_001), "given-up");
});
