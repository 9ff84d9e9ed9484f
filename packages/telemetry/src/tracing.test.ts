import assert from "node:assert/strict";
import { test } from "node:test";
import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { createTracing } from "./tracing.ts";
import { carrierOf, contextWith } from "./trace-context.ts";

const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

test("without an SDK nothing is recorded, and nothing leads anywhere", () => {
  const span = createTracing().begin("work", { kind: "producer", attributes: { n: 1 } });
  assert.equal(span.carrier, undefined);
  assert.equal(
    span.run(() => 7),
    7,
  );
  span.end({}, "it failed");
  assert.equal(createTracing().carried(), undefined);
});

test("W3C trace context is read and written as it is", () => {
  const carrier = { traceparent, tracestate: "vendor=a,other=b" };
  assert.deepEqual(carrierOf(trace.getSpanContext(contextWith(ROOT_CONTEXT, carrier))), carrier);
  const state = trace.getSpanContext(contextWith(ROOT_CONTEXT, carrier))?.traceState;
  assert.ok(state !== undefined);
  assert.equal(state.get("other"), "b");
  assert.equal(state.set("other", "c").unset("vendor").serialize(), "other=c");
});

test("what is malformed or too long leads nowhere", () => {
  for (const wrong of ["", "00-0-0-01", traceparent.toUpperCase(), "00-" + "0".repeat(32) + "-b7ad6b7169203331-01"])
    assert.equal(trace.getSpanContext(contextWith(ROOT_CONTEXT, { traceparent: wrong })), undefined, wrong);
  const long = { traceparent, tracestate: `a=${"x".repeat(600)}` };
  assert.deepEqual(carrierOf(trace.getSpanContext(contextWith(ROOT_CONTEXT, long))), { traceparent });
});
