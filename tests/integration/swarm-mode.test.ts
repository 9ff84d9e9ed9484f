/**
 * The swarm mode switched under load, in agents and in a decision-loop service at once: each decision is made in the mode
 * of the version that it carries, and all are in the new mode soon after the change.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { createRandom } from "@entrain/kernel";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent, type Agent } from "entrain";
import { startService } from "./service-process.ts";

/** Decisions of one agent per second. */
const perSecond = 25;
const switches = 6;
const holdMs = 400;

interface Made {
  readonly agentId: string;
  readonly incidentId: string;
  readonly action: string;
  readonly source: string;
  readonly version: number;
  readonly askedMs: number;
  readonly madeMs: number;
}

/** Asks the agent at its pace until told to stop; each incident is met by all agents, with readings of their own. */
async function load(agent: Agent, temperature: number, made: Made[], stop: AbortSignal): Promise<void> {
  const { agentId } = agent;
  const pace = createRandom(agentId);
  const under = new Set<Promise<void>>();
  while (!stop.aborted) {
    const askedMs = performance.now();
    const incident = `i-${Math.floor(askedMs / (1_000 / perSecond))}`;
    const asked = agent.decide({ temperature, subject: "hall" }, { incident }).then(({ decision, source }) => {
      const { incidentId, action, contextVersion: version } = decision;
      made.push({ agentId, incidentId, action, source, version, askedMs, madeMs: performance.now() });
    });
    const tracked = asked.finally(() => under.delete(tracked));
    under.add(tracked);
    await new Promise((resolve) => setTimeout(resolve, (1_000 / perSecond) * (0.8 + 0.4 * pace.next())));
  }
  await Promise.all(under);
}

/** Divergent incidents among decisions: different actions, none of them a safe one taken alone. */
function divergent(made: readonly Made[]): number {
  const actions = new Map<string, Set<string>>();
  for (const { incidentId, action, source } of made)
    if (source !== "safe-alone") actions.set(incidentId, (actions.get(incidentId) ?? new Set()).add(action));
  return [...actions.values()].filter(({ size }) => size > 1).length;
}

test("the swarm mode switched under load takes effect everywhere without a restart, and no decision is half of each", async (t) => {
  await using redis = await acquireTestRedis();
  await using stack = new AsyncDisposableStack();
  const swarm = `mode-${randomUUID()}`;
  const shared = { ENTRAIN_SWARM: swarm, REDIS_URL: redis.url };
  const service = stack.use(startService("decision-loop", shared));
  const decisionLoop = String((await service.ready())["grpcAddress"]);
  const rhythm = { periodMs: 1_000 };
  // Two ask the service, two decide in their own process.
  const agents = ["a", "b", "c", "d"].map((agentId, index) =>
    stack.use(createAgent({ swarm, redis: redis.url, rhythm, agentId, ...(index < 2 ? { decisionLoop } : {}) })),
  );
  await Promise.all(agents.map((agent) => agent.start()));
  const [operator] = agents as [Agent, ...Agent[]];
  await waitFor("the document is there", () => operator.context.current() !== undefined);

  const modes = new Map([[(await operator.context.read()).version, true]]);
  const made: Made[] = [];
  const stop = new AbortController();
  const loads = agents.map((agent, index) => load(agent, index % 2 === 0 ? 95 : 20, made, stop.signal));
  const firstMs: number[] = [];
  const lastMs: number[] = [];
  for (let n = 0; n < switches; n++) {
    await new Promise((resolve) => setTimeout(resolve, holdMs));
    const swarmMode = n % 2 === 1;
    const changedMs = performance.now();
    const { version } = await operator.context.merge({ configuration: { features: { swarmMode } } });
    modes.set(version, swarmMode);
    await waitFor("all decide by it", () =>
      agents.every(({ agentId }) => made.some((one) => one.agentId === agentId && one.version === version)),
    );
    const stale = made.filter((one) => one.version < version && one.askedMs >= changedMs).map((one) => one.askedMs);
    const fresh = made.filter((one) => one.version === version).map((one) => one.madeMs);
    firstMs.push(Math.min(...fresh) - changedMs);
    lastMs.push(Math.max(changedMs, ...stale) - changedMs);
  }
  stop.abort();
  await Promise.all(loads);

  for (const { version, source, agentId } of made) {
    const swarmWide = modes.get(version);
    assert.ok(swarmWide !== undefined, `version ${version}`);
    if (source !== "safe-alone") assert.equal(source !== "local", swarmWide, `${agentId}: ${source} in ${version}`);
  }
  assert.equal(divergent(made.filter(({ version }) => modes.get(version))), 0, "one incident, one decision");
  assert.ok(divergent(made.filter(({ version }) => modes.get(version) === false)) > 0, "each agent by itself");
  const longest = Math.max(...lastMs);
  t.diagnostic(
    `${made.length} decisions, ${switches} switches; first decision by the new version after ${Math.max(...firstMs).toFixed(0)} ms at most, ` +
      `last question answered by the old one asked ${longest.toFixed(0)} ms after the change`,
  );
  assert.ok(longest < 1_000, `${longest} ms`);
});
