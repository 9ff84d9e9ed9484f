/** W3C trace context (https://www.w3.org/TR/trace-context/) as text. What is malformed, or too long, leads nowhere. */
import { isSpanContextValid, trace, type Context, type SpanContext, type TraceState } from "@opentelemetry/api";
import type { TraceCarrier } from "@entrain/kernel";

const parentPattern = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
/** Characters of a tracestate; the standard asks for at least as many. */
const stateMax = 512;

/** Undefined where there is no span, or one that is not recorded. */
export function carrierOf(span: SpanContext | undefined): TraceCarrier | undefined {
  if (span === undefined || !isSpanContextValid(span)) return undefined;
  const flags = span.traceFlags.toString(16).padStart(2, "0");
  const traceparent = `00-${span.traceId}-${span.spanId}-${flags}`;
  const state = span.traceState?.serialize() ?? "";
  return state === "" || state.length > stateMax ? { traceparent } : { traceparent, tracestate: state };
}

/** The context under which what was caused by a span elsewhere begins. */
export function contextWith(under: Context, { traceparent, tracestate }: TraceCarrier): Context {
  const [, traceId = "", spanId = "", flags = "0"] = parentPattern.exec(traceparent) ?? [];
  const span: SpanContext = {
    ...{ traceId, spanId, isRemote: true, traceFlags: Number.parseInt(flags, 16) & 1 },
    ...(tracestate === undefined || tracestate.length > stateMax ? {} : { traceState: stateFrom(tracestate) }),
  };
  return isSpanContextValid(span) ? trace.setSpanContext(under, span) : under;
}

/** What vendors say of the trace, handed on in its order; a member that is set comes first, as the standard has it. */
function stateFrom(text: string): TraceState {
  const members = text.split(",").map((member) => member.trim());
  const without = (key: string): string => members.filter((member) => !member.startsWith(`${key}=`)).join(",");
  return {
    get: (key) => members.find((member) => member.startsWith(`${key}=`))?.slice(key.length + 1),
    set: (key, value) => stateFrom([`${key}=${value}`, without(key)].filter((part) => part !== "").join(",")),
    unset: (key) => stateFrom(without(key)),
    serialize: () => members.join(","),
  };
}
