/** The metrics of the bus; with `metrics.ts` and `decision-families.ts` the places that name metrics. */
import type { MetricMaker } from "./metric-maker.ts";

/** A message is taken in or handled within a millisecond, or after a wait for room or a long handler. */
const messageBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600];

/** Publications, deliveries and dead letters. */
export function busFamilies({ counter, histogram }: MetricMaker) {
  return {
    publications: counter("entrain_bus_publications_total", "Messages that this process published, or could not.", [
      "qos",
      "outcome",
    ]),
    publicationDuration: histogram(
      "entrain_bus_publication_duration_seconds",
      "From the call to the store's answer, waits for a group that lags included.",
      messageBuckets,
      ["qos", "outcome"],
    ),
    deliveries: counter("entrain_bus_deliveries_total", "Attempts at messages that ended in this process.", [
      "group",
      "qos",
      "outcome",
    ]),
    deliveryDuration: histogram(
      "entrain_bus_delivery_duration_seconds",
      "From the taking of a message to the telling of its outcome.",
      messageBuckets,
      ["group", "qos", "outcome"],
    ),
    redeliveries: counter("entrain_bus_redeliveries_total", "Attempts at messages that were not the first.", ["group"]),
    messagesDropped: counter("entrain_bus_messages_dropped_total", "Messages that are not kept and were dropped.", [
      "cause",
    ]),
    messagesHeard: counter("entrain_bus_messages_heard_total", "Messages that are not kept and reached a listener.", [
      "outcome",
    ]),
    deadLetters: counter("entrain_bus_dead_letters_total", "Messages that became dead letters in this process.", [
      "group",
      "cause",
    ]),
  };
}
