import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { EntrainError } from "@entrain/kernel";
import type { AgentDecision } from "@entrain/ports";
import { createApi } from "../testing/api-under-test.ts";
import { actOf, decisionOf, memberOf, observationOf, viewOf } from "../testing/facts.ts";

const decision = decisionOf("d1", { incidentId: "overheating/rack-7/critical/1" });
const answerOf = (agentId: string, changes: Partial<AgentDecision> = {}): AgentDecision => ({
  agentId,
  decision,
  source: agentId === "a" ? "committed" : "adopted",
  ...changes,
});

/** Agents a and b share a process, c has one of its own. */
async function swarmOf(t: TestContext) {
  const shared = { processId: "p-ab" };
  const view = viewOf(1, memberOf("a", shared), memberOf("b", shared), memberOf("c"), memberOf("d", { state: "dead" }));
  const api = await createApi([{ kind: "members", view }]);
  t.after(() => api.app.close());
  const post = (payload: unknown) =>
    api.app.inject({ method: "POST", url: "/api/v1/telemetry", payload: payload as object });
  return { ...api, post };
}

const told = (agentId: string, source: string) => ({
  agentId,
  action: "throttle",
  decisionId: "d1",
  type: "ANOMALY_RESPONSE",
  term: decision.term,
  contextVersion: 3,
  policyHash: "ab12",
  source,
});

test("a reading reaches each process once, and each agent has one entry", async (t) => {
  const { post, processes } = await swarmOf(t);
  const asked: unknown[] = [];
  for (const [processId, agentIds] of [
    ["p-ab", ["b", "a", "not asked for"]],
    ["p-c", ["c"]],
  ] as const)
    processes.set(processId, {
      inject: (reading, incidentId) => {
        asked.push([processId, reading, incidentId]);
        return Promise.resolve(agentIds.map((agentId) => answerOf(agentId)));
      },
    });
  const response = await post({ telemetry: { temperature: 85, subject: "rack-7" }, incident: "i-7" });
  assert.equal(response.statusCode, 200);
  assert.deepEqual(response.json(), {
    incidentId: "overheating/rack-7/critical/1",
    divergence: 0,
    missing: [],
    decisions: [told("a", "committed"), told("b", "adopted"), told("c", "adopted")],
  });
  const reading = { temperature: 85, subject: "rack-7" };
  assert.deepEqual(asked, [
    ["p-ab", reading, "i-7"],
    ["p-c", reading, "i-7"],
  ]);
});

test("a process that fails, or never answers, leaves its agents missing", async (t) => {
  const { post, processes } = await swarmOf(t);
  processes.set("p-ab", { inject: () => new Promise(() => undefined) });
  processes.set("p-c", { inject: () => Promise.reject(new EntrainError("unavailable", "refused")) });
  const response = await post({ telemetry: { temperature: 85 }, incident: "i-7" });
  assert.deepEqual(response.json(), { incidentId: "i-7", divergence: 0, missing: ["a", "b", "c"], decisions: [] });
});

test("a process whose connection is lost under the question is asked again", async (t) => {
  const { post, processes } = await swarmOf(t);
  let asked = 0;
  processes.set("p-ab", { inject: () => Promise.resolve([answerOf("a"), answerOf("b")]) });
  processes.set("p-c", {
    inject: () => {
      asked += 1;
      if (asked < 3) return Promise.reject(new EntrainError("unavailable", "the connection was lost"));
      return Promise.resolve([answerOf("c")]);
    },
  });
  const { missing } = (await post({ telemetry: { temperature: 85 } })).json<{ missing: string[] }>();
  assert.deepEqual([missing, asked], [[], 3]);
});

test("different actions on one incident are a divergence; a safe action taken alone is none", async (t) => {
  const { post, processes, feed } = await swarmOf(t);
  const other = (source: AgentDecision["source"]) =>
    answerOf("c", { source, decision: { ...decision, action: "restart" } });
  let answer = other("safe-alone");
  processes.set("p-ab", { inject: () => Promise.resolve([answerOf("a"), answerOf("b")]) });
  processes.set("p-c", { inject: () => Promise.resolve([answer]) });
  const divergence = async () => (await post({ telemetry: { t: 1 } })).json<{ divergence: number }>().divergence;
  assert.equal(await divergence(), 0);
  answer = other("adopted");
  assert.equal(await divergence(), 1);
  answer = answerOf("c");
  assert.equal(await divergence(), 0);
  const earlier = actOf("d", { ...decision, action: "restart" });
  feed({
    kind: "observed",
    observation: observationOf(0, { acts: [{ act: earlier, latencyMs: 1, contextHit: true }] }),
  });
  assert.equal(await divergence(), 1, "the acts that the console saw on this incident count too");
});

test("the incident is the one that the swarm decided about, not one that an agent met alone", async (t) => {
  const { post, processes } = await swarmOf(t);
  const alone = answerOf("a", { source: "safe-alone", decision: { ...decision, incidentId: "alone/a" } });
  processes.set("p-ab", { inject: () => Promise.resolve([alone]) });
  processes.set("p-c", { inject: () => Promise.resolve([answerOf("c")]) });
  const body = (await post({ telemetry: { t: 1 } })).json<{ incidentId: string; missing: string[] }>();
  assert.deepEqual([body.incidentId, body.missing], [decision.incidentId, ["b"]]);
});

test("wrong fields are 422 and the pointer names them", async (t) => {
  const { post } = await swarmOf(t);
  for (const [payload, pointer] of [
    [{}, "/telemetry"],
    [{ telemetry: 5 }, "/telemetry"],
    [{ telemetry: {} }, "/telemetry"],
    [{ telemetry: { Temperature: 5 } }, "/telemetry/Temperature"],
    [{ telemetry: { "a/b~c": 5 } }, "/telemetry/a~1b~0c"],
    [{ telemetry: { "a.b": 5 } }, "/telemetry/a.b"],
    [{ telemetry: { t: null } }, "/telemetry/t"],
    [{ telemetry: { t: [1] } }, "/telemetry/t"],
    [{ telemetry: { subject: 7 } }, "/telemetry/subject"],
    [{ telemetry: { t: 1 }, incident: 7 }, "/incident"],
    [{ telemetry: { t: 1 }, incident: "" }, "/incident"],
    [{ telemetry: { t: 1 }, incident: "two words" }, "/incident"],
    [{ telemetry: { t: 1 }, wait: true }, "/wait"],
    [[], ""],
  ] as const) {
    const response = await post(payload);
    const shown = JSON.stringify(payload);
    assert.equal(response.statusCode, 422, shown);
    assert.equal(response.headers["content-type"], "application/problem+json; charset=utf-8");
    const body = response.json<{ pointer: string; detail: string; status: number }>();
    assert.deepEqual([body.pointer, body.status], [pointer, 422], shown);
    assert.notEqual(body.detail, "", shown);
  }
});

test("what the agents refuse as wrong is the caller's to correct", async (t) => {
  const { post, processes } = await swarmOf(t);
  const refusal = EntrainError.invalid("incident", "x", "name it otherwise");
  processes.set("p-ab", { inject: () => Promise.reject(refusal) });
  const response = await post({ telemetry: { t: 1 }, incident: "x" });
  assert.deepEqual([response.statusCode, response.json<{ detail: string }>().detail], [422, refusal.message]);
});

test("while Redis is away nothing is injected: 503", async (t) => {
  const { post, feed } = await swarmOf(t);
  feed({ kind: "store", status: { up: false, generation: 1 } });
  const response = await post({ telemetry: { t: 1 } });
  assert.deepEqual([response.statusCode, response.headers["retry-after"]], [503, "1"]);
  assert.equal((await post({ telemetry: { T: 1 } })).statusCode, 422, "wrong fields are wrong all the same");
});
