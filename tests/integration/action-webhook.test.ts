/**
 * Approved actions in a swarm of agent services: each of their agents has its action carried out by the endpoint of
 * ENTRAIN_ACTION_URL, once, whatever becomes of the answers.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { defaultPolicy, type Directive } from "@entrain/core/decision";
import { createRedisStore, type RedisStore } from "@entrain/redis";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { createSystemClock, systemTimers } from "@entrain/runtime";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgentHost, type AgentHost } from "entrain";
import { startService } from "./service-process.ts";

/** What is posted. */
interface Posted {
  readonly key: string;
  readonly agentId: string;
  readonly attempt: number;
  readonly decision: { readonly decisionId: string; readonly action: string };
}

const swarmId = `webhook-${randomUUID()}`;
const patienceMs = 30_000;
const stack = new AsyncDisposableStack();
const posted: Posted[] = [];
let store: RedisStore;
let host: AgentHost;
let address: string;
let answer: (post: Posted, response: ServerResponse) => void;

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const post = (await json(request)) as Posted;
  assert.equal(request.headers["idempotency-key"], post.key);
  posted.push(post);
  answer(post, response);
}

before(async () => {
  const server = createServer((request, response) => void take(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  stack.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const redis = stack.use(await acquireTestRedis());
  store = createRedisStore({ redis: redis.url, swarmId, clock: createSystemClock(), timers: systemTimers });
  stack.defer(() => store.close());
  await store.connect();
  host = createAgentHost({ swarm: swarmId, redis: redis.url }, ["lib"]);
  stack.defer(() => host.stop(0));
  host.work.onAction("*", () => "by the library");
  await host.start(30_000);
  await waitFor("the library's agent leads", () => host.leader().leaderId === "lib", patienceMs);
  const service = stack.use(
    startService("agent", {
      ENTRAIN_SWARM: swarmId,
      ENTRAIN_REDIS_URL: redis.url,
      ENTRAIN_AGENT_ID: "svc",
      ENTRAIN_AGENTS_PER_PROCESS: "2",
      ENTRAIN_TELEMETRY: "none",
      ENTRAIN_ACTION_URL: `http://${address}/actions`,
    }),
  );
  await service.ready();
  await waitFor("both processes vote", async () => (await store.votes.voters()).voters.length === 2, patienceMs);
  const rules = defaultPolicy.rules.map((rule) => ({ ...rule, scope: "swarm" as const }));
  const decision = { rules, budgetMs: 15_000, safeModeHealth: 0, propagation: { deadlineMs: 60_000 } };
  const { version } = await host.context.merge({ policy: { decision } });
  await waitFor("the policy", () => host.context.current()?.version === version, patienceMs);
});
after(() => stack.disposeAsync());

/** The swarm approves an action; answers the incident. */
async function approved(): Promise<string> {
  const asked = async () => {
    const incidentId = `incident-${randomUUID()}`;
    const { decision } = await host.decide({ agentId: "lib", reading: { temperature: 85 }, incidentId });
    return decision.action !== defaultPolicy.safeAction && incidentId;
  };
  // A voter that has not heard of the policy yet says nothing.
  return waitFor("the voters approve it", asked, patienceMs);
}

async function directiveOf(incidentId: string, until: (directive: Directive) => boolean): Promise<Directive> {
  const read = async () => {
    const [directive] = await store.directives.read([incidentId]);
    return directive !== undefined && until(directive) && directive;
  };
  return waitFor("its directive", read, patienceMs);
}

const isSettled = ({ outcome }: Directive): boolean => outcome !== "open";
const targetOf = ({ targets }: Directive, agentId: string) => targets.find((target) => target.agentId === agentId);

test("an approved action is posted for each agent of a service; a try whose answer is lost is repeated under the same key", async () => {
  const effects = new Set<string>();
  answer = ({ key, attempt }, response) => {
    const isNew = !effects.has(key);
    effects.add(key);
    // Done, and nobody is told of it; and when it comes again nothing is done.
    if (attempt === 1) response.destroy();
    else response.end(JSON.stringify({ report: isNew ? "done twice" : "down to 40 %" }));
  };
  const directive = await directiveOf(await approved(), isSettled);
  assert.equal(directive.outcome, "met");
  assert.deepEqual(
    directive.targets.map(({ agentId, state, attempts, note }) => [agentId, state, attempts, note]),
    [
      ["lib", "done", 1, "by the library"],
      ["svc-1", "done", 2, "down to 40 %"],
      ["svc-2", "done", 2, "down to 40 %"],
    ],
  );
  const { decisionId, action } = directive;
  assert.deepEqual([...effects].toSorted(), [`${decisionId}/svc-1`, `${decisionId}/svc-2`]);
  for (const { decision } of posted)
    assert.deepEqual([decision.decisionId, decision.action], [decisionId, action], "the whole decision goes with it");
});

test("whatever is not 2xx is a failed try with its reason, another follows, and 2xx without a report is done", async () => {
  answer = ({ agentId }, response) => response.writeHead(agentId === "svc-2" ? 503 : 204).end();
  const incidentId = await approved();
  const open = await directiveOf(
    incidentId,
    (directive) =>
      targetOf(directive, "svc-1")?.state === "done" && targetOf(directive, "svc-2")?.note.includes("503") === true,
  );
  assert.deepEqual([open.outcome, targetOf(open, "svc-1")?.note], ["open", ""]);
  assert.partialDeepStrictEqual(targetOf(open, "svc-2"), {
    state: "failed",
    note: `${address} answered with status 503`,
  });
  answer = (_, response) => response.writeHead(204).end();
  const settled = await directiveOf(incidentId, isSettled);
  assert.deepEqual([settled.outcome, targetOf(settled, "svc-2")?.state], ["met", "done"]);
});
