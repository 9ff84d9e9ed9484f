/**
 * The scope `fleet` from end to end: 20 agents of two hosts, over a real Redis. The safety gate judges, the
 * voters approve, the action goes to every member, and 19 of 20 are 95 %.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { Redis } from "ioredis";
import { defaultPolicy, type Directive } from "@entrain/core/decision";
import { createRedisStore, type RedisStore } from "@entrain/redis";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { createSystemClock, systemTimers } from "@entrain/runtime";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgentHost, type AgentHost } from "entrain";

const swarmId = `fleet-${randomUUID()}`;
const idsOf = (host: string): readonly string[] => Array.from({ length: 10 }, (_, index) => `${host}-${index}`);
const agentIds = [...idsOf("a"), ...idsOf("b")];
const patienceMs = 30_000;

let redis: TestRedis;
let store: RedisStore;
let hosts: readonly AgentHost[];
/** Who refuses what is to be done now, and who has done it. */
let unwilling: readonly string[] = [];
let effects: string[] = [];
const escalations: { readonly incidentId: string; readonly lacking: readonly { readonly agentId: string }[] }[] = [];
const stack = new AsyncDisposableStack();

before(async () => {
  redis = stack.use(await acquireTestRedis());
  store = createRedisStore({ redis: redis.url, swarmId, clock: createSystemClock(), timers: systemTimers });
  stack.defer(() => store.close());
  await store.connect();
  hosts = ["a", "b"].map((host) => {
    const onEscalation = (event: (typeof escalations)[number]): void => void escalations.push(event);
    const started = createAgentHost({ swarm: swarmId, redis: redis.url }, idsOf(host), { onEscalation });
    stack.defer(() => started.stop(0));
    for (const action of ["cool_down", "throttle"])
      started.work.onAction(action, (_, { agentId, key, refuse }) => {
        if (unwilling.includes(agentId)) refuse("the valve is open");
        effects.push(key);
        return "done";
      });
    return started;
  });
  await Promise.all(hosts.map((host) => host.start(30_000)));
  await waitFor("a leader", () => hosts.every((host) => host.leader().leaderId !== null), patienceMs);
  await waitFor("both processes vote", async () => (await store.votes.voters()).voters.length === 2, patienceMs);
  await waitFor("all are members", async () => (await store.registry.snapshot()).members.size === 20, patienceMs);
  const rules = defaultPolicy.rules.map((rule) => ({ ...rule, scope: "fleet" as const }));
  const safetyGate = {
    ...{ failedShareMax: 0.2, healthFloor: 0.3, neighbours: 4 },
    effects: {
      cool_down: { healthLoss: 0.05, spreadLoss: 0.05 },
      shed_load: { healthLoss: 0.9, spreadLoss: 0.1 },
    },
  };
  // Time enough for the voters on a busy machine; the compliance is the fleet's default, 95 %.
  const decision = { rules, safetyGate, budgetMs: 15_000, safeModeHealth: 0, propagation: { deadlineMs: 20_000 } };
  const { version } = await hosts[0]!.context.merge({ policy: { decision } });
  await waitFor("the policy", () => hosts.every(({ context }) => context.current()?.version === version), patienceMs);
});
after(() => stack.disposeAsync());
beforeEach(() => {
  unwilling = [];
  effects = [];
});

/** The agents that stand for the lead of their hosts meet it: what reaches the fleet is the leader's to propose. */
async function meet(incidentId: string, reading: Readonly<Record<string, number>>) {
  const outcomes = await Promise.all(
    hosts.map((host, index) => host.decide({ agentId: index === 0 ? "a-0" : "b-0", reading, incidentId })),
  );
  const [first] = outcomes as [(typeof outcomes)[number]];
  for (const { decision, source } of outcomes) {
    assert.deepEqual(decision, first.decision, "all have one decision");
    assert.notEqual(source, "safe-alone", decision.reasoning);
  }
  return first.decision;
}

const hot = { temperature: 85 };

async function settled(incidentId: string): Promise<Directive> {
  return waitFor(
    "its directive is settled",
    async () => {
      const [directive] = await store.directives.read([incidentId]);
      return directive !== undefined && directive.outcome !== "open" && directive;
    },
    patienceMs,
  );
}

const doneIn = ({ targets }: Directive): number => targets.filter(({ state }) => state === "done").length;

test("an action that the fleet survives is approved, and carried out once by every member", async () => {
  const { action, input, decisionId } = await meet("passes", hot);
  assert.equal(action, "cool_down");
  assert.deepEqual(
    input.fleet?.map(({ agentId }) => agentId),
    agentIds.toSorted(),
  );
  assert.equal(input.approval?.passed, true);
  const directive = await settled("passes");
  assert.deepEqual([directive.outcome, doneIn(directive)], ["met", 20]);
  assert.deepEqual(effects.toSorted(), agentIds.map((agentId) => `${decisionId}/${agentId}`).toSorted());
});

test("with 19 of 20 the fleet's 95 % are met, and the one that refused is escalated by name all the same", async () => {
  unwilling = ["b-7"];
  await meet("one-refuses", hot);
  const directive = await settled("one-refuses");
  assert.deepEqual([directive.outcome, doneIn(directive), effects.length], ["met", 19, 19]);
  const told = await waitFor("somebody tells", () =>
    escalations.find(({ incidentId }) => incidentId === "one-refuses"),
  );
  assert.partialDeepStrictEqual(told, {
    ...{ met: true, done: 19, targets: 20, action: "cool_down" },
    lacking: [{ agentId: "b-7", state: "refused", note: "the valve is open" }],
  });
});

test("with 18 of 20 they are missed: who has done it and who has not is to be seen", async () => {
  unwilling = ["a-1", "b-7"];
  await meet("two-refuse", hot);
  const directive = await settled("two-refuse");
  assert.deepEqual([directive.outcome, doneIn(directive), effects.length], ["missed", 18, 18]);
  const told = await waitFor("somebody tells", () => escalations.find(({ incidentId }) => incidentId === "two-refuse"));
  assert.partialDeepStrictEqual(told, { met: false, done: 18, targets: 20 });
  assert.deepEqual(told.lacking.map(({ agentId }) => agentId).toSorted(), ["a-1", "b-7"]);
  const { entries } = await store.ledger.list(10);
  const listed = entries.find(({ decision }) => decision.incidentId === "two-refuse");
  assert.deepEqual(listed?.directive, directive, "the ledger lists it with its decision");
  assert.deepEqual(await store.directives.figures(), { open: 0, met: 2, missed: 1, escalated: 3 });
});

for (const [what, incidentId, reading, reasoning] of [
  [
    "that too many would not survive",
    "over-threshold",
    { power: 1_300 },
    /blocks shed_load: 20 of 20 members would fail/,
  ],
  ["whose effect the policy does not know", "unknown-action", { temperature: 72 }, /does not say what it does/],
] as const)
  test(`an action ${what} is blocked: the safe action is the fleet's decision, and nothing is sent`, async () => {
    const decision = await meet(incidentId, reading);
    assert.deepEqual([decision.type, decision.action], ["SAFE_MODE", "enter_safe_mode"]);
    assert.match(decision.reasoning, reasoning);
    assert.deepEqual([decision.directive, effects], [undefined, []]);
  });

for (const [what, incidentId, state] of [
  ["whose health is no number", "no-health", "alive 1 1 1 healthy"],
  ["whose record cannot be read", "no-record", "{"],
] as const)
  test(`a member ${what} is an error in the gate, and that blocks`, async () => {
    const direct = new Redis(redis.url);
    const [states, beats] = [`entrain:{${swarmId}}:member-states`, `entrain:{${swarmId}}:member-beats`];
    try {
      await direct.hset(states, "ghost", state);
      // Heard of so late that nobody takes it for silent.
      await direct.zadd(beats, 1e15, "ghost");
      const decision = await meet(incidentId, hot);
      assert.deepEqual([decision.type, decision.action], ["SAFE_MODE", "enter_safe_mode"]);
      assert.match(decision.reasoning, /blocks cool_down: it could not judge it/);
      assert.deepEqual([decision.directive, effects], [undefined, []]);
    } finally {
      await direct.zrem(beats, "ghost");
      await direct.hdel(states, "ghost");
      direct.disconnect();
    }
  });
