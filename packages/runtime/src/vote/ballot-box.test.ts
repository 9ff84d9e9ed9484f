import assert from "node:assert/strict";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { proposalDefinition, type Proposal } from "@entrain/core/vote";
import type { CastAnswer, RuntimeEvent, VoteStore } from "@entrain/ports";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { openBallotBox, type Answerer } from "./ballot-box.ts";

const pollMs = 2_000;
const away = new EntrainError("store-unavailable", "away");

/** A voter asked one thing, over a store that answers its casts by these, one after the other, and counts what was cast. */
function askedVoter(answer: Answerer, ...castAnswers: (CastAnswer["kind"] | Error)[]) {
  const time = createVirtualTime();
  const events: RuntimeEvent[] = [];
  const casts: string[] = [];
  const reads: ("away" | "there")[] = [];
  let proposal: Proposal = {
    definition: proposalDefinition({ proposalId: "p" }),
    ...{ proposedBy: "b", round: 1, votersVersion: 1, votersVersionNow: 1, electorate: ["a", "b", "c"], votersMin: 2 },
    ...{ absent: [], votes: [], taken: true, previous: undefined },
  };
  const unasked = (): Promise<never> => Promise.reject(new Error("not asked of this store"));
  const store: VoteStore = {
    ...{ enroll: unasked, evict: unasked, remove: unasked, voters: unasked, propose: unasked, nextRound: unasked },
    cast(voter, _, round, choice) {
      casts.push(`${round} ${choice}`);
      const answered = castAnswers.shift() ?? "cast";
      if (answered instanceof Error) return Promise.reject(answered);
      if (answered === "cast") proposal = { ...proposal, votes: [{ voter: voter.agentId, choice }] };
      return Promise.resolve({ kind: answered } as CastAnswer);
    },
    read: () => (reads.shift() === "away" ? Promise.reject(away) : Promise.resolve([proposal])),
    latest: () => Promise.resolve([proposal]),
    watch: () => () => undefined,
  };
  const close = openBallotBox({
    ...{ store, timers: time.timers, events: (event) => events.push(event), answer, answerMs: 1_000, pollMs },
    ...{ timings: { aliveForMs: 1, evictAfterMs: 1, votersMin: 2 }, voter: { agentId: "a", incarnation: 1 } },
  });
  return {
    ...{ time, events, casts, reads, close },
    become: (change: Partial<Proposal>) => (proposal = { ...proposal, ...change }),
  };
}

test("a choice that the store did not get is cast again soon, and the answerer is not asked twice", async () => {
  let asked = 0;
  const answer = (): string => (asked++ === 0 ? "yes" : "no");
  const { time, events, casts, reads, close } = askedVoter(answer, away, away, "no-voter");
  await time.advance(1);
  assert.deepEqual(casts, ["1 yes"]);
  reads.push("away", "there");
  await time.advance(500);
  assert.deepEqual(casts, ["1 yes", "1 yes"], "100 ms after the first it could not be read, 200 ms later it could");
  await time.advance(pollMs);
  assert.deepEqual(casts, ["1 yes", "1 yes", "1 yes", "1 yes"], "it was buried for a moment, and lives again");
  await time.advance(10 * pollMs);
  assert.deepEqual([casts.length, asked, events.length], [4, 1, 0]);
  close();
});

test("a store that stays away is asked no more often than it is looked at", async () => {
  const { time, casts, close } = askedVoter(() => "yes", ...Array.from({ length: 100 }, () => away));
  await time.advance(60_000);
  assert.ok(casts.length >= 30 && casts.length <= 70, `${casts.length} casts in a minute`);
  close();
  assert.equal(time.pendingTimers(), 0);
});

test("a choice of an earlier round is cast no more: the answerer is asked anew", async () => {
  const { time, casts, close, become } = askedVoter(({ round }) => (round === 1 ? "yes" : "no"), away);
  await time.advance(1);
  become({ round: 2, previous: { yes: 1 } });
  await time.advance(pollMs);
  assert.deepEqual(casts, ["1 yes", "2 no"]);
  close();
});

test("once nothing is asked any more, or nobody answers any more, what was not cast is given up", async () => {
  const decided = askedVoter(() => "yes", away);
  await decided.time.advance(1);
  decided.become({ taken: false });
  await decided.time.advance(10 * pollMs);
  assert.equal(decided.casts.length, 1);
  decided.close();

  const closed = askedVoter(() => "yes", away);
  await closed.time.advance(1);
  closed.close();
  await closed.time.advance(10 * pollMs);
  assert.equal(closed.casts.length, 1);
});

test("an answer that is late, throws or is no option is told and is no vote (P2)", async () => {
  const late = (): Promise<string> => new Promise(() => undefined);
  const thrown = (): string => {
    throw new Error("broken");
  };
  for (const answer of [late, thrown, () => "perhaps"]) {
    const { time, events, casts, close } = askedVoter(answer);
    await time.advance(3 * pollMs);
    assert.deepEqual([casts.length, events.map(({ kind }) => kind)], [0, ["listener.failed"]]);
    close();
  }
});

test("a vote that the store refuses for good is told once", async () => {
  const { time, events, casts, close } = askedVoter(() => "yes", new EntrainError("invalid-argument", "no"));
  await time.advance(3 * pollMs);
  assert.deepEqual([casts.length, events.length], [1, 1]);
  close();
});
