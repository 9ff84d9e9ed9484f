import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { createApi } from "../testing/api-under-test.ts";
import { at, goalOf, memberOf, observationOf, sampleOf, viewOf } from "../testing/facts.ts";

interface Refusal {
  readonly pointer?: string;
  readonly detail: string;
  readonly nearest?: Readonly<Record<string, unknown>>;
}

/** Three agents whose counts stand at 7.25 under a goal with a period of one second. */
async function openApi(t: { after: (fn: () => Promise<void>) => void }, agents = 3) {
  const members = ["a", "b", "c"].slice(0, agents).map((agentId) => memberOf(agentId));
  const phases = members.map(({ agentId }) => sampleOf(agentId, 7.25));
  const api = await createApi([{ kind: "members", view: viewOf(1, ...members) }]);
  api.says.goal = goalOf();
  api.time.seconds = 7.25;
  api.feed({ kind: "observed", observation: observationOf(7.25, { phases }) });
  t.after(() => api.app.close());
  const put = (body: unknown) =>
    api.app.inject({
      method: "PUT",
      url: "/api/v1/rhythm/goal",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const refusal = async (body: unknown) => {
    const response = await put(body);
    assert.equal(response.statusCode, 422, response.body);
    return response.json<Refusal>();
  };
  return { ...api, put, refusal };
}

test("the answer is the goal record, at a beat that is far enough ahead by the swarm's own count", async (t) => {
  const { put, says, app } = await openApi(t);
  const response = await put({ kind: "cluster", periodMs: 200, groups: 3, trust: "trusted" });
  assert.equal(response.statusCode, 200, response.body);
  const { unixMs } = at(9.75 + 0.25);
  const record = { goalVersion: 2, kind: "cluster", groups: 3, trust: "trusted", periodNs: 200e6 };
  const expected = { ...record, anchorUnixMs: unixMs, anchorBeat: 10, effectiveBeat: 10 };
  assert.deepEqual(response.json(), { ...expected, periodMs: 200 });
  const { before, ...stored } = says.goal ?? assert.fail();
  assert.deepEqual(stored, expected);
  assert.equal(before?.goalVersion, 1, "whoever joins before that beat is told what holds until then");
  assert.deepEqual((await app.inject("/api/v1/rhythm")).json<{ goal: unknown }>().goal, response.json());
});

test("an impossible goal is 422 with the field and the nearest possible goal, as the OpenAPI document describes it", async (t) => {
  const { app, refusal, says } = await openApi(t);
  const api = (await app.inject("/api/openapi.json")).json<{
    paths: Record<
      string,
      { put: { responses: Record<string, { content: Record<string, { schema: object }> }> } } | undefined
    >;
  }>();
  const content = api.paths["/api/v1/rhythm/goal"]?.put.responses["422"]?.content;
  const validate = new Ajv2020({ strict: false }).compile(Object.values(content ?? {})[0]?.schema ?? assert.fail());
  const sync = { kind: "sync", periodMs: 1_000 };
  const cases: readonly (readonly [body: object, pointer: string, nearest: object])[] = [
    [{ ...sync, periodMs: 5 }, "/periodMs", { kind: "sync", periodMs: 20 }],
    [{ ...sync, periodMs: 1e9 }, "/periodMs", { kind: "sync", periodMs: 86_400_000 }],
    [{ kind: "sync" }, "/periodMs", sync],
    [{ ...sync, kind: "dance" }, "/kind", sync],
    [{ ...sync, kind: "coherence", coherence: 1.5 }, "/coherence", { ...sync, kind: "coherence", coherence: 1 }],
    [{ ...sync, kind: "cluster", groups: 9 }, "/groups", { ...sync, kind: "cluster", groups: 3 }],
    [{ ...sync, trust: "blind" }, "/trust", { ...sync, trust: "untrusted" }],
    [{ ...sync, strategies: ["none"] }, "/strategies", sync],
  ];
  for (const [body, pointer, nearest] of cases) {
    const refused = await refusal(body);
    assert.deepEqual([refused.pointer, refused.nearest], [pointer, nearest], JSON.stringify(body));
    assert.ok(validate(refused), JSON.stringify(validate.errors));
  }
  const { detail } = await refusal({ ...sync, kind: "dance" });
  assert.match(detail, /choose one of sync, spread, cluster, coherence, minimise-api-calls, distribute-load, /);
  assert.deepEqual((await refusal({ ...sync, colour: "red" })).pointer, "/colour");
  const untyped = await refusal({ ...sync, periodMs: "1s" });
  assert.deepEqual([untyped.pointer, untyped.detail], ["/periodMs", '/periodMs in the body is "1s": must be number']);
  assert.deepEqual(says.goal, goalOf(), "nothing was set");
});

test("a spread of one agent is refused, because there is one; with nobody there it is for whoever comes", async (t) => {
  const one = await openApi(t, 1);
  const refused = await one.refusal({ kind: "spread", periodMs: 100 });
  assert.deepEqual([refused.pointer, refused.nearest], ["/kind", { kind: "sync", periodMs: 100 }]);
  const none = await openApi(t, 0);
  assert.equal((await none.put({ kind: "spread", periodMs: 100 })).statusCode, 200);
});

test("a named goal is set with its own period and strategies, or with the period that is asked for", async (t) => {
  const { put } = await openApi(t);
  const named = (await put({ kind: "distribute-load" })).json<Readonly<Record<string, unknown>>>();
  assert.deepEqual([named["kind"], named["periodMs"]], ["spread", 1_000]);
  assert.deepEqual(named["strategies"], ["rank-slots", "desync-repair", "phase-nudge"]);
  const faster = (await put({ kind: "distribute-load", periodMs: 50 })).json<Readonly<Record<string, unknown>>>();
  assert.deepEqual([faster["kind"], faster["periodMs"], faster["goalVersion"]], ["spread", 50, 3]);
});

test("goals that others set meanwhile are followed; the first goal of a swarm is version 1", async (t) => {
  const { put, says } = await openApi(t);
  says.goal = goalOf({ goalVersion: 6 });
  assert.equal((await put({ kind: "sync", periodMs: 100 })).json<{ goalVersion: number }>().goalVersion, 7);
  says.goal = undefined;
  assert.equal((await put({ kind: "sync", periodMs: 100 })).json<{ goalVersion: number }>().goalVersion, 1);
});

test("while Redis is away, or goes away meanwhile, setting is 503", async (t) => {
  const { put, says, feed } = await openApi(t);
  says.failing = true;
  assert.equal((await put({ kind: "sync", periodMs: 100 })).statusCode, 503);
  feed({ kind: "store", status: { up: false, generation: 1 } });
  assert.equal((await put({ kind: "sync", periodMs: 100 })).statusCode, 503);
  assert.equal((await put({ kind: "sync", periodMs: 1 })).statusCode, 422);
});
