/** What a call of the whole fleet is made of: the user's flush, its bounds, and the world that it is made in. */
import type { Random } from "@entrain/kernel";
import type { ElectionTimings } from "@entrain/core/election";
import type { Clock, EventSink, PoolStore, Timers } from "@entrain/ports";
import type { BatchInfo } from "../batching/batcher-options.ts";

/** What a flush of the whole fleet is told beside its items. */
export interface FleetBatchInfo extends Omit<BatchInfo, "key"> {
  /** The same for all attempts of this call, in whichever agent, and of no other: an idempotency key. */
  readonly key: string;
  /** The fencing token: higher than that of every earlier call and attempt. */
  readonly token: number;
  /** How many agents contributed. */
  readonly agents: number;
}

/** Makes the call for all: one result an item, in their order; an Error among them fails its item alone. */
export type FleetFlush<Item, Result> = (
  items: readonly Item[],
  batch: FleetBatchInfo,
) => Promise<readonly (Result | Error)[]>;

/** How the call is made. */
export interface FleetCallOptions<Item, Result> {
  readonly name: string;
  readonly flush: FleetFlush<Item, Result>;
  /** How long after the beat the call waits for the others' items, ms. */
  readonly collectMs: number;
  /** Most items of one call. */
  readonly itemsMax: number;
  /** Most attempts of one call, over all agents. */
  readonly attempts: number;
  readonly retryPauseMs: number;
  /** How long one attempt may take, ms. */
  readonly deadlineMs: number;
}

/** The world of a fleet call. */
export interface FleetSurroundings {
  readonly agentId: string;
  /** Of the present life; not the final one before the start. */
  readonly incarnation: () => number;
  readonly store: PoolStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly events: EventSink;
  readonly timings: ElectionTimings;
  readonly members: () => readonly string[];
}
