/** For tests: one event of each kind of the bus. */
import type { BusEvent } from "@entrain/ports";

const agentId = "agent-1";

export const sampleBusEvents: { readonly [Kind in BusEvent["kind"]]: Extract<BusEvent, { readonly kind: Kind }> } = {
  "message.published": {
    kind: "message.published",
    agentId,
    messageId: "m-1",
    topic: "orders/new",
    qos: 1,
    outcome: "published",
    attempts: 1,
    tookMs: 2,
  },
  "message.ended": {
    kind: "message.ended",
    agentId,
    group: "billing",
    messageId: "m-1",
    topic: "orders/new",
    qos: 2,
    attempt: 2,
    outcome: "dead",
    cause: "it threw",
    tookMs: 7,
  },
  "message.died": {
    kind: "message.died",
    agentId,
    group: "billing",
    messageId: "m-1",
    topic: "orders/new",
    attempts: 5,
    cause: "its consumer vanished",
  },
  "message.dropped": {
    kind: "message.dropped",
    cause: "queue-full",
    count: 1,
    topic: "ticks/1",
    message: "1000 messages wait for the listener of ticks/+",
  },
  "message.heard": {
    kind: "message.heard",
    agentId,
    messageId: "m-1",
    topic: "ticks/1",
    outcome: "handled",
    cause: "",
    tookMs: 1,
  },
};
