import assert from "node:assert/strict";
import { test } from "node:test";
import { trace } from "@opentelemetry/api";
import { openTracing } from "./open-tracing.ts";

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" };

test("without an endpoint, or where it is switched off, nothing is recorded", async () => {
  const off = [{}, { ...endpoint, OTEL_SDK_DISABLED: "true" }, { ...endpoint, OTEL_TRACES_EXPORTER: "none" }];
  for (const env of off) {
    await (await openTracing("agent", env)).close();
    assert.equal(trace.getTracer("entrain").startSpan("work").isRecording(), false, JSON.stringify(env));
  }
});

test("what cannot be used is refused by the variable's name", async () => {
  const cases: readonly (readonly [Record<string, string>, string])[] = [
    [{ OTEL_TRACES_EXPORTER: "zipkin" }, 'OTEL_TRACES_EXPORTER is "zipkin": use otlp or none'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" }, "write a URL"],
    [{ ...endpoint, OTEL_TRACES_SAMPLER: "sometimes" }, 'OTEL_TRACES_SAMPLER is "sometimes": use always_on'],
    [{ ...endpoint, OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "2" }, "give a number from 0 to 1"],
  ];
  for (const [env, message] of cases)
    await assert.rejects(openTracing("agent", env), (thrown: Error & { readonly code?: string }) => {
      assert.ok(thrown.message.includes(message), thrown.message);
      return thrown.code === "invalid-config";
    });
});
