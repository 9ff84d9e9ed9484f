/** Actions of the whole fleet pass the safety gate of the shared policy, over the members that a real registry lists. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { defaultPolicy } from "@entrain/core/decision";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent, EntrainError } from "entrain";

let redis: TestRedis;

before(async () => {
  redis = await acquireTestRedis();
});
after(() => redis.stop());

const gateWith = (healthLoss: number) => ({
  failedShareMax: 0.3,
  healthFloor: 0.3,
  neighbours: 2,
  effects: { cool_down: { healthLoss, spreadLoss: 0.1 } },
});

test("an action that the fleet would not survive is nobody's decision; one that it does survive is everybody's", async () => {
  const swarm = `s-${randomUUID()}`;
  const election = { leaseMs: 1_000, renewEveryMs: 250, stopMarginMs: 200 };
  await using one = createAgent({ swarm, redis: redis.url, election });
  await using two = createAgent({ swarm, redis: redis.url, election });
  const agents = [one, two];
  await Promise.all(agents.map((agent) => agent.start()));
  await waitFor("a leader", () => agents.every((agent) => agent.leader().leaderId !== null));
  await waitFor("both vote", async () => (await one.votes.voters()).voters.length === 2);
  const rules = defaultPolicy.rules.map((rule) => ({ ...rule, scope: "fleet" as const }));
  await assert.rejects(
    one.context.merge({ policy: { decision: { rules } } }),
    (thrown) => thrown instanceof EntrainError && /safetyGate/.test(thrown.message),
    "a rule of the fleet without a gate is refused where it is written",
  );
  for (const [healthLoss, action] of [
    [0.9, "enter_safe_mode"],
    [0.1, "cool_down"],
  ] as const) {
    const { version } = await one.context.merge({ policy: { decision: { rules, safetyGate: gateWith(healthLoss) } } });
    await waitFor("the policy", () => agents.every(({ context }) => context.current()?.version === version));
    const reading = { temperature: 85, subject: `rack-${version}` };
    const answers = await Promise.all(agents.map((agent) => agent.decide(reading)));
    assert.deepEqual(
      answers.map(({ decision }) => decision.action),
      [action, action],
    );
    const [{ decision }] = answers as [(typeof answers)[number]];
    assert.equal(decision.input.fleet?.length, 2, "the fleet is part of the input");
    if (action !== "cool_down") assert.match(decision.reasoning, /safety gate blocks cool_down: 2 of 2 members/);
  }
});
