/** A shared rate through the library, over a real Redis: two agents, one rate. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { createAgent } from "entrain";
import { waitFor } from "@entrain/testkit/conformance";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";

let redis: TestRedis;
before(async () => {
  redis = await acquireTestRedis();
});
after(() => redis.stop());

test("two agents take no more together than the rate, both get their part, and one that stops leaves its part to the other", async () => {
  const swarm = `rates-${randomUUID()}`;
  const open = (agentId: string) => createAgent({ swarm, agentId, redis: redis.url });
  await using one = open("one");
  await using two = open("two");
  await Promise.all([one.start(), two.start()]);
  const perSecond = 100;
  const untilMs = performance.now() + 3_000;
  const taken = { one: 0, two: 0 };
  const drain = async (agent: typeof one, name: keyof typeof taken): Promise<void> => {
    const rate = agent.rate("upstream", { perSecond });
    while (performance.now() < untilMs) {
      await rate.take({ timeoutMs: 5_000 });
      taken[name] += 1;
    }
  };
  const startedMs = performance.now();
  await Promise.all([drain(one, "one"), drain(two, "two")]);
  const most = ((performance.now() - startedMs) / 1_000) * perSecond + 2 * 10;
  assert.ok(taken.one + taken.two <= most, `${taken.one} + ${taken.two} of ${most}`);
  assert.ok(taken.one >= 60 && taken.two >= 60, `${taken.one} and ${taken.two}`);
  const rates = { upstream: { perSecond: 40 } };
  await one.context.merge({ policy: { resource: { rates } } }, { reason: "the upstream is slow" });
  const held = [one, two].map((agent) => agent.rate("upstream", { perSecond }));
  await waitFor("the policy's rate is in force in both", () =>
    Promise.resolve(held.every((rate) => rate.status().limitPerSecond === 40)),
  );
  await one.context.merge({ policy: { resource: { rates: { upstream: null } } } });
  await waitFor("it is as the code says again", () =>
    Promise.resolve(held.every((rate) => rate.status().limitPerSecond === perSecond)),
  );
  await two.stop();
  assert.throws(() => two.rate("upstream", { perSecond }), { code: "unavailable" });
  const rate = one.rate("upstream", { perSecond });
  await Promise.all(Array.from({ length: 200 }, () => rate.take({ timeoutMs: 5_000 })));
});

test("a rate is refused by name where its figures are wrong, and one name has one rate in a process", () => {
  const agent = createAgent({ swarm: "rates", redis: redis.url });
  assert.throws(() => agent.rate("upstream", { perSecond: 0 }), { code: "invalid-argument", field: "perSecond" });
  assert.throws(() => agent.rate("no spaces", { perSecond: 1 }), { code: "invalid-argument", field: "rate" });
  agent.rate("upstream", { perSecond: 5 });
  assert.throws(() => agent.rate("upstream", { perSecond: 6 }), { code: "already-exists" });
});
