/** What agents tell and decide in their host process: two of them share it here, as replicas share a swarm. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { pino } from "pino";
import { Registry } from "prom-client";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import {
  createAgent,
  type Agent,
  type AgentOptions,
  type BeatEvent,
  type LeaderEvent,
  type Strategy,
  type StrategyView,
} from "entrain";

let redis: TestRedis;
before(async () => {
  redis = await acquireTestRedis();
});
after(async () => {
  await redis.stop();
});

/** Started agents of one new swarm; they leave it at the end of the block. */
async function startedAgents(ids: readonly string[], options: Partial<AgentOptions> = {}) {
  const swarm = `s-${randomUUID()}`;
  const stack = new AsyncDisposableStack();
  const agents = ids.map((agentId) =>
    stack.use(createAgent({ swarm, redis: redis.url, rhythm: { periodMs: 100 }, agentId, ...options })),
  );
  await Promise.all(agents.map((agent) => agent.start()));
  // The ids are written out by the caller, so there is an agent for each.
  return { agents: agents as [Agent, ...Agent[]], [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test("two agents of one process name the same beats, each in order and none twice", async () => {
  await using swarm = await startedAgents(["a", "b"]);
  const beats: BeatEvent[] = [];
  for (const agent of swarm.agents) agent.on("beat", (beat) => beats.push(beat));
  const of = (id: string) => beats.filter(({ agentId }) => agentId === id).map(({ beat }) => beat);
  const common = () => of("a").filter((beat) => of("b").includes(beat));
  await waitFor("five beats of both", () => common().length >= 5);
  for (const id of ["a", "b"])
    assert.deepEqual(
      of(id),
      [...new Set(of(id))].sort((x, y) => x - y),
    );
  for (const { intendedAt, firedAt, latenessMs } of beats) {
    assert.ok(Math.abs(firedAt - intendedAt - latenessMs) < 0.01);
    assert.ok(latenessMs >= 0, "no beat fires before its instant");
    assert.ok(Math.abs(firedAt - Date.now()) < 60_000, "on the wall clock");
  }
  assert.equal(swarm.agents[0].goal()?.periodNs, 100e6);
});

test("one of them leads, and when it leaves the other one does, under a higher term", async () => {
  await using swarm = await startedAgents(["a", "b"]);
  const leaders = () => swarm.agents.filter((agent) => agent.leader().isSelf);
  const [first] = await waitFor("a leader that both know", () => {
    const known = new Set(swarm.agents.map((agent) => agent.leader().leaderId));
    return known.size === 1 && !known.has(null) && leaders();
  });
  const other = swarm.agents.find((agent) => agent !== first)!;
  const { term } = other.leader();
  const told: LeaderEvent[] = [];
  other.on("leader", (event) => told.push(event));
  await first!.stop();
  await waitFor("the other to lead", () => other.leader().isSelf);
  assert.deepEqual(first!.leader(), { leaderId: null, term: null, isSelf: false });
  const last = told.at(-1);
  assert.deepEqual([last?.leaderId, last?.isSelf], [other.agentId, true]);
  assert.ok((last?.term ?? 0) > (term ?? Infinity), "terms grow (L2)");
});

test("a subscription declared with using ends with its block", async () => {
  await using swarm = await startedAgents(["a"]);
  const [agent] = swarm.agents;
  let inBlock = 0;
  let always = 0;
  agent.on("beat", () => always++);
  {
    using _off = agent.on("beat", () => inBlock++);
    await waitFor("two beats", () => inBlock >= 2);
  }
  const heard = inBlock;
  const before = always;
  await waitFor("two more beats", () => always >= before + 2);
  assert.equal(inBlock, heard);
});

test("a listener that throws or rejects is logged and counted, and the beat goes on", async () => {
  const lines: Record<string, unknown>[] = [];
  const registry = new Registry();
  const logger = pino(
    { level: "warn" },
    { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  await using swarm = await startedAgents(["a"], { logger, registry });
  const [agent] = swarm.agents;
  agent.on("beat", () => {
    throw new Error("thrown by a listener");
  });
  agent.on("beat", () => Promise.reject(new Error("rejected by a listener")));
  let heard = 0;
  agent.on("beat", () => heard++);
  await waitFor("two beats", () => heard >= 2);
  const errors = await waitFor("two lines", () => {
    const faults = lines.filter((line) => line["event"] === "listener.failed").map((line) => line["error"]);
    return faults.length >= 2 && faults;
  });
  assert.deepEqual(new Set(errors), new Set(["thrown by a listener", "rejected by a listener"]));
  const counted = /^entrain_listener_failures_total\{listener="beat"\} (\d+)$/m.exec(await registry.metrics());
  assert.ok(Number(counted?.[1]) >= 2, String(counted));
});

test("agents of one swarm take one decision on one incident, and the telemetry comes back with it", async () => {
  await using swarm = await startedAgents(["a", "b"]);
  const telemetry = { temperature: 85, subject: "rack-7" };
  const decided = await Promise.all(swarm.agents.map((agent) => agent.decide(telemetry)));
  assert.equal(new Set(decided.map(({ decision }) => decision.decisionId)).size, 1);
  assert.deepEqual(decided.map(({ source }) => source).sort(), ["adopted", "committed"]);
  for (const outcome of decided) {
    assert.equal(outcome.telemetry, telemetry);
    assert.match(outcome.decision.incidentId, /^overheating\/rack-7\//);
  }
});

test("an incident that is named is the whole identity, whatever the readings are", async () => {
  await using swarm = await startedAgents(["a", "b"]);
  const decided = await Promise.all(
    swarm.agents.map((agent, index) => agent.decide({ temperature: 85 - 60 * index }, { incident: "deploy-17" })),
  );
  assert.deepEqual(new Set(decided.map(({ decision }) => decision.incidentId)), new Set(["deploy-17"]));
  assert.equal(new Set(decided.map(({ decision }) => decision.decisionId)).size, 1);
});

test("a user's own reasoner decides, and one that throws becomes the safe action", async () => {
  const decide: AgentOptions["decide"] = ({ reading, policy }) => {
    if (reading["temperature"] === 0) throw new Error("a user's bug");
    return { type: "ANOMALY_RESPONSE", action: policy.actions[0]!, confidence: 0.5, reasoning: "a user's own" };
  };
  await using swarm = await startedAgents(["a"], { decide });
  const [agent] = swarm.agents;
  const { decision } = await agent.decide({ temperature: 90, subject: "rack-1" });
  assert.equal(decision.reasoning, "a user's own");
  const fallback = await agent.decide({ temperature: 0, subject: "rack-2" });
  assert.equal(fallback.decision.type, "SAFE_MODE");
});

test("wrong telemetry is refused by its name, and a question can be given up", async () => {
  await using swarm = await startedAgents(["a"]);
  const [agent] = swarm.agents;
  const wrong = { code: "invalid-argument", field: "telemetry.temperature" };
  await assert.rejects(agent.decide({ temperature: "hot".repeat(100) }), wrong);
  await assert.rejects(agent.decide({}), { code: "invalid-argument", field: "telemetry" });
  const signal = AbortSignal.abort();
  await assert.rejects(agent.decide({ temperature: 85 }, { signal }), { code: "cancelled" });
});

test("nobody decides before the start and after the stop", async () => {
  const agent = createAgent({ swarm: `s-${randomUUID()}`, redis: redis.url });
  await assert.rejects(agent.decide({ temperature: 85 }), { code: "unavailable", message: /start/ });
  await agent.start();
  await agent.stop();
  await assert.rejects(agent.decide({ temperature: 85 }), { code: "unavailable", message: /stopped/ });
});

test("what the agents of a swarm batch leaves them in one flush a beat each, at the same beats; the rest at the stop", async () => {
  const registry = new Registry();
  await using swarm = await startedAgents(["a", "b"], { registry });
  const flushes: { readonly agentId: string; readonly beat: number | undefined; readonly items: readonly number[] }[] =
    [];
  const batchers = swarm.agents.map((agent) =>
    agent.batcher<number, string>({
      name: "prices",
      flush: async (items, { beat }) => {
        flushes.push({ agentId: agent.agentId, beat, items });
        return items.map((item) => `${agent.agentId} ${item}`);
      },
    }),
  );
  const [a, b] = batchers;
  await waitFor("two beats at which both flush", async () => {
    const results = await Promise.all([a!.add(1), a!.add(2), b!.add(3)]);
    assert.deepEqual(results, ["a 1", "a 2", "b 3"]);
    const byBeat = Map.groupBy(flushes, ({ beat }) => beat);
    return [...byBeat.values()].filter((both) => new Set(both.map(({ agentId }) => agentId)).size === 2).length >= 2;
  });
  const names = flushes.map(({ agentId, beat }) => `${agentId} ${beat}`);
  assert.equal(new Set(names).size, names.length, "no agent flushed twice in a beat");
  const late = a!.add(4);
  await swarm.agents[0].stop();
  assert.equal(await late, "a 4");
  await assert.rejects(a!.add(5), { code: "unavailable" });
  const flushed = /^entrain_batch_items_total\{batcher="prices",outcome="flushed"\} (\d+)$/m.exec(
    await registry.metrics(),
  );
  assert.equal(
    Number(flushed?.[1]),
    flushes.reduce((sum, { items }) => sum + items.length, 0),
  );
});

test("a strategy of the user's own is what the agents go by, on the energy and with the influence that they were given", async () => {
  const views: StrategyView[] = [];
  const mine: Strategy = {
    name: "mine",
    serves: ["sync"],
    entry: "adopt",
    price: { perUpdate: 0.5, perRad: 0 },
    propose(view) {
      views.push(view);
      return { moveCycles: 0 };
    },
  };
  const energy = { capacity: 10, recoveryPerS: 0 };
  const rhythm = { periodMs: 100, strategies: ["mine"], ownStrategies: [mine], energy, temperament: { influence: 3 } };
  await using swarm = await startedAgents(["a", "b"], { rhythm });
  assert.deepEqual(swarm.agents[0].goal()?.strategies, ["mine"]);
  await waitFor("both see each other", () => {
    const seen = views.filter(({ neighbours }) => neighbours.length === 1).map(({ agentId }) => agentId);
    return new Set(seen).size === 2;
  });
  const [sighting] = views.flatMap(({ neighbours }) => neighbours);
  assert.equal(sighting?.influence, 3);
  const shares = views.filter(({ agentId }) => agentId === "a").map(({ energyShare }) => energyShare);
  assert.equal(shares[0], 1);
  assert.equal(shares[1], 0.95, "each update is paid for, and nothing comes back");
});
