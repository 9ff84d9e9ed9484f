import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EntrainError } from "@entrain/kernel";
import {
  createElectionState,
  mayAct,
  nextElectionTickMs,
  standAgain,
  stepElection,
  type ElectionEffect,
  type ElectionInput,
  type ElectionState,
  type LeaderRecord,
  type Leadership,
} from "./election.ts";
import { electionTimings } from "./timings.ts";

const timings = electionTimings();
const held: Leadership = { agentId: "a", incarnation: 1, term: 1_000, generation: 1 };
const other: LeaderRecord = { ...held, agentId: "b", leaseUntilMs: 9_000, remainingMs: 1_200 };

function run(state: ElectionState, ...inputs: ElectionInput[]): { state: ElectionState; effects: ElectionEffect[] } {
  let current = state;
  const effects: ElectionEffect[] = [];
  for (const input of inputs) {
    const step = stepElection(current, input);
    current = step.state;
    effects.push(...step.effects);
  }
  return { state: current, effects };
}

const fresh = (): ElectionState => createElectionState("a", 1, timings, 0);
const leading = (): ElectionState =>
  run(fresh(), { kind: "tick", nowMs: 0 }, { kind: "granted", nowMs: 10, sentMs: 0, held }).state;

test("a free leadership that is left to others is asked for again when that is over, by a hint before", () => {
  const asked = run(createElectionState("a", 1, timings, 0), { kind: "tick", nowMs: 0 });
  assert.deepEqual(
    asked.effects.map(({ kind }) => kind),
    ["campaign"],
  );
  const left = run(asked.state, { kind: "record", nowMs: 4, leader: undefined, leftToOthersMs: 80 }).state;
  assert.equal(nextElectionTickMs(left), 85);
  assert.deepEqual(run(left, { kind: "tick", nowMs: 84 }).effects, []);
  assert.equal(run(left, { kind: "tick", nowMs: 85 }).effects[0]?.kind, "campaign");
  assert.equal(nextElectionTickMs(run(left, { kind: "hint", nowMs: 20, term: 7 }).state), 20);
  const free = run(asked.state, { kind: "record", nowMs: 4, leader: undefined, leftToOthersMs: 0 }).state;
  assert.equal(nextElectionTickMs(free), 4 + timings.pollMs);
});

test("a priority is a whole number from 0 to 100, and 50 where none is given", () => {
  assert.deepEqual([electionTimings().priority, electionTimings({ priority: 0 }).priority], [50, 0]);
  for (const priority of [-1, 101, 1.5, Number.NaN])
    assert.throws(() => electionTimings({ priority }), { code: "invalid-config", field: "priority" });
});

test("a candidate asks at once and is elected by a grant", () => {
  const { state, effects } = run(fresh(), { kind: "tick", nowMs: 0 }, { kind: "granted", nowMs: 10, sentMs: 0, held });
  assert.deepEqual(
    effects.map(({ kind }) => kind),
    ["campaign", "elected"],
  );
  assert.equal(mayAct(state, 10), true);
});

test("L4: a leader stops a margin before its lease can end, counted from the sending", () => {
  const state = leading();
  assert.equal(mayAct(state, 1_699), true);
  assert.equal(mayAct(state, 1_700), false);
  const { effects } = run(state, { kind: "tick", nowMs: 1_700 });
  assert.deepEqual(effects, [{ kind: "lost", held, cause: "lease-ending" }]);
});

test("L4: a grant that arrives after its stop instant is given back, not used", () => {
  const asked = run(fresh(), { kind: "tick", nowMs: 0 }).state;
  const { state, effects } = run(asked, { kind: "granted", nowMs: 1_701, sentMs: 0, held });
  assert.deepEqual(effects, [{ kind: "release", held }]);
  assert.equal(mayAct(state, 1_701), false);
});

test("L4: a late renewal does not bring back a term that was stopped", () => {
  const stopped = run(leading(), { kind: "tick", nowMs: 500 }, { kind: "tick", nowMs: 1_700 }).state;
  const { state, effects } = run(stopped, { kind: "granted", nowMs: 1_710, sentMs: 1_650, held });
  assert.deepEqual(effects, [{ kind: "release", held }]);
  assert.equal(mayAct(state, 1_710), false);
});

test("a grant whose hint came first is taken", () => {
  const asked = run(fresh(), { kind: "tick", nowMs: 0 }, { kind: "hint", nowMs: 5, term: held.term }).state;
  assert.equal(mayAct(run(asked, { kind: "granted", nowMs: 10, sentMs: 0, held }).state, 10), true);
});

test("a leader renews at its pace, one request at a time", () => {
  const first = run(leading(), { kind: "tick", nowMs: 500 });
  assert.deepEqual(first.effects, [{ kind: "renew", held }]);
  assert.deepEqual(run(first.state, { kind: "tick", nowMs: 600 }).effects, []);
  const renewed = run(first.state, { kind: "granted", nowMs: 520, sentMs: 500, held });
  assert.deepEqual(renewed.effects, []);
  assert.equal(mayAct(renewed.state, 2_199), true);
});

test("a refused renewal ends the leadership", () => {
  const { state, effects } = run(leading(), { kind: "refused", nowMs: 600, leader: other });
  assert.deepEqual(effects, [{ kind: "lost", held, cause: "refused" }]);
  assert.equal(mayAct(state, 601), false);
});

test("a renewal that carries the leadership into a new generation goes on under it", () => {
  const carried = { ...held, generation: 2 };
  const { state, effects } = run(leading(), { kind: "granted", nowMs: 520, sentMs: 500, held: carried });
  assert.deepEqual(effects, []);
  assert.equal(state.phase.kind === "leading" && state.phase.held.generation, 2);
});

test("a follower asks when the leader's lease ends, and at once on a hint", () => {
  const following = run(
    fresh(),
    { kind: "tick", nowMs: 0 },
    { kind: "record", nowMs: 10, leader: { ...other, remainingMs: 200 } },
  );
  assert.equal(nextElectionTickMs(following.state), 211);
  const hinted = run(following.state, { kind: "hint", nowMs: 50, term: 0 });
  assert.equal(nextElectionTickMs(hinted.state), 50);
});

test("L2: the highest term ever seen goes into the next campaign", () => {
  const seen = run(fresh(), { kind: "hint", nowMs: 0, term: 7_777 });
  assert.deepEqual(run(seen.state, { kind: "tick", nowMs: 1 }).effects, [{ kind: "campaign", highestTerm: 7_777 }]);
});

test("resigning stops acting first, then releases, and no late grant is kept", () => {
  const { state, effects } = run(leading(), { kind: "resign", nowMs: 100 });
  assert.deepEqual(
    effects.map(({ kind }) => kind),
    ["lost", "release"],
  );
  const late = run(state, { kind: "granted", nowMs: 120, sentMs: 90, held });
  assert.deepEqual(late.effects, [{ kind: "release", held }]);
  assert.equal(nextElectionTickMs(late.state), undefined);
});

test("who resigned and stands again does not take a given-up term back, and no hint ends the pause", () => {
  const resigned = run(leading(), { kind: "resign", nowMs: 100 });
  const standing = standAgain(resigned.state, 600);
  const hinted = run(standing, { kind: "hint", nowMs: 110, term: 0 });
  assert.equal(nextElectionTickMs(hinted.state), 600);
  assert.deepEqual(run(hinted.state, { kind: "tick", nowMs: 600 }).effects, [
    { kind: "campaign", highestTerm: held.term },
  ]);
  const late = run(hinted.state, { kind: "granted", nowMs: 620, sentMs: 600, held });
  assert.deepEqual(late.effects, [{ kind: "release", held }], "its release had been lost");
  const anew = run(hinted.state, { kind: "granted", nowMs: 620, sentMs: 600, held: { ...held, term: held.term + 1 } });
  assert.equal(anew.effects[0]?.kind, "elected");
});

test("L1, L4: whatever happens, who may act holds a lease that cannot have ended", () => {
  const input = fc.record({ kind: fc.constantFrom("tick", "grant", "refuse", "silence", "hint"), waitMs: fc.nat(900) });
  fc.assert(
    fc.property(fc.array(input, { maxLength: 60 }), (inputs) => {
      let state = fresh();
      let nowMs = 0;
      let sentMs = 0;
      let leaseEndsMs = 0;
      let term = 0;
      for (const { kind, waitMs } of inputs) {
        nowMs += waitMs;
        const step = stepElection(state, toInput(kind));
        state = step.state;
        if (step.effects.some((effect) => effect.kind === "campaign" || effect.kind === "renew")) sentMs = nowMs;
        if (mayAct(state, nowMs)) assert.ok(nowMs < leaseEndsMs, "acts beyond its lease");
      }
      function toInput(kind: string): ElectionInput {
        if (kind === "grant") {
          term = state.phase.kind === "leading" ? state.phase.held.term : Math.max(term, state.highestTerm) + 1;
          leaseEndsMs = sentMs + timings.leaseMs;
          return { kind: "granted", nowMs, sentMs, held: { ...held, term } };
        }
        if (kind === "refuse") return { kind: "refused", nowMs, leader: undefined };
        if (kind === "silence") return { kind: "unanswered", nowMs };
        if (kind === "hint") return { kind: "hint", nowMs, term: 0 };
        return { kind: "tick", nowMs };
      }
    }),
  );
});

test("settings that break the lease's inequality are refused with it", () => {
  assert.throws(
    () => electionTimings({ leaseMs: 1_000 }),
    (thrown) =>
      thrown instanceof EntrainError &&
      thrown.code === "invalid-config" &&
      /must be less than leaseMs/.test(thrown.message),
  );
  assert.throws(() => electionTimings({ renewEveryMs: 0 }), /renewEveryMs/);
});
