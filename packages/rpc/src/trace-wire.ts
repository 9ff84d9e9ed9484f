/** W3C trace context as two fields of a message. Nobody is refused for it: what is too long to be one leads nowhere. */
import type { TraceCarrier } from "@entrain/kernel";

/** Characters; the standard asks for at least as many of a tracestate. */
const fieldMax = 512;

interface TraceFields {
  readonly traceparent: string;
  readonly tracestate: string;
}

export function traceToWire(trace: TraceCarrier | undefined): TraceFields {
  return { traceparent: trace?.traceparent ?? "", tracestate: trace?.tracestate ?? "" };
}

/** Nothing where nothing was traced. */
export function traceFromWire({ traceparent, tracestate }: TraceFields): { readonly trace?: TraceCarrier } {
  if (traceparent === "" || traceparent.length > fieldMax) return {};
  return { trace: tracestate === "" || tracestate.length > fieldMax ? { traceparent } : { traceparent, tracestate } };
}
