import assert from "node:assert/strict";
import { inspect } from "node:util";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { createChatReasoner } from "@entrain/reasoners";
import { createAgentHost } from "./agent-host.ts";
import { createAgent, type AgentOptions } from "./agent.ts";
import { connectCoordinator } from "./connect-coordinator.ts";

const minimal = { swarm: "orders", redis: "redis://127.0.0.1:1" };

/** What is said of a call as a user of JavaScript might make it. */
function refusalOf(call: () => unknown): EntrainError {
  try {
    call();
  } catch (thrown) {
    assert.ok(thrown instanceof EntrainError, `it should be refused with an EntrainError, not ${inspect(thrown)}`);
    return thrown;
  }
  assert.fail("it should have been refused");
}

test("an option that an agent does not know, or that is of the wrong kind, is refused by its name", () => {
  const wrong: readonly (readonly [unknown, string])[] = [
    [undefined, "options"],
    ["redis://127.0.0.1:6379", "options"],
    [{ ...minimal, peroid: 3 }, "peroid"],
    [{ ...minimal, events: () => undefined }, "events"],
    [{ ...minimal, agentId: "" }, "agentId"],
    [{ ...minimal, logger: true }, "logger"],
    [{ ...minimal, logger: { info: () => undefined } }, "logger"],
    [{ ...minimal, registry: {} }, "registry"],
    [{ ...minimal, signal: "stop" }, "signal"],
  ];
  for (const [options, field] of wrong) {
    const error = refusalOf(() => createAgent(options as AgentOptions));
    assert.deepEqual([error.field, error.code], [field, "invalid-argument"], inspect(options));
  }
});

test("a batcher without a name, or with an option that is not known, is refused by it", () => {
  const agent = createAgent(minimal);
  const flush = (): Promise<never[]> => Promise.resolve([]);
  for (const make of [(options: never) => agent.batcher(options), (options: never) => agent.fleetBatcher(options)])
    for (const [options, field] of [
      [{ flush }, "name"],
      [{ name: 5, flush }, "name"],
      [{ name: "b", flush, itemMax: 5 }, "itemMax"],
      [{ name: "b" }, "flush"],
    ] as const)
      assert.equal(refusalOf(() => make(options as never)).field, field, inspect(options));
});

test("a watch with a filter that is not known is refused instead of watching everything", () => {
  const { context } = createAgent(minimal);
  const watch = (options: object) => () => context.watch(options);
  assert.equal(refusalOf(watch({ pointer: "/mine" })).nearest, "pointers");
  assert.equal(refusalOf(watch({ pointers: "/mine" })).field, "pointers");
});

test("a capability or an action without what does it is refused where it is offered", () => {
  const agent = createAgent(minimal);
  const offer = agent.capability as (...given: readonly unknown[]) => void;
  const double = (x: number): number => x * 2;
  for (const [given, field] of [
    [["double", double], "options"],
    [["double", {}], "handler"],
    [["double", {}, "x * 2"], "handler"],
    [["double", { input: "integer" }, double], "input"],
    [["double", { inputs: {} }, double], "inputs"],
    [["double", { accept: true }, double], "accept"],
    [[undefined, {}, double], "capability"],
  ] as const)
    assert.equal(refusalOf(() => offer(...given)).field, field, inspect(given));
  const act = agent.onAction as (...given: readonly unknown[]) => void;
  assert.equal(refusalOf(() => act("drain", double, { repeatabel: false })).nearest, "repeatable");
  assert.equal(refusalOf(() => act("drain", double, { repeatable: "no" })).field, "repeatable");
});

test("a handler's input is of the type that a simple schema names, and else any JSON", () => {
  const agent = createAgent(minimal);
  agent.capability("length", { input: { type: "string", maxLength: 5 } }, (text) => text.length);
  agent.capability("double", { input: { type: "integer" } }, async (n) => Promise.resolve(n * 2));
  agent.capability("negate", { input: { type: "boolean" } }, (flag: boolean) => !flag);
  agent.capability<number, number>("square", { input: { type: "number" } }, (n) => n * n);
  agent.capability("typed", { concurrency: 2 }, ({ a }: { readonly a: number }) => a);
  agent.capability("list", { input: { type: "array" } }, (list) => {
    // @ts-expect-error: it may be anything
    const text: string = list;
    return text;
  });
  agent.capability("free", {}, (anything) => {
    // @ts-expect-error: without a schema, too
    const text: string = anything;
    return text;
  });
});

test("what needs the store is refused before the start, in words that say what is missing", async () => {
  const agent = createAgent(minimal);
  const { budget, bus, context, sessions, votes } = agent;
  for (const call of [
    () => budget.allocate("b", { amounts: { tokens: 1 } }),
    () => bus.publish("a/b", 1),
    () => context.merge({ a: 1 }),
    () => agent.rate("x", { perSecond: 1 }).take(),
    () => sessions.create({ pattern: { capability: "c" } }),
    () => sessions.wait("s"),
    () => votes.propose({ question: 1 }),
  ])
    await assert.rejects(
      call,
      { code: "unavailable", message: /the agent is not started: call start first$/ },
      String(call),
    );
  assert.equal(agent.rate("x", { perSecond: 1 }).status().waiting, 0, "what asks nobody is answered");
  assert.equal(context.current(), undefined);
});

test("a call without its options is refused by what is missing, with what to give", async () => {
  const agent = createAgent(minimal);
  const host = createAgentHost(minimal, ["a"]);
  const none = undefined as never;
  const fleetBatcher = agent.fleetBatcher({ name: "odd", flush: () => Promise.resolve([]) });
  const calls: readonly (readonly [string, () => unknown])[] = [
    ["options", () => createAgent(none)],
    ["options", () => agent.batcher(none)],
    ["options", () => agent.fleetBatcher(none)],
    ["when", () => agent.schedule("nightly", none, none)],
    ["handler", () => agent.schedule("nightly", { cron: "0 3 * * *" }, none)],
    ["wish", () => agent.rate("x", none)],
    ["options", () => agent.election("e", none)],
    ["work", () => agent.lock("l").run(none)],
    ["options", () => agent.bus.subscribe("a/b", () => undefined, none)],
    ["options", () => connectCoordinator("127.0.0.1:1", none)],
    ["baseUrl", () => createChatReasoner({} as never)],
    ["options", () => createChatReasoner(none)],
    ["wish", () => host.budget.create(none)],
    ["options", () => host.budget.allocate("b", none)],
    ["wish", () => host.peers.votes.desk.propose(none)],
    ...[1n, undefined, () => 1, Number.NaN, new Date(Number.NaN)].map(
      (item) => ["item", () => fleetBatcher.add(item)] as const,
    ),
  ];
  for (const [field, call] of calls)
    await assert.rejects(async () => call(), { name: "EntrainError", code: "invalid-argument", field }, String(call));
});
