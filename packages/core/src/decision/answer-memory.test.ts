import assert from "node:assert/strict";
import { test } from "node:test";
import { createAnswerMemory, type AskedIncident } from "./answer-memory.ts";
import type { Decision } from "./decision.ts";

const fingerprint = { kind: "overheating", subject: "rack-7", band: "critical" };
const asked: AskedIncident = { agentId: "a", fingerprint, named: undefined, opened: undefined, cooldownMs: 100 };

function decision(incidentId: string, decisionId = `d-${incidentId}`): Decision {
  return {
    decisionId,
    incidentId,
    type: "ANOMALY_RESPONSE",
    action: "throttle",
    confidence: 1,
    reasoning: "",
    term: 1,
    contextVersion: 1,
    policyHash: "",
    input: { reading: {}, health: 1, safeMode: false, contextVersion: 1, policyHash: "" },
    inputHash: "",
    committedBy: "a",
    committedAtMs: 1,
  };
}

test("an answer is its agent's: who committed it, who adopted it, and nobody else", () => {
  const memory = createAnswerMemory();
  memory.answered("a", { decision: decision("i-1"), source: "committed" });
  memory.answered("b", { decision: decision("i-1"), source: "adopted" });
  const sourceFor = (agentId: string) => memory.recall({ ...asked, agentId, named: "i-1" }, 0)?.source;
  assert.deepEqual(["a", "b", "c"].map(sourceFor), ["committed", "adopted", undefined]);
});

test("what the rules named is the same incident for a cooldown after the store was asked, and unknown later", () => {
  const memory = createAnswerMemory();
  memory.opened(fingerprint, "i-1", 50);
  memory.answered("a", { decision: decision("i-1"), source: "adopted" });
  assert.equal(memory.recall(asked, 150)?.decision.incidentId, "i-1");
  assert.equal(memory.recall(asked, 151), undefined);
  assert.equal(
    memory.recall({ ...asked, opened: "i-1" }, 9_999)?.decision.incidentId,
    "i-1",
    "the store named it again",
  );
  assert.equal(memory.recall({ ...asked, opened: "i-2" }, 60), undefined, "a new occurrence");
});

test("a safe action taken alone is recalled by its question for a cooldown, by its incident for good", () => {
  const memory = createAnswerMemory();
  memory.tookAlone(asked, decision("x/alone/d-1", "d-1"), 10);
  memory.tookAlone({ ...asked, named: "drill" }, decision("drill", "d-2"), 10);
  assert.equal(
    memory.recall({ ...asked, opened: "i-1" }, 110)?.decision.decisionId,
    "d-1",
    "opened only the second time",
  );
  assert.equal(memory.recall(asked, 111), undefined);
  assert.deepEqual(
    [memory.recall({ ...asked, named: "drill" }, 9_999)?.source, memory.recall({ ...asked, named: "other" }, 20)],
    ["safe-alone", undefined],
  );
});

test("the ledger's decision outranks the safe action that was taken before it", () => {
  const memory = createAnswerMemory();
  memory.tookAlone({ ...asked, opened: "i-1" }, decision("i-1", "own"), 10);
  memory.answered("a", { decision: decision("i-1"), source: "adopted" });
  assert.equal(memory.recall({ ...asked, opened: "i-1" }, 20)?.decision.decisionId, "d-i-1");
});

test("another decision on the incident is nobody's answer but of those who had it", () => {
  const memory = createAnswerMemory();
  memory.answered("a", { decision: decision("i-1"), source: "adopted" });
  memory.answered("b", { decision: decision("i-1", "d-2"), source: "adopted" });
  assert.equal(memory.recall({ ...asked, named: "i-1" }, 0), undefined);
  assert.equal(memory.recall({ ...asked, agentId: "b", named: "i-1" }, 0)?.decision.decisionId, "d-2");
});

test("decided by an agent alone with the swarm mode off, nothing is kept", () => {
  const memory = createAnswerMemory();
  memory.answered("a", { decision: decision("i-1"), source: "local" });
  assert.equal(memory.recall({ ...asked, named: "i-1" }, 0), undefined);
});

test("beyond the limit the incident that was not answered for longest goes", () => {
  const memory = createAnswerMemory(2);
  for (const incidentId of ["i-1", "i-2", "i-1", "i-3"])
    memory.answered("a", { decision: decision(incidentId), source: "adopted" });
  const known = ["i-1", "i-2", "i-3"].filter((named) => memory.recall({ ...asked, named }, 0) !== undefined);
  assert.deepEqual(known, ["i-1", "i-3"]);
});
