/** What a rule's scope asks for, over real voters: the swarm decides what two thirds of all of them would do as well. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { defaultPolicy, type Scope } from "@entrain/core/decision";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent, type Agent, type ReasonerLike } from "entrain";

let redis: TestRedis;

before(async () => {
  redis = await acquireTestRedis();
});
after(() => redis.stop());

const rulesOf = (scope: Scope) => defaultPolicy.rules.map((rule) => ({ ...rule, scope }));
/** Says something else than the rule. */
const dissenting: ReasonerLike = {
  name: "dissenting",
  reason: () => ({ type: "ANOMALY_RESPONSE", action: "throttle", confidence: 1, reasoning: "rather this" }),
};

/** A swarm whose voters think like this, and whose rules have this scope. */
async function startSwarm(minds: readonly (ReasonerLike | undefined)[], scope: Scope): Promise<readonly Agent[]> {
  const swarm = `s-${randomUUID()}`;
  const election = { leaseMs: 1_000, renewEveryMs: 250, stopMarginMs: 200 };
  const agents = minds.map((mind) =>
    createAgent({ swarm, redis: redis.url, election, ...(mind === undefined ? {} : { decide: mind }) }),
  );
  await Promise.all(agents.map((agent) => agent.start()));
  const [first] = agents as [Agent];
  await waitFor("all vote", async () => (await first.votes.voters()).voters.length === agents.length);
  // The vote's time is a part of the budget: a busy machine is to be slow, not alone.
  const { version } = await first.context.merge({ policy: { decision: { rules: rulesOf(scope), budgetMs: 10_000 } } });
  await waitFor("the policy", () => agents.every(({ context }) => context.current()?.version === version));
  await waitFor("a leader", () => agents.every((agent) => agent.leader().leaderId !== null));
  return agents;
}

async function decideAll(agents: readonly Agent[]) {
  try {
    return await Promise.all(agents.map((agent) => agent.decide({ temperature: 85, subject: "rack-1" })));
  } finally {
    await Promise.all(agents.map((agent) => agent.stop()));
  }
}

test("the swarm does what two thirds of its voters would do", async () => {
  const answers = await decideAll(await startSwarm([undefined, undefined, undefined], "swarm"));
  assert.deepEqual(
    answers.map(({ decision }) => decision.action),
    ["cool_down", "cool_down", "cool_down"],
  );
  assert.equal(new Set(answers.map(({ decision }) => decision.decisionId)).size, 1);
  const approval = answers[0]?.decision.input.approval;
  assert.equal(approval?.passed, true);
  assert.ok(approval.yes >= 2 && approval.voters === 3, JSON.stringify(approval));
});

test("what one of two voters would not do is done by nobody: it is the safe action for all", async () => {
  const answers = await decideAll(await startSwarm([undefined, dissenting], "swarm"));
  assert.deepEqual(
    answers.map(({ decision }) => [decision.action, decision.type]),
    [
      ["enter_safe_mode", "SAFE_MODE"],
      ["enter_safe_mode", "SAFE_MODE"],
    ],
  );
  assert.match(answers[0]?.decision.reasoning ?? "", /has not approved .*: 1 of 2 voters said yes/);
});

test("a question of the decisions is none that a user's answerer gets to see", async () => {
  const agents = await startSwarm([undefined, undefined], "swarm");
  const seen: unknown[] = [];
  for (const agent of agents)
    agent.votes.answer(({ question }) => {
      seen.push(question);
      return "no";
    });
  const answers = await decideAll(agents);
  assert.deepEqual([answers[0]?.decision.action, seen], ["cool_down", []]);
});
