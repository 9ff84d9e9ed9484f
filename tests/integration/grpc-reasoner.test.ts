/**
 * A swarm one of whose agents thinks by a reasoner behind gRPC, which hangs, throws, answers outside the set, says too much or
 * costs too much: the safe action comes in time as the swarm's decision, and the other agents are not affected.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { status as Status } from "@grpc/grpc-js";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent, createGrpcReasoner, type Agent, type GrpcReasonerOptions } from "entrain";
import { serveReasoner, type ReasonerServer, type ServedReasoner, type ServedVerdict } from "./reasoner-server.ts";

let redis: TestRedis;
let server: ReasonerServer;
const verdict: ServedVerdict = {
  type: "ANOMALY_RESPONSE",
  action: "shed_load",
  confidence: 0.8,
  reasoning: "the trend says so",
};
const says =
  (response: Partial<ServedVerdict>): ServedReasoner =>
  (_question, answer) =>
    answer(null, { ...verdict, ...response });

before(async () => {
  redis = await acquireTestRedis();
  server = await serveReasoner(says({}));
});
after(async () => {
  server[Symbol.dispose]();
  await redis.stop();
});

const hot = (subject: string) => ({ temperature: 85, subject });

/** A swarm of `others` agents that decide by the rules, and one, its leader, that asks the server. */
async function startSwarm(limits: Omit<GrpcReasonerOptions, "address">, others: number) {
  await using made = new AsyncDisposableStack();
  const reasoner = made.adopt(createGrpcReasoner({ address: server.address, ...limits }), (each) => each.close());
  const base = { swarm: `s-${randomUUID()}`, redis: redis.url };
  const join = async (agent: Agent): Promise<Agent> => {
    made.use(agent);
    await agent.start();
    await waitFor("a leader", () => agent.leader().leaderId !== null);
    return agent;
  };
  const thinker = await join(createAgent({ ...base, decide: reasoner }));
  const rulers = await Promise.all(Array.from({ length: others }, () => join(createAgent(base))));
  // A reasoner that fails makes its process unwell; safe mode is not what is tested here.
  const { version } = await thinker.context.merge({ policy: { decision: { safeModeHealth: 0 } } });
  await waitFor("the policy", () =>
    [thinker, ...rulers].every(({ context }) => context.current()?.version === version),
  );
  const kept = made.move();
  return { thinker, rulers, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

test("an agent thinks by a reasoner behind gRPC, and the others adopt what it says", async () => {
  server.become(({ reading }, answer) =>
    answer(null, { ...verdict, reasoning: `at ${reading.numbers["temperature"]} degrees` }),
  );
  await using swarm = await startSwarm({}, 1);
  const { decision, source } = await swarm.thinker.decide(hot("rack-1"));
  assert.deepEqual([source, decision.action, decision.reasoning], ["committed", "shed_load", "at 85 degrees"]);
  const adopted = await swarm.rulers[0]!.decide(hot("rack-1"));
  assert.deepEqual([adopted.source, adopted.decision.decisionId], ["adopted", decision.decisionId]);
});

const failures: readonly (readonly [what: string, how: ServedReasoner, reasoning: RegExp])[] = [
  ["hangs", () => undefined, /no answer within 300 ms|Deadline exceeded/],
  ["throws", (_question, answer) => answer({ code: Status.INTERNAL, details: "boom" }, null), /boom/],
  ["answers outside the set", says({ action: "reboot_everything" }), /verdict\.action/],
  ["says too much", says({ reasoning: " ".repeat(70_000) }), /larger than max/],
  ["costs too much", says({ cost: 1_200 }), /cost 1200, at most 10 a call/],
];

test("while it hangs, throws, answers outside the set, or costs too much the safe action comes in time, and then it is left alone", async () => {
  const limits = { deadlineMs: 300, breaker: { failures: failures.length, openMs: 60_000 }, budget: { perCall: 10 } };
  await using swarm = await startSwarm(limits, 2);
  const { thinker, rulers } = swarm;
  const before = server.calls();
  for (const [what, how, reasoning] of failures) {
    server.become(how);
    const others = rulers.map((agent, index) => agent.decide(hot(`${index}-${what.replaceAll(" ", "-")}`)));
    const { decision, source } = await thinker.decide(hot(`t-${what.replaceAll(" ", "-")}`));
    assert.deepEqual([source, decision.type, decision.action], ["committed", "SAFE_MODE", "enter_safe_mode"], what);
    assert.match(decision.reasoning, reasoning, what);
    for (const other of await Promise.all(others)) assert.equal(other.decision.action, "cool_down", what);
  }
  assert.equal(server.calls() - before, failures.length);
  server.become(says({}));
  const { decision } = await thinker.decide(hot("t-afterwards"));
  assert.match(decision.reasoning, /left alone for a while/);
  assert.equal(server.calls() - before, failures.length, "nobody asked it");
});

test("a budget of a minute that is spent is not overdrawn, and the rules of the others go on", async () => {
  await using swarm = await startSwarm({ budget: { perMinute: 3 } }, 1);
  const { thinker, rulers } = swarm;
  const before = server.calls();
  const actions: string[] = [];
  for (let number = 0; number < 5; number++)
    actions.push((await thinker.decide(hot(`spent-${number}`))).decision.action);
  assert.deepEqual(actions.slice(0, 3), ["shed_load", "shed_load", "shed_load"]);
  assert.deepEqual(actions.slice(3), ["enter_safe_mode", "enter_safe_mode"]);
  assert.equal(server.calls() - before, 3);
  assert.equal((await rulers[0]!.decide(hot("by-the-rules"))).decision.action, "cool_down");
});
