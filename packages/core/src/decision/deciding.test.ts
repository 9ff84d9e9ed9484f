import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  createDecidingState,
  nextDecidingTickMs,
  stepDeciding,
  type DecidingEffect,
  type DecidingInput,
  type DecidingState,
} from "./deciding.ts";
import type { Decision } from "./decision.ts";

const timings = { leaderFirstMs: 60, budgetMs: 1_000, commitReserveMs: 200, retryMs: 20 };
const follower = { startedMs: 0, timings, leads: false, leaderKnown: true };
const leader = { ...follower, leads: true };
const decision: Decision = {
  decisionId: "d-1",
  incidentId: "i-1",
  type: "ANOMALY_RESPONSE",
  action: "throttle",
  confidence: 1,
  reasoning: "hot",
  term: 1,
  contextVersion: 1,
  policyHash: "",
  input: { reading: {}, health: 1, safeMode: false, contextVersion: 1, policyHash: "" },
  inputHash: "",
  committedBy: "a",
  committedAtMs: 1,
};

/** Feeds the inputs one after the other; returns the last state and the effects of each step. */
function feed(given: Parameters<typeof createDecidingState>[0], inputs: readonly DecidingInput[]) {
  let state = createDecidingState(given);
  const effects = inputs.map((input) => {
    const stepped = stepDeciding(state, input);
    state = stepped.state;
    return stepped.effects;
  });
  return { state, effects };
}

const failed = (nowMs: number, retryable = true): DecidingInput => ({
  kind: "failed",
  nowMs,
  message: "store away",
  retryable,
  jitter: 0.5,
});

test("a leader opens, reasons, commits as leader, and its decision stands", () => {
  const { state, effects } = feed(leader, [
    { kind: "tick", nowMs: 0 },
    { kind: "opened", nowMs: 1 },
    { kind: "reasoned", nowMs: 2 },
    { kind: "decided", nowMs: 3, decision, own: true },
  ]);
  assert.deepEqual(effects, [
    [{ kind: "open" }],
    [{ kind: "reason", untilMs: 800 }],
    [{ kind: "commit", asLeader: true }],
    [{ kind: "settle", outcome: { source: "committed", decision } }],
  ]);
  assert.equal(nextDecidingTickMs(state), undefined);
});

test("a follower waits for the leader's decision and adopts it when it is pushed", () => {
  const { effects } = feed(follower, [
    { kind: "tick", nowMs: 0 },
    { kind: "opened", nowMs: 1 },
    { kind: "decided", nowMs: 8, decision, own: false },
  ]);
  assert.deepEqual(effects, [[{ kind: "open" }], [], [{ kind: "settle", outcome: { source: "adopted", decision } }]]);
});

test("a follower whose leader says nothing proposes itself, without a fence, when the leader's chance is over", () => {
  const opened = feed(follower, [
    { kind: "tick", nowMs: 0 },
    { kind: "opened", nowMs: 1 },
  ]).state;
  assert.equal(nextDecidingTickMs(opened), 60);
  const reasoning = stepDeciding(opened, { kind: "tick", nowMs: 60 });
  assert.deepEqual(reasoning.effects, [{ kind: "reason", untilMs: 800 }]);
  const committing = stepDeciding(reasoning.state, { kind: "reasoned", nowMs: 61 });
  assert.deepEqual(committing.effects, [{ kind: "commit", asLeader: false }]);
});

test("a decision that becomes known while the agent still reasons is adopted at once", () => {
  const { effects } = feed(leader, [
    { kind: "tick", nowMs: 0 },
    { kind: "opened", nowMs: 1 },
    { kind: "decided", nowMs: 2, decision, own: false },
    { kind: "reasoned", nowMs: 300 },
  ]);
  assert.deepEqual(effects[2], [{ kind: "settle", outcome: { source: "adopted", decision } }]);
  assert.deepEqual(effects[3], []);
});

test("a leader with a stale term goes on as a follower and does not think twice", () => {
  const { state, effects } = feed(leader, [
    { kind: "tick", nowMs: 0 },
    { kind: "opened", nowMs: 1 },
    { kind: "reasoned", nowMs: 2 },
    { kind: "fenced", nowMs: 3 },
    { kind: "tick", nowMs: 60 },
  ]);
  assert.deepEqual(effects[3], [], "the new leader has its chance");
  assert.deepEqual(effects[4], [{ kind: "commit", asLeader: false }]);
  assert.equal(state.leads, false);
});

test("a failed question is asked again after a pause that doubles", () => {
  const opening = feed(leader, [{ kind: "tick", nowMs: 0 }, failed(10)]).state;
  assert.equal(nextDecidingTickMs(opening), 30);
  assert.deepEqual(stepDeciding(opening, { kind: "tick", nowMs: 29 }).effects, []);
  const again = stepDeciding(opening, { kind: "tick", nowMs: 30 });
  assert.deepEqual(again.effects, [{ kind: "open" }]);
  assert.equal(nextDecidingTickMs(stepDeciding(again.state, failed(40)).state), 80);
});

test("a leader's failed commit is repeated after the pause, not after the leader's chance", () => {
  const inputs: DecidingInput[] = [
    { kind: "tick", nowMs: 0 },
    { kind: "opened", nowMs: 1 },
    { kind: "reasoned", nowMs: 2 },
    failed(3),
  ];
  const { state } = feed(leader, inputs);
  assert.equal(nextDecidingTickMs(state), 23);
  assert.deepEqual(stepDeciding(state, { kind: "tick", nowMs: 23 }).effects, [{ kind: "commit", asLeader: true }]);
});

test("when the budget ends the safe action is taken alone and the cause is the last failure", () => {
  const { state, effects } = feed(leader, [{ kind: "tick", nowMs: 0 }, failed(10), { kind: "tick", nowMs: 1_000 }]);
  assert.deepEqual(effects[2], [{ kind: "settle", outcome: { source: "safe-alone", cause: "store away" } }]);
  assert.deepEqual(stepDeciding(state, { kind: "decided", nowMs: 1_001, decision, own: false }).effects, []);
});

test("a question that hangs does not outlast the budget", () => {
  const { state, effects } = feed(leader, [
    { kind: "tick", nowMs: 0 },
    { kind: "tick", nowMs: 1_000 },
  ]);
  assert.equal(state.settled, true);
  assert.deepEqual(effects[1], [
    { kind: "settle", outcome: { source: "safe-alone", cause: "no decision within 1000 ms" } },
  ]);
});

test("what cannot succeed by being repeated ends in the safe action at once", () => {
  const { effects } = feed(leader, [{ kind: "tick", nowMs: 0 }, failed(10, false)]);
  assert.deepEqual(effects[1], [{ kind: "settle", outcome: { source: "safe-alone", cause: "store away" } }]);
});

/** A world whose answers are chosen by `choices`; runs one machine to its end and returns what it did. */
function run(given: { leads: boolean; leaderKnown: boolean }, choices: readonly number[]) {
  let state: DecidingState = createDecidingState({ ...given, startedMs: 0, timings });
  let nowMs = 0;
  let asked: DecidingEffect | undefined;
  const settled: { readonly effect: DecidingEffect; readonly atMs: number }[] = [];
  const draw = [...choices];
  const apply = (input: DecidingInput): void => {
    const stepped = stepDeciding(state, input);
    assert.ok(stepped.effects.length <= 1, "one thing at a time");
    state = stepped.state;
    const effect = stepped.effects[0];
    if (effect?.kind === "settle") settled.push({ effect, atMs: nowMs });
    if (effect !== undefined) {
      assert.ok(effect.kind === "settle" || asked === undefined, "no question while another is under way");
      asked = effect.kind === "settle" ? undefined : effect;
    }
  };
  apply({ kind: "tick", nowMs });
  for (let steps = 0; !state.settled; steps++) {
    assert.ok(steps < 500, "the machine makes no progress");
    const tickMs = nextDecidingTickMs(state);
    assert.ok(tickMs !== undefined && tickMs <= timings.budgetMs);
    const answersMs = nowMs + ((draw.shift() ?? 0) % 400);
    if (asked === undefined || answersMs >= tickMs) {
      nowMs = Math.max(nowMs, tickMs);
      apply({ kind: "tick", nowMs });
      continue;
    }
    nowMs = answersMs;
    const question = asked;
    asked = undefined;
    const answer = (draw.shift() ?? 0) % 4;
    if (answer === 0) apply(failed(nowMs));
    else if (question.kind === "open") apply({ kind: "opened", nowMs });
    else if (question.kind === "reason") apply({ kind: "reasoned", nowMs });
    else if (question.kind === "commit" && question.asLeader && answer === 1) apply({ kind: "fenced", nowMs });
    else apply({ kind: "decided", nowMs, decision, own: answer === 2 });
  }
  return settled;
}

test("whatever the world answers, and whenever, the machine settles once and within its budget", () => {
  const given = fc.record({ leads: fc.boolean(), leaderKnown: fc.boolean() });
  fc.assert(
    fc.property(given, fc.array(fc.nat(1_000), { maxLength: 60 }), (start, choices) => {
      const settled = run(start, choices);
      assert.equal(settled.length, 1);
      assert.ok(settled[0]!.atMs <= timings.budgetMs);
    }),
    { numRuns: 500 },
  );
});
