import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { loadConfig } from "@entrain/config";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { createLogger } from "@entrain/telemetry";
import { createAgentHost } from "entrain";
import { startConsole, type RunningConsole } from "./wiring.ts";

const logger = createLogger({ level: "silent" });
const swarm = "console-test";
const stopping = new AbortController();
/** What was started, so that all of it ends even where the start failed half-way. */
const started = new AsyncDisposableStack();
let redis: TestRedis;
let console: RunningConsole;

const configOf = (env: Record<string, string> = {}) =>
  loadConfig("console", { ENTRAIN_SWARM: swarm, ENTRAIN_REDIS_URL: redis.url, ENTRAIN_HTTP_PORT: "0", ...env });

/** Two agents in a process and one alone, as far as the console can tell. */
before(async () => {
  redis = started.use(await acquireTestRedis());
  const options = { swarm, redis: redis.url, rhythm: { periodMs: 200 } };
  const hosts = [createAgentHost(options, ["a", "b"]), createAgentHost(options, ["c"])];
  for (const host of hosts) started.defer(() => host.stop(0));
  console = await startConsole(configOf(), { logger, signal: stopping.signal });
  started.defer(() => console.stop());
  started.defer(() => stopping.abort());
  await Promise.all(hosts.map((host) => host.start(10_000)));
});

after(() => started.disposeAsync());

interface Swarm {
  readonly agents: number;
  readonly leader: { readonly agentId: string | null };
  readonly rhythm: { readonly converged: boolean; readonly goal: { readonly periodMs: number } | null };
  readonly decisions: { readonly count: number };
  readonly store: { readonly up: boolean };
  readonly stale?: true;
}

async function read<T>(path: string): Promise<T> {
  return (await (await fetch(`${console.url}${path}`)).json()) as T;
}

async function until(what: string, condition: (swarm: Swarm) => boolean): Promise<Swarm> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const seen = await read<Swarm>("/api/v1/swarm");
    if (condition(seen)) return seen;
    assert.ok(performance.now() < deadline, `${what}: ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("a real swarm is seen: members, leader, goal, rhythm", async () => {
  const seen = await until("in step under a leader", ({ agents, leader, rhythm }) => {
    return agents === 3 && leader.agentId !== null && rhythm.converged;
  });
  assert.equal(seen.rhythm.goal?.periodMs, 200);
  assert.equal(seen.stale, undefined);
  const { agents } = await read<{ agents: { agentId: string; phaseRad: number | null; lastBeatAt: number }[] }>(
    "/api/v1/agents",
  );
  assert.deepEqual(
    agents.map(({ agentId }) => agentId),
    ["a", "b", "c"],
  );
  for (const { phaseRad, lastBeatAt } of agents) {
    assert.notEqual(phaseRad, null);
    assert.ok(Math.abs(Date.now() - lastBeatAt) < 2_000);
  }
  assert.equal((await fetch(`${console.url}/readyz`)).status, 200);
  assert.equal((await fetch(`${console.opsUrl}/readyz`)).status, 200);
  assert.match(await (await fetch(`${console.url}/metrics`)).text(), /^entrain_rhythm_coherence (0\.99|1$)/m);
});

test("a reading is decided by all of them alike, and told as events", async () => {
  const stream = await fetch(`${console.url}/api/v1/events?types=decision.committed,decision.adopted`);
  assert.ok(stream.body !== null);
  const body = JSON.stringify({ telemetry: { temperature: 85, subject: "rack-7" } });
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${console.url}/api/v1/telemetry`, { method: "POST", headers, body });
  assert.equal(response.status, 200);
  const { decisions, divergence, missing } = (await response.json()) as {
    decisions: { agentId: string; action: string; source: string }[];
    divergence: number;
    missing: string[];
  };
  assert.deepEqual([divergence, missing], [0, []]);
  assert.deepEqual(
    decisions.map(({ agentId, action }) => [agentId, action]),
    ["a", "b", "c"].map((agentId) => [agentId, "cool_down"]),
  );
  assert.equal((await read<Swarm>("/api/v1/swarm")).decisions.count, 1);
  let text = "";
  for await (const chunk of stream.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.match(/^event: /gm)?.length === 3) break;
  }
  assert.equal(text.match(/^event: decision\.committed$/gm)?.length, 1);
  assert.equal(text.match(/^event: decision\.adopted$/gm)?.length, 2);
});

test("the leader resigns on demand", async () => {
  const { leader } = await until("a leader", ({ leader: { agentId } }) => agentId !== null);
  const response = await fetch(`${console.url}/api/v1/leader/resign`, { method: "POST" });
  assert.equal(response.status, 202);
  assert.equal(((await response.json()) as { agentId: string }).agentId, leader.agentId);
});

test("while Redis is away the console answers what it knows, and the beats go on", { timeout: 60_000 }, async () => {
  await redis.kill();
  const seen = await until("stale", ({ stale }) => stale === true);
  assert.deepEqual([seen.agents, seen.store.up], [3, false]);
  const stream = await fetch(`${console.url}/api/v1/events?types=beat`);
  assert.ok(stream.body !== null);
  let text = "";
  for await (const chunk of stream.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if ((text.match(/^event: beat$/gm)?.length ?? 0) >= 6) break;
  }
  const resign = await fetch(`${console.url}/api/v1/leader/resign`, { method: "POST" });
  assert.equal(resign.status, 503);
  assert.equal((await fetch(`${console.url}/readyz`)).status, 200);
  await redis.restart();
  await until("fresh again with everybody", ({ stale, agents }) => stale === undefined && agents === 3);
});

test("a port that is taken is one sentence that names the variable", async (t) => {
  const other = createServer().listen(0, "127.0.0.1");
  t.after(() => other.close());
  await new Promise((resolve) => other.once("listening", resolve));
  const { port } = other.address() as AddressInfo;
  await assert.rejects(
    startConsole(configOf({ ENTRAIN_HTTP_PORT: String(port) }), { logger, signal: stopping.signal }),
    {
      code: "invalid-config",
      message: `ENTRAIN_HTTP_PORT is ${port}: another program listens on 127.0.0.1:${port}; choose a free port, or 0 for any`,
    },
  );
});

test("a store that is required and away is an error; else the console starts, is not ready, and says why", async () => {
  const away = { ENTRAIN_REDIS_URL: "redis://127.0.0.1:1" };
  const surroundings = { logger, signal: stopping.signal };
  await assert.rejects(startConsole(configOf({ ...away, ENTRAIN_REQUIRE_STORE: "true" }), surroundings), {
    code: "store-unavailable",
  });
  const degraded = await startConsole(configOf(away), surroundings);
  try {
    assert.equal((await fetch(`${degraded.url}/healthz`)).status, 200);
    const notYet = await fetch(`${degraded.url}/readyz`);
    assert.equal(notYet.status, 503);
    assert.match(await notYet.text(), /has not seen the swarm yet/);
    const { stale } = (await (await fetch(`${degraded.url}/api/v1/agents`)).json()) as Swarm;
    assert.equal(stale, true);
  } finally {
    await degraded.stop();
  }
});
