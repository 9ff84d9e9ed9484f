/** The policy changed under load: no decision is made of two versions, and every agent decides by the new one soon after. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import type { Json } from "@entrain/kernel";
import { createAgent, type Agent } from "entrain";
import {
  accountOfTurns,
  decideAtPace,
  mixedAnswers,
  monotonicMs,
  policyOfTurn,
  type PolicyTurn,
} from "./policy-load.ts";

/** Decisions of one agent per second. */
const perSecond = 25;
const turnsMade = 8;
const holdMs = 200;

test("a threshold and the actions changed under load: no decision mixes two versions of the policy", async (t) => {
  await using redis = await acquireTestRedis();
  await using stack = new AsyncDisposableStack();
  const swarm = `policy-${randomUUID()}`;
  const rhythm = { periodMs: 1_000 };
  const agents = ["a", "b", "c", "d"].map((agentId) =>
    stack.use(createAgent({ swarm, redis: redis.url, rhythm, agentId })),
  );
  await Promise.all(agents.map((agent) => agent.start()));
  const [operator] = agents as [Agent, ...Agent[]];
  const changes: PolicyTurn[] = [];
  const change = async (turn: number): Promise<void> => {
    const changedMs = monotonicMs();
    const decision = policyOfTurn(turn) as unknown as Json;
    const { version } = await operator.context.merge({ policy: { decision } });
    changes.push({ turn, version, changedMs });
  };
  await change(0);
  await waitFor("all have the first turn", () =>
    agents.every(({ context }) => (context.current()?.version ?? 0) >= changes[0]!.version),
  );

  const stop = new AbortController();
  const deciding = agents.map((agent) => decideAtPace(agent, perSecond, stop.signal));
  for (let turn = 1; turn <= turnsMade; turn++) {
    await new Promise((resolve) => setTimeout(resolve, holdMs));
    await change(turn);
  }
  // By the last turn all decide, however long they take to hear of it.
  const { version } = changes.at(-1)!;
  await waitFor("all have the last turn", () =>
    agents.every(({ context }) => (context.current()?.version ?? 0) >= version),
  );
  await new Promise((resolve) => setTimeout(resolve, holdMs));
  stop.abort();
  const answers = (await Promise.all(deciding)).flat();

  assert.deepEqual(mixedAnswers(answers, changes), []);
  const used = new Set(answers.map((answer) => answer.version));
  assert.ok(used.size > turnsMade / 2, `decisions used ${used.size} versions`);
  const actions = new Set(answers.filter(({ source }) => source !== "safe-alone").map(({ action }) => action));
  assert.deepEqual([...actions].sort(), ["shed_load", "throttle"]);
  const accounts = accountOfTurns(answers, changes);
  const most = (of: "firstMs" | "lastAgentMs" | "lastOldMs"): string =>
    Math.max(...accounts.map((account) => account[of]).filter(Number.isFinite)).toFixed(0);
  t.diagnostic(
    `${answers.length} decisions, ${turnsMade} changes; by the new policy the first after ${most("firstMs")} ms at most, ` +
      `every agent after ${most("lastAgentMs")} ms; the last question answered by the old one asked after ${most("lastOldMs")} ms`,
  );
});
