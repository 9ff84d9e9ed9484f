/**
 * Traces by OpenTelemetry's API: recorded by whatever SDK the process has registered, and by none where it has not, at the cost of
 * a few objects. What leads to other processes is W3C trace context, whatever propagator the process uses for its HTTP.
 */
import { context, isSpanContextValid, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Context, Span as ApiSpan } from "@opentelemetry/api";
import type { TraceCarrier } from "@entrain/kernel";
import type { Span, SpanWish, Tracing } from "@entrain/ports";
import { carrierOf, contextWith } from "./trace-context.ts";

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

/** Spans of the tracer `entrain`. */
export function createTracing(): Tracing {
  return {
    begin(name, { kind = "internal", parent, attributes = {} }: SpanWish = {}) {
      const under = contextOf(parent);
      // Asked for each time: an SDK may be registered after the agent was made.
      const span = trace.getTracer("entrain").startSpan(name, { kind: kinds[kind], attributes }, under);
      return spanOf(span, trace.setSpan(under, span));
    },
    carried: () => carrierOf(trace.getSpanContext(context.active())),
  };
}

function contextOf(parent: TraceCarrier | null | undefined): Context {
  if (parent === undefined) return context.active();
  return parent === null ? ROOT_CONTEXT : contextWith(ROOT_CONTEXT, parent);
}

function spanOf(span: ApiSpan, active: Context): Span {
  return {
    carrier: isSpanContextValid(span.spanContext()) ? carrierOf(span.spanContext()) : undefined,
    link(to) {
      const linked = trace.getSpanContext(contextWith(ROOT_CONTEXT, to));
      if (linked !== undefined) span.addLink({ context: linked });
    },
    run: (work) => context.with(active, work),
    end(attributes = {}, failure) {
      span.setAttributes(attributes);
      if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
      span.end();
    },
  };
}
