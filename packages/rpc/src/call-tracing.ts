/**
 * Traces over gRPC: a call made within a span takes it along in its metadata (W3C trace context, by the process's propagator) and
 * is a span of its own on both sides. A call outside of one costs a look, and nothing else.
 */
import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type TextMapGetter,
  type TextMapSetter,
} from "@opentelemetry/api";
import type { Metadata } from "@grpc/grpc-js";
import { EntrainError } from "@entrain/kernel";

const setter: TextMapSetter<Metadata> = {
  set(metadata, key, value) {
    metadata.set(key, value);
  },
};

const getter: TextMapGetter<Metadata> = {
  keys: (metadata) => Object.keys(metadata.getMap()),
  get: (metadata, key) => metadata.get(key).map(String),
};

/** Makes a call, with the metadata that it is to be made with. */
export function traceCall<Answer>(
  path: string,
  metadata: Metadata,
  call: (metadata: Metadata) => Promise<Answer>,
): Promise<Answer> {
  if (trace.getSpanContext(context.active()) === undefined) return call(metadata);
  return within(path, SpanKind.CLIENT, context.active(), () => {
    const carrying = metadata.clone();
    propagation.inject(context.active(), carrying, setter);
    return call(carrying);
  });
}

/** Answers a call; within what its caller was in, where that is said. */
export function traceAnswer<Answer>(path: string, metadata: Metadata, answer: () => Promise<Answer>): Promise<Answer> {
  const under = propagation.extract(ROOT_CONTEXT, metadata, getter);
  return trace.getSpanContext(under) === undefined ? answer() : within(path, SpanKind.SERVER, under, answer);
}

function within<Answer>(path: string, kind: SpanKind, under: Context, work: () => Promise<Answer>): Promise<Answer> {
  const [service = "", method = ""] = path.replace(/^\//, "").split("/");
  const attributes = { "rpc.system": "grpc", "rpc.service": service, "rpc.method": method };
  const span = trace.getTracer("entrain").startSpan(`${service}/${method}`, { kind, attributes }, under);
  return context.with(trace.setSpan(under, span), work).then(
    (answer) => {
      span.end();
      return answer;
    },
    (thrown: unknown) => {
      const { code, message } = EntrainError.from(thrown);
      span.setAttribute("error.type", code);
      span.setStatus({ code: SpanStatusCode.ERROR, message });
      span.end();
      throw thrown;
    },
  );
}
