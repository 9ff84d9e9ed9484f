/** The durable part of the bus in the store (P1). */
import type { BusCommand, BusGroup, BusOutcome, DeadLetter } from "@entrain/core/bus";
import type { Json } from "@entrain/kernel";
import type { Unsubscribe } from "./subscription.ts";

/** How a group stands. */
export interface GroupFigures extends BusGroup {
  /** Messages that are not acknowledged: new, held, or waiting for another attempt. */
  readonly lag: number;
  /** Of these, the ones that were handed out before. */
  readonly begun: number;
  readonly deadLetters: number;
}

/** What is going on on the bus. */
export interface BusFigures {
  readonly groups: readonly GroupFigures[];
  /** Since the swarm began: published, refused, acknowledged, retried, vanished, dead, expired, replayed, forgotten. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Errors: `store-unavailable`, `deadline-exceeded`; `resource-exhausted` where the store is full. */
export interface BusStore {
  /** Carries a command out, whole or not at all. While writes may have been lost nothing is handed out (S1). */
  apply(command: BusCommand): Promise<BusOutcome>;
  figures(): Promise<BusFigures>;
  /** Newest first. @param before only those that are older than this letter */
  deadLetters(group: string, limit: number, before: string | null): Promise<readonly DeadLetter[]>;
  /** What the fields of a group's record hold; null for those that are not there. */
  record(group: string, fields: readonly string[]): Promise<readonly Json[]>;
  /** Tells the groups that have got something. */
  watch(onQueued: (groups: readonly string[]) => void): Unsubscribe;
}
