/** The message bus between agents: topics, messages that are kept for groups, and the rules by which these get them. */
export { fullJitterMs } from "./back-off.ts";
export { createBusBook, expiredCause, vanishedCause, type BusBook } from "./bus-book.ts";
export type { BusCommand, BusOutcome, Death, Holding } from "./command.ts";
export {
  bodyText,
  busGroup,
  busLimits,
  effectList,
  publicationOf,
  type BusGroup,
  type DeadLetter,
  type DurableQos,
  type Effect,
  type Effects,
  type HeldMessage,
  type Publication,
} from "./message.ts";
export { checkPattern, checkTopic, matchesTopic } from "./topic.ts";
