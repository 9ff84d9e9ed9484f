/** Traces of a whole swarm, as its processes send them: what one caller asked for is one tree over all of them. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { test } from "node:test";
import { startSwarm } from "./swarm-under-test.ts";
import { until } from "./until.ts";

interface WireSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
}

interface WireResource {
  readonly resource: {
    readonly attributes: readonly { readonly key: string; readonly value: { stringValue?: string } }[];
  };
  readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[];
}

type Span = WireSpan & { readonly service: string };

/** Receives OTLP over HTTP. */
async function openReceiver() {
  const spans: Span[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      for (const { resource, scopeSpans } of (body as { readonly resourceSpans: readonly WireResource[] })
        .resourceSpans) {
        const service = resource.attributes.find(({ key }) => key === "service.name")?.value.stringValue ?? "";
        spans.push(...scopeSpans.flatMap((scope) => scope.spans).map((span) => ({ ...span, service })));
      }
      response.setHeader("content-type", "application/json").end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    of: (traceId: string) => spans.filter((span) => span.traceId === traceId),
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const callerId = "00f067aa0ba902b7";
const traceIdOf = (n: number): string => String(n).repeat(32);

/** From a span up to the caller, as `service name`. */
function wayUp(spans: readonly Span[], from: Span): readonly string[] {
  const way: string[] = [];
  for (let span: Span | undefined = from; span !== undefined;) {
    way.push(`${span.service} ${span.name}`);
    const parentSpanId: string | undefined = span.parentSpanId;
    if (parentSpanId === callerId) return way;
    span = spans.find(({ spanId }) => spanId === parentSpanId);
  }
  return [...way, "nowhere"];
}

test("a session and an injected reading are one tree each, over console, coordinator, decision loop and agents", async () => {
  await using receiver = await openReceiver();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_TRACES_SAMPLER: "parentbased_always_off" };
  await using swarm = await startSwarm({ flags: ["--agents", "2"], env });
  const [sessionTrace, readingTrace] = [traceIdOf(1), traceIdOf(2)];
  const post = (path: string, traceId: string, body: object) =>
    fetch(`${swarm.url}/api/v1/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", traceparent: `00-${traceId}-${callerId}-01` },
      body: JSON.stringify(body),
    });
  const pattern = { pattern: "parallel-merge", over: "=input", each: { capability: "text.words" }, merge: "sum" };
  const wish = { sessionId: "traced", pattern, input: ["the quick fox", "the lazy dog"] };
  await until("the session is made", async () => (await post("sessions", sessionTrace, wish)).status === 201);
  await until("it has converged", async () => {
    const { state } = (await (await fetch(`${swarm.url}/api/v1/sessions/traced`)).json()) as { readonly state: string };
    return state === "converged";
  });
  assert.equal((await post("telemetry", readingTrace, { telemetry: { cpu: 0.99 } })).status, 200);
  // Each process sends what it has when it stops.
  await swarm.stop();
  const session = receiver.of(sessionTrace);
  const ways = (name: string, spans: readonly Span[]) =>
    spans.filter((span) => span.name === name).map((span) => wayUp(spans, span).join(" < "));
  const driven =
    "entrain-coordinator session parallel-merge < entrain-coordinator task entrain.session < entrain-console POST /api/v1/sessions";
  const done = `entrain-agent task text.words < entrain-coordinator step text.words < ${driven}`;
  assert.deepEqual(ways("task text.words", session), [done, done]);
  const reading = receiver.of(readingTrace);
  for (const span of [...session, ...reading]) assert.ok(!wayUp([...session, ...reading], span).includes("nowhere"));
  const decided = ways("entrain.v1.DecisionService/Decide", reading).filter((way) =>
    way.startsWith("entrain-decision"),
  );
  const asked = "entrain-agent decide < entrain-agent entrain.v1.AgentService/";
  assert.equal(decided.length, 2, JSON.stringify(ways("decide", reading)));
  for (const way of decided)
    assert.ok(way.includes(asked) && way.endsWith("entrain-console POST /api/v1/telemetry"), way);
});
