/** What an application that has registered an OpenTelemetry SDK sees of its agents: tries, handoffs, steps and sessions as one tree. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { context, SpanStatusCode, trace } from "@opentelemetry/api";
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
