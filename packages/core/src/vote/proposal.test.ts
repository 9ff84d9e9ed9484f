import assert from "node:assert/strict";
import { test } from "node:test";
import { checkChoice, isNextRoundDue, outcomeOf, proposalDefinition, type Proposal } from "./proposal.ts";
import { evictionsBy, voterTimings } from "./voters.ts";

const definition = proposalDefinition({ proposalId: "p", question: { move: "eu" }, rounds: 2 });
const fresh: Proposal = {
  definition,
  proposedBy: "a",
  round: 1,
  votersVersion: 7,
  votersVersionNow: 7,
  electorate: ["a", "b", "c"],
  votersMin: 2,
  absent: [],
  votes: [],
  taken: true,
  previous: undefined,
};
const voting = (...choices: string[]) => choices.map((choice, index) => ({ voter: fresh.electorate[index]!, choice }));

test("P2: silence passes nothing, not even when the time is over", () => {
  const half = { ...fresh, votes: voting("yes") };
  assert.equal(outcomeOf(half).kind, "open");
  assert.equal(outcomeOf({ ...half, taken: false }).kind, "failed");
  const passed = outcomeOf({ ...fresh, votes: voting("yes", "yes"), taken: false });
  assert.deepEqual([passed.kind, passed.kind === "passed" && passed.choice], ["passed", "yes"], "in time");
});

test("a round whose voters are gone is lost, and another may do; after the last there is none", () => {
  const unanimous = {
    ...fresh,
    definition: { ...definition, policy: "unanimous" as const },
    votes: voting("yes", "yes"),
  };
  assert.equal(outcomeOf(unanimous).kind, "open");
  const gone = { ...unanimous, absent: ["c"], votersVersionNow: 8 };
  assert.equal(outcomeOf(gone).kind, "lost");
  assert.equal(isNextRoundDue(gone), true);
  assert.equal(outcomeOf({ ...gone, round: 2 }).kind, "failed");
  assert.equal(isNextRoundDue({ ...gone, round: 2 }), false);
});

test("M2: too few voters for any round wait for other voters rather than for another round", () => {
  const alone = { ...fresh, electorate: ["a"] };
  assert.equal(outcomeOf(alone).kind, "lost");
  assert.equal(isNextRoundDue(alone), false);
  assert.equal(isNextRoundDue({ ...alone, votersVersionNow: 8 }), true);
});

test("what is wrong with a proposal is named", () => {
  const refused = (wish: object, field: string) => {
    assert.throws(() => proposalDefinition({ proposalId: "p", ...wish }), { code: "invalid-argument", field });
  };
  refused({ proposalId: "p p" }, "proposalId");
  refused({ options: ["yes"] }, "options");
  refused({ options: ["yes", "yes"] }, "options");
  refused({ options: ["yes", "no way"] }, "options[1]");
  refused({ policy: "most" }, "policy");
  refused({ weights: { a: 1 } }, "weights");
  refused({ policy: "weighted", weights: { a: 0.5 } }, "weights.a");
  refused({ rounds: 0 }, "rounds");
  refused({ giveUpMs: 1 }, "giveUpMs");
  refused({ question: "x".repeat(20_000) }, "question");
  assert.throws(() => checkChoice(definition, "maybe"), { code: "invalid-argument", field: "choice" });
});

test("a voter votes those out that it does not see alive itself", () => {
  const member = (agentId: string, state: "alive" | "dead") => [agentId, { agentId, state }] as never;
  const view = { version: 1, members: new Map([member("a", "alive"), member("b", "dead")]) };
  assert.deepEqual(evictionsBy(view as never, ["a", "b", "forgotten"]), ["b", "forgotten"]);
});

test("timings under which one alone would be a quorum are refused", () => {
  assert.deepEqual(voterTimings(2_000), { aliveForMs: 4_000, evictAfterMs: 60_000, votersMin: 2 });
  assert.throws(() => voterTimings(2_000, { votersMin: 1 }), { code: "invalid-config", field: "votersMin" });
  assert.throws(() => voterTimings(2_000, { evictAfterMs: 0 }), { code: "invalid-config", field: "evictAfterMs" });
});
