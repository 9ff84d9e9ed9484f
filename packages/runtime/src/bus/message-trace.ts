/**
 * Messages in traces, as OpenTelemetry's conventions for messaging have them
 * (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/): a span of its publication, and below it, and linked to
 * it, one of each attempt at it in each group, or of each listener that heard it.
 */
import type { TraceCarrier } from "@entrain/kernel";
import { noTracing, type Span, type SpanAttributes, type Tracing } from "@entrain/ports";

const system = { "messaging.system": "entrain" } as const;

/** What is known of a message wherever it is. */
interface Known {
  readonly messageId: string;
  readonly topic: string;
  readonly qos: 0 | 1 | 2;
}

const attributesOf = ({ messageId, topic, qos }: Known): SpanAttributes => ({
  ...system,
  "messaging.message.id": messageId,
  "messaging.destination.name": topic,
  "entrain.message.qos": qos,
});

/**
 * Begins the span of a publication. A publisher that hands on what came from elsewhere says so in its `traceparent` header; else
 * the active span caused it. The topic is no part of the name: there may be one for each order.
 */
export function beginPublication(
  tracing: Tracing = noTracing,
  message: Known,
  headers: Readonly<Record<string, string>>,
): Span {
  const { traceparent, tracestate } = headers;
  return tracing.begin("publish", {
    kind: "producer",
    parent:
      traceparent === undefined ? undefined : { traceparent, ...(tracestate === undefined ? {} : { tracestate }) },
    attributes: {
      ...attributesOf(message),
      "messaging.operation.name": "publish",
      "messaging.operation.type": "send",
    },
  });
}

/** Who handles a message. */
interface Receiver {
  readonly pattern: string;
  readonly agentId: string;
  /** Absent for one that listens for itself. */
  readonly group?: string;
}

/** Begins the span of one attempt at a message. @param trace its publication */
export function beginHandling(
  tracing: Tracing = noTracing,
  message: Known & { readonly trace?: TraceCarrier },
  { pattern, agentId, group }: Receiver,
): Span {
  const span = tracing.begin(`process ${pattern}`, {
    kind: "consumer",
    parent: message.trace ?? null,
    attributes: {
      ...attributesOf(message),
      "messaging.operation.name": "process",
      "messaging.operation.type": "process",
      "messaging.destination.template": pattern,
      "entrain.agent.id": agentId,
      ...(group === undefined ? {} : { "messaging.consumer.group.name": group }),
    },
  });
  if (message.trace !== undefined) span.link(message.trace);
  return span;
}

/** Marks a message that became a dead letter while nobody had it: its consumer had vanished, or it had expired. */
export function markDeath(
  tracing: Tracing = noTracing,
  death: {
    readonly messageId: string;
    readonly topic: string;
    readonly attempts: number;
    readonly cause: string;
    readonly trace?: TraceCarrier;
  },
  { pattern, agentId, group }: Required<Receiver>,
): void {
  const { messageId, topic, attempts, cause, trace } = death;
  const span = tracing.begin(`dead-letter ${pattern}`, {
    parent: trace ?? null,
    attributes: {
      ...system,
      "messaging.message.id": messageId,
      "messaging.destination.name": topic,
      "messaging.destination.template": pattern,
      "messaging.consumer.group.name": group,
      "entrain.agent.id": agentId,
      "entrain.message.attempt": attempts,
      "entrain.message.outcome": "dead",
    },
  });
  if (trace !== undefined) span.link(trace);
  span.end({}, cause);
}
