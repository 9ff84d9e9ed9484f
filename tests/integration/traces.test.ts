/** What an application that has registered an OpenTelemetry SDK sees of its agents: tries, handoffs, steps and sessions as one tree. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { context, SpanKind, SpanStatusCode, trace, type Span as ApiSpan } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from "@opentelemetry/sdk-trace";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent, EntrainError } from "entrain";

const exporter = new InMemorySpanExporter();
let redis: TestRedis;
before(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
  redis = await acquireTestRedis();
});
after(async () => {
  trace.disable();
  context.disable();
  await redis.stop();
});

/** From a span up to the root, by name. */
function wayUp(spans: readonly ReadableSpan[], from: ReadableSpan): readonly string[] {
  const parent = spans.find((span) => span.spanContext().spanId === from.parentSpanContext?.spanId);
  return [from.name, ...(parent === undefined ? [] : wayUp(spans, parent))];
}

test("a task that is tried again and handed over leads back to the call that made its session", async () => {
  const swarm = `t-${randomUUID()}`;
  await using stack = new AsyncDisposableStack();
  const [first, second] = ["a", "b"].map((agentId) =>
    stack.use(
      createAgent({ swarm, redis: redis.url, rhythm: { periodMs: 1_000 }, agentId, coordinate: agentId === "a" }),
    ),
  );
  assert.ok(first !== undefined && second !== undefined);
  const tracer = trace.getTracer("application");
  for (const agent of [first, second])
    agent.capability<null, string>("work", {}, async (_, { attempt, handedOver, handOff }) => {
      if (attempt === 1) throw new Error("once more");
      if (handedOver === null) return handOff({ reason: "escalation" });
      return tracer.startActiveSpan("inside", (span) => {
        span.end();
        return agent.agentId;
      });
    });
  await Promise.all([first.start(), second.start()]);
  const root = tracer.startSpan("request");
  const sessionId = await context.with(trace.setSpan(context.active(), root), () =>
    waitFor("the capability is known", () =>
      first.sessions.create({ pattern: { capability: "work" } }).catch((thrown: unknown) => {
        if (EntrainError.from(thrown).field !== "pattern.capability") throw thrown;
        return undefined;
      }),
    ),
  );
  assert.equal((await first.sessions.wait(sessionId, { timeoutMs: 30_000 })).state, "converged");
  root.end();
  const { traceId } = root.spanContext();
  const ofTrace = () => exporter.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId);
  await waitFor("the session's task is over", () => ofTrace().some(({ name }) => name === "task entrain.session"));
  const spans = ofTrace();
  const session = ["step work", "session step", "task entrain.session", "request"];
  const inside = spans.find(({ name }) => name === "inside");
  assert.ok(inside !== undefined);
  assert.deepEqual(wayUp(spans, inside), ["inside", "task work", "handoff escalation", "task work", ...session]);
  const tries = spans.filter(({ name, parentSpanContext }) => {
    const parent = spans.find((span) => span.spanContext().spanId === parentSpanContext?.spanId);
    return name === "task work" && parent?.name === "step work";
  });
  assert.deepEqual(
    tries
      .map(({ attributes, status }) => [attributes["entrain.task.attempt"], status.code === SpanStatusCode.ERROR])
      .sort(),
    [
      [1, true],
      [2, false],
    ],
  );
});

/** The spans of the trace of a span, once there are enough of them. */
function spansWith(root: ApiSpan, what: string, isWhole: (spans: readonly ReadableSpan[]) => boolean) {
  const { traceId } = root.spanContext();
  return waitFor(what, () => {
    const spans = exporter.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId);
    return isWhole(spans) && spans;
  });
}

const within = <T>(span: ApiSpan, work: () => T): T => context.with(trace.setSpan(context.active(), span), work);
const linked = (span: ReadableSpan): readonly string[] => span.links.map(({ context: { spanId } }) => spanId);

test("a message leads from its publisher to each attempt at it and to what that publishes; a dead letter is marked, and a replay goes on", async () => {
  const swarm = `t-${randomUUID()}`;
  await using one = createAgent({ swarm, redis: redis.url, agentId: "a" });
  await using other = createAgent({ swarm, redis: redis.url, agentId: "b" });
  let isMended = false;
  const paid = other.bus.subscribe(
    "orders/+/paid",
    async (_, { messageId }) => {
      if (!isMended) throw new Error("no such customer");
      await other.bus.publish("parcels/new", messageId, { qos: 2, id: "parcel" });
    },
    { group: "billing", triesMax: 2, leaseMs: 60_000 },
  );
  const sent = one.bus.subscribe("parcels/#", () => undefined, { group: "parcels", leaseMs: 60_000 });
  await Promise.all([one.start(), other.start()]);
  await Promise.all([paid.ready, sent.ready]);
  const tracer = trace.getTracer("application");
  const root = tracer.startSpan("request");
  const publish = () => one.bus.publish("orders/7/paid", 995, { qos: 2, id: "paid/7" });
  await within(root, publish);
  // Who publishes it again does so in a trace of its own; the message stays in the first one.
  const repeat = tracer.startSpan("repeat");
  assert.equal((await within(repeat, publish)).groups, null);
  const [letter] = await waitFor("it is a dead letter", async () => {
    const letters = await one.bus.deadLetters("billing");
    return letters.length === 1 && letters;
  });
  isMended = true;
  await one.bus.replay("billing", letter!.letter);
  const spans = await spansWith(root, "the parcel is handled", (all) =>
    all.some((s) => s.name === "process parcels/#"),
  );
  const tries = spans.filter(({ name }) => name === "process orders/+/paid");
  const [publication] = spans.filter(
    ({ parentSpanContext }) => parentSpanContext?.spanId === root.spanContext().spanId,
  );
  assert.deepEqual([publication?.name, publication?.kind], ["publish", SpanKind.PRODUCER]);
  assert.deepEqual(publication?.attributes, {
    "messaging.system": "entrain",
    "messaging.operation.name": "publish",
    "messaging.operation.type": "send",
    "messaging.destination.name": "orders/7/paid",
    "messaging.message.id": "paid/7",
    "entrain.message.qos": 2,
    "entrain.message.outcome": "published",
  });
  assert.deepEqual(
    tries.map(({ kind, attributes, status }) => [
      ...[kind, attributes["entrain.message.attempt"], attributes["entrain.message.outcome"]],
      ...[attributes["messaging.consumer.group.name"], status.message],
    ]),
    [
      [SpanKind.CONSUMER, 1, "again", "billing", "no such customer"],
      [SpanKind.CONSUMER, 2, "dead", "billing", "no such customer"],
      [SpanKind.CONSUMER, 1, "acknowledged", "billing", undefined],
    ],
  );
  const publicationId = publication.spanContext().spanId;
  for (const attempt of tries) {
    assert.equal(attempt.parentSpanContext?.spanId, publicationId);
    assert.deepEqual(linked(attempt), [publicationId]);
  }
  const parcel = spans.find(({ name }) => name === "process parcels/#")!;
  const way = ["process parcels/#", "publish", "process orders/+/paid", "publish"];
  assert.deepEqual(wayUp(spans, parcel), way);
  const repeated = await spansWith(repeat, "the repetition has ended", (all) => all.length > 0);
  assert.deepEqual(
    repeated.map(({ name, attributes }) => [name, attributes["entrain.message.outcome"]]),
    [["publish", "repeated"]],
  );
});

test("a message that dies while nobody has it is marked in its trace, and one from elsewhere stays in the trace of its header", async () => {
  await using agent = createAgent({ swarm: `t-${randomUUID()}`, redis: redis.url, agentId: "a" });
  const options = { group: "late", leaseMs: 60_000, lagMax: 10 };
  const first = agent.bus.subscribe("late/+", () => undefined, options);
  await agent.start();
  await first.ready;
  await first.stop();
  const root = trace.getTracer("application").startSpan("request");
  await within(root, () => agent.bus.publish("late/1", null, { expiresMs: 1 }));
  const heard: string[] = [];
  const { traceId, spanId } = root.spanContext();
  const headers = { traceparent: `00-${traceId}-${spanId}-01`, tracestate: "vendor=a" };
  await agent.bus.publish("late/2", null, { headers });
  const publishedMs = Date.now();
  await waitFor("it has expired", () => Date.now() > publishedMs + 1);
  agent.bus.subscribe("late/+", (_, { topic }) => void heard.push(topic), options);
  const spans = await spansWith(root, "one is dead and one is handled", (all) => all.length === 4);
  const dead = spans.find(({ name }) => name === "dead-letter late/+");
  assert.deepEqual(wayUp(spans, dead!), ["dead-letter late/+", "publish"]);
  assert.equal(dead?.status.message, "it expired before it was handled");
  assert.deepEqual(
    [dead.attributes["entrain.message.outcome"], dead.attributes["entrain.message.attempt"]],
    ["dead", 0],
  );
  assert.deepEqual(heard, ["late/2"]);
  const handled = spans.find(({ name }) => name === "process late/+");
  assert.deepEqual(wayUp(spans, handled!), ["process late/+", "publish"]);
  assert.equal(handled!.spanContext().traceState?.serialize(), "vendor=a");
});

test("a message that is not kept leads from its publisher to whoever hears it, over the wire", async () => {
  const swarm = `t-${randomUUID()}`;
  await using one = createAgent({ swarm, redis: redis.url, agentId: "a" });
  await using other = createAgent({ swarm, redis: redis.url, agentId: "b" });
  for (const agent of [one, other])
    agent.bus.listen("ticks/+", () => {
      if (agent === other) throw new Error("too early");
    });
  await Promise.all([one.start(), other.start()]);
  await waitFor("they hear each other", () => one.bus.heard() === 1 && other.bus.heard() === 1);
  const root = trace.getTracer("application").startSpan("request");
  await within(root, () => one.bus.publish("ticks/7", 7, { qos: 0 }));
  const spans = await spansWith(root, "both have heard it", (all) => all.length === 3);
  const heard = spans.filter(({ name }) => name === "process ticks/+");
  assert.deepEqual(heard.map(({ attributes, status }) => [attributes["entrain.agent.id"], status.message]).sort(), [
    ["a", undefined],
    ["b", "too early"],
  ]);
  for (const span of heard) assert.deepEqual(wayUp(spans, span), ["process ticks/+", "publish"]);
});

test("who adopts a decision shows where it was made", async () => {
  const swarm = `t-${randomUUID()}`;
  await using one = createAgent({ swarm, redis: redis.url, agentId: "a" });
  await using other = createAgent({ swarm, redis: redis.url, agentId: "b" });
  await Promise.all([one.start(), other.start()]);
  const tracer = trace.getTracer("application");
  const decideWithin = async (agent: typeof one, name: string) => {
    const root = tracer.startSpan(name);
    await within(root, () => agent.decide({ cpu: 0.99 }, { incident: "i-1" }));
    const spans = await spansWith(root, "it is decided", (all) => all.some((span) => span.name === "decide"));
    return spans.find((span) => span.name === "decide")!;
  };
  const made = await decideWithin(one, "first");
  const adopted = await decideWithin(other, "second");
  assert.deepEqual(
    [made, adopted].map(({ attributes }) => attributes["entrain.decision.source"]),
    ["committed", "adopted"],
  );
  assert.deepEqual([linked(made), linked(adopted)], [[], [made.spanContext().spanId]]);
  assert.equal(adopted.links[0]?.context.traceId, made.spanContext().traceId);
});
