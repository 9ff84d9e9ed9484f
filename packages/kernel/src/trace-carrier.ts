/** What leads from one piece of work to another that it caused, wherever that is done: W3C trace context, as text. */
export interface TraceCarrier {
  readonly traceparent: string;
  readonly tracestate?: string;
}
