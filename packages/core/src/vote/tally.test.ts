import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkVotePolicy, quorumOf, tally, type Vote, type VotePolicy } from "./tally.ts";

const five = ["a", "b", "c", "d", "e"];
const seven = [...five, "f", "g"];
const votesOf = (text: string): Vote[] => text.split(" ").map((vote) => ({ voter: vote[0]!, choice: vote.slice(1) }));
const passedBy = (text: string, policy: VotePolicy): string | null => tally(five, votesOf(text), policy).passed;

test("P2: each policy asks for its share of the whole electorate, however few have answered", () => {
  assert.equal(passedBy("ay by", "majority"), null);
  assert.equal(passedBy("ay by cy", "majority"), "y");
  assert.equal(passedBy("ay by cy", "two-thirds"), null);
  assert.equal(passedBy("ay by cy dy", "two-thirds"), "y");
  assert.equal(passedBy("ay by cy dy", "unanimous"), null);
  assert.equal(passedBy("ay by cy dy ey", "unanimous"), "y");
  assert.equal(tally(["a", "b", "c"], votesOf("ay by"), "two-thirds").passed, "y");
  assert.equal(tally([], [], "unanimous").passed, null, "nobody passes nothing");
});

test("a weighted vote asks for more than half of all weight", () => {
  const weights = { a: 3, b: 2 };
  assert.deepEqual(tally(five, votesOf("ay cn"), "weighted", { weights }).counts, [
    ["y", 3],
    ["n", 1],
  ]);
  assert.equal(tally(five, votesOf("ay"), "weighted", { weights }).passed, null);
  assert.equal(tally(five, votesOf("ay by"), "weighted", { weights }).passed, "y");
});

test("M2: one that is alone is no quorum, whatever its weight", () => {
  assert.equal(tally(["a"], votesOf("ay"), "majority", { votersMin: 2 }).passed, null);
  assert.equal(tally(["a"], votesOf("ay"), "majority", { votersMin: 2 }).open, false);
  const weights = { a: 100 };
  assert.equal(tally(five, votesOf("ay"), "weighted", { weights, votersMin: 2 }).passed, null);
  assert.equal(tally(five, votesOf("ay by"), "weighted", { weights, votersMin: 2 }).passed, "y");
  assert.deepEqual([quorumOf(1, 2), quorumOf(3, 2), quorumOf(4, 2), quorumOf(4, 5)], [2, 2, 3, 5]);
});

test("a round is open while those who have not voted, and can, may still make something pass", () => {
  const isOpen = (text: string, absent: readonly string[] = []): boolean =>
    tally(five, votesOf(text), "majority", { absent }).open;
  assert.equal(isOpen("ay bn"), true);
  assert.equal(isOpen("ay bn cy dn"), true);
  assert.equal(isOpen("ay bn cy dn", ["e"]), false);
  assert.equal(isOpen("ay bn cm"), true);
  assert.equal(isOpen("ay bn cm dm"), true);
  assert.equal(isOpen("ay bn cm dk"), false);
  assert.equal(tally(five, votesOf("ay bn"), "unanimous").open, false);
});

const anyRound = fc.record({
  voters: fc.uniqueArray(fc.constantFrom(...seven), { maxLength: 7 }),
  votes: fc.array(fc.record({ voter: fc.constantFrom(...seven, "h", "i"), choice: fc.constantFrom("x", "y", "z") })),
  policy: fc.constantFrom<VotePolicy>("majority", "two-thirds", "unanimous", "weighted"),
  weights: fc.dictionary(fc.constantFrom(...seven), fc.nat(4)),
  votersMin: fc.integer({ min: 1, max: 3 }),
});

test("the count is that of a simple oracle; strangers and second votes change nothing; what has passed stays passed", () => {
  fc.assert(
    fc.property(anyRound, ({ voters, votes, policy, weights, votersMin }) => {
      const options = { weights, votersMin };
      const weightOf = (voter: string) => (policy === "weighted" ? (weights[voter] ?? 1) : 1);
      const share = { majority: 1 / 2, weighted: 1 / 2, "two-thirds": 2 / 3, unanimous: 1 }[policy];
      const whole = voters.reduce((sum, voter) => sum + weightOf(voter), 0);
      const oracle = ["x", "y", "z"].filter((choice) => {
        const supporters = voters.filter((voter) => votes.find((vote) => vote.voter === voter)?.choice === choice);
        const weight = supporters.reduce((sum, voter) => sum + weightOf(voter), 0);
        const atLeast = policy === "two-thirds" || policy === "unanimous";
        const enough = atLeast ? weight >= whole * share - 1e-9 : weight > whole * share;
        return whole > 0 && enough && supporters.length >= votersMin;
      });
      const counted = tally(voters, votes, policy, options);
      assert.deepEqual(counted.passed === null ? [] : [counted.passed], oracle);
      for (let known = 0; known < votes.length; known++) {
        const early = tally(voters, votes.slice(0, known), policy, options);
        if (early.passed !== null) assert.equal(counted.passed, early.passed);
        else if (!early.open) assert.equal(counted.passed, null, "a round that was lost stays lost");
      }
    }),
    { numRuns: 500 },
  );
});

test("a policy that there is not is refused by its field", () => {
  assert.throws(() => checkVotePolicy("policy", "most"), { code: "invalid-argument", field: "policy" });
});
