/** Traces: which piece of work caused which, over processes. Nothing is recorded unless somebody wants it. */
import type { TraceCarrier } from "@entrain/kernel";

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** What a span is to be. */
export interface SpanWish {
  /** Default: internal. */
  readonly kind?: "internal" | "server" | "producer" | "consumer";
  /** What caused it; null: nothing did. Default: the span that is active where it begins. */
  readonly parent?: TraceCarrier | null | undefined;
  readonly attributes?: SpanAttributes;
}

/** One piece of work. Ends once; what comes later is ignored. */
export interface Span {
  /** For whoever goes on with it elsewhere; undefined where nothing is recorded. */
  readonly carrier: TraceCarrier | undefined;
  /** Says that it has to do with another one, also of another trace. */
  link(to: TraceCarrier): void;
  /** Does something with this span active, also in what it awaits. */
  run<T>(work: () => T): T;
  /** @param failure why it failed; none: it did not */
  end(attributes?: SpanAttributes, failure?: string): void;
}

/** Begins spans. Never throws. */
export interface Tracing {
  begin(name: string, wish?: SpanWish): Span;
  /** The active span, for whoever goes on with it elsewhere; undefined where there is none. */
  carried(): TraceCarrier | undefined;
}

const nothing = (): void => undefined;
const noSpan: Span = { carrier: undefined, link: nothing, run: (work) => work(), end: nothing };

/** Records nothing. */
export const noTracing: Tracing = { begin: () => noSpan, carried: () => undefined };
