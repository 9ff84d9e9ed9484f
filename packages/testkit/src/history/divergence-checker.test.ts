import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Decision } from "@entrain/core/decision";
import { checkDecisions, type DecisionHistory, type RecordedAct } from "./divergence-checker.ts";

const input = { reading: { temperature: 85 }, health: 1, safeMode: false, contextVersion: 3, policyHash: "p" };

function decisionOn(incidentId: string, changes: Partial<Decision> = {}): Decision {
  return {
    decisionId: `d-${incidentId}`,
    incidentId,
    type: "ANOMALY_RESPONSE",
    action: "cool_down",
    confidence: 1,
    reasoning: "hot",
    term: 7,
    contextVersion: 3,
    policyHash: "p",
    input,
    inputHash: "h",
    committedBy: "a",
    committedAtMs: 1,
    ...changes,
  };
}

function actOn(decision: Decision, agentId: string, changes: Partial<RecordedAct> = {}): RecordedAct {
  const { incidentId, decisionId, action, term, contextVersion, policyHash, committedBy } = decision;
  const source = committedBy === agentId ? "committed" : "adopted";
  const named = { process: `${agentId}/1`, agentId, met: incidentId, incidentId, decisionId, action };
  const seen = { askedAtUnixMs: 1, cooldownMs: 10_000, isRepeated: false, atUnixMs: 1 };
  return { ...named, source, term, contextVersion, policyHash, cause: null, ...seen, ...changes };
}

const alone: Partial<RecordedAct> = {
  source: "safe-alone",
  decisionId: "own",
  action: "stop",
  term: 0,
  cause: "no answer within 200 ms",
};

function judge(history: Partial<DecisionHistory>) {
  return checkDecisions({
    acts: [],
    audits: [],
    safeActions: new Set(["stop"]),
    replay: () => ({ inputHash: "h", verdict: undefined }),
    ...history,
  });
}

const one = decisionOn("i-1");

test("agents that committed and adopted what the ledger holds, and one that was alone, are in order", () => {
  const acts = [actOn(one, "a"), actOn(one, "b"), actOn(one, "c", alone)];
  const { violations, decided, divergences, loneActs } = judge({ acts, audits: [[one], [one]] });
  assert.deepEqual(violations, []);
  assert.deepEqual({ decided, divergences, lone: loneActs.length }, { decided: 1, divergences: 0, lone: 1 });
});

test("two decisions on one incident are found, and are a divergence where their actions differ", () => {
  const other = decisionOn("i-1", { decisionId: "d-2", action: "throttle", committedBy: "b" });
  const { violations, divergences } = judge({ acts: [actOn(one, "a"), actOn(other, "b")], audits: [[one]] });
  assert.match(violations.join("\n"), /^D1: i-1: agents acted on 2 decisions \(cool_down, throttle\)$/m);
  assert.equal(divergences, 1);
});

const faults: readonly (readonly [what: string, history: Partial<DecisionHistory>, found: RegExp])[] = [
  [
    "an act on what is not in the ledger",
    { acts: [actOn(one, "a")], audits: [[]] },
    /a acted on a decision that is not/,
  ],
  [
    "an act under another term than the decision's",
    { acts: [actOn(one, "a", { term: 8 })], audits: [[one]] },
    /differs from the ledger's decision in term \(8 for 7\)/,
  ],
  [
    "a committer that the ledger does not name",
    { acts: [actOn(one, "b", { source: "committed" })], audits: [[one]] },
    /b committed what a committed/,
  ],
  [
    "a decision that was replaced in the ledger though nobody acted on it",
    { audits: [[one], [decisionOn("i-1", { decisionId: "d-2" })]] },
    /the ledger had d-i-1, and later d-2/,
  ],
  ["a decision that vanished from the ledger", { audits: [[one], []] }, /the ledger had d-i-1, and later nothing/],
  [
    "an input without its hash",
    { audits: [[one]], replay: () => ({ inputHash: "x", verdict: undefined }) },
    /D2: i-1: the input does not have the stored hash/,
  ],
  [
    "a verdict that its input does not give",
    {
      audits: [[one]],
      replay: () => ({ inputHash: "h", verdict: { type: "ANOMALY_RESPONSE", action: "throttle" } }),
    },
    /D2: i-1: ANOMALY_RESPONSE cool_down was decided, its input gives ANOMALY_RESPONSE throttle/,
  ],
  [
    "something else than the safe action, taken alone",
    { acts: [actOn(one, "a", { ...alone, action: "cool_down" })], audits: [[]] },
    /took cool_down alone, which is no safe action/,
  ],
  [
    "a safe action taken alone without a cause",
    { acts: [actOn(one, "a", { ...alone, cause: null })], audits: [[]] },
    /without a cause/,
  ],
  [
    "a process that acts on the decision and then alone",
    { acts: [actOn(one, "a"), actOn(one, "a", alone)], audits: [[one]] },
    /a did cool_down, and then stop \(safe-alone\)/,
  ],
  [
    "a process that acts on the decision and then alone, without a store that would name the incident",
    { acts: [actOn(one, "a"), actOn(one, "a", { ...alone, incidentId: "hot/alone/own" })], audits: [[one]] },
    /hot\/alone\/own: a did cool_down, and then stop \(safe-alone\)/,
  ],
  [
    "a process that takes two different safe actions alone",
    {
      acts: [actOn(one, "a", alone), actOn(one, "a", { ...alone, action: "park", decisionId: "own-2" })],
      audits: [[one]],
      safeActions: new Set(["stop", "park"]),
    },
    /a did stop, and then park \(safe-alone\)/,
  ],
];

for (const [what, history, found] of faults)
  test(`${what} is found`, () => {
    assert.match(judge(history).violations.join("\n"), found);
  });

const [first, second] = [decisionOn("hot/s/high/1"), decisionOn("hot/s/high/2")];

/** Acts on what all met under one name, each agent asked so many ms after the start and answered 5 ms later. */
function sightings(...seen: readonly (readonly [decision: Decision, agentId: string, atMs: number])[]) {
  return seen.map(([decision, agentId, atMs]) =>
    actOn(decision, agentId, { met: "s", askedAtUnixMs: atMs, atUnixMs: atMs + 5 }),
  );
}

function judgeSightings(acts: readonly RecordedAct[]): string {
  return judge({ acts, audits: [[first, second]] }).violations.join("\n");
}

test("what comes up again before nobody has seen it for its cooldown is found, whatever the ledger calls it", () => {
  const acts = sightings([first, "a", 0], [first, "b", 8_000], [second, "c", 12_000]);
  assert.match(judgeSightings(acts), /^D1: s: agents acted on hot\/s\/high\/2 while hot\/s\/high\/1 was open$/);
  const asked = acts.map((act) => (act.agentId === "b" ? { ...act, isRepeated: true } : act));
  assert.equal(judgeSightings(asked), "", "an answer that is repeated without the store is no sight of it");
});

test("what comes up again after its cooldown is another incident, also for an agent that acted on the first", () => {
  assert.equal(judgeSightings(sightings([first, "a", 0], [first, "b", 100], [second, "a", 12_000])), "");
});

test("an occurrence that comes back after a later one is found, however long that took", () => {
  const acts = sightings([first, "a", 0], [second, "b", 20_000], [first, "c", 60_000]);
  assert.match(judgeSightings(acts), /agents acted on hot\/s\/high\/2 while hot\/s\/high\/1 was open/);
});

test("an act that comes long after its question does not make its occurrence a later one", () => {
  const late = sightings([first, "a", 0], [second, "b", 1_000], [second, "b", 9_000]);
  const acts = late.map((act) => (act.agentId === "a" ? { ...act, atUnixMs: act.atUnixMs + 5_000 } : act));
  assert.equal(judgeSightings(acts.map((act) => ({ ...act, cooldownMs: 500 }))), "");
});

test("who acts on the same again is counted, and as breaking D1 where it does something else", () => {
  const acts = [actOn(one, "a"), actOn(one, "a"), actOn(one, "a", alone), actOn(one, "b")];
  const { again, actedTwice } = judge({ acts, audits: [[one]] });
  assert.deepEqual({ again, actedTwice }, { again: 2, actedTwice: 1 });
});

test("a safe action taken alone may be followed by the decision, and a new life of a process may be alone again", () => {
  const acts = [actOn(one, "a", alone), actOn(one, "a"), actOn(one, "a", { ...alone, process: "a/2" })];
  assert.deepEqual(judge({ acts, audits: [[one]] }).violations, []);
});

test("whatever one act of a sound history is changed into, the check finds it", () => {
  const agents = ["a", "b", "c"];
  const part = fc.constantFrom("decisionId", "action", "term", "contextVersion", "policyHash", "source", "incidentId");
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.nat(), part, (incidents, pick, changed) => {
      const ledger = Array.from({ length: incidents }, (_, index) => decisionOn(`i-${index}`));
      const acts = ledger.flatMap((decision) => agents.map((agentId) => actOn(decision, agentId)));
      assert.deepEqual(judge({ acts, audits: [ledger] }).violations, []);
      const at = pick % acts.length;
      const act = acts[at]!;
      const source = act.source === "committed" ? "adopted" : "committed";
      const values = { term: 99, contextVersion: 99, source } as const;
      const broken = { ...act, [changed]: changed in values ? values[changed as keyof typeof values] : "other" };
      assert.notDeepEqual(judge({ acts: acts.with(at, broken), audits: [ledger] }).violations, []);
    }),
  );
});
