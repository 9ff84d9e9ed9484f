/** What the loops of all jobs of an agent share. */
import type { Random } from "@entrain/kernel";
import type { ElectionTimings } from "@entrain/core/election";
import type { Clock, EventSink, ScheduleStore, Timers } from "@entrain/ports";
import type { StoreTime } from "./store-time.ts";

/** The world of a job. */
export interface JobSurroundings {
  readonly agentId: string;
  /** Of the present life; not the final one before the start. */
  readonly incarnation: () => number;
  readonly store: ScheduleStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly events: EventSink;
  /** Lease and renewal of runs. */
  readonly timings: ElectionTimings;
  readonly time: StoreTime;
  /** Ids of the members that are alive, as far as this process knows. */
  readonly members: () => readonly string[];
}

/** One job's loop, as the desk drives it. */
export interface JobTurns {
  readonly name: string;
  /** When it fires next, Unix ms; undefined: never again. */
  nextAtMs(): number | undefined;
  start(): void;
  /** The members, or the life of the store, are others now. */
  changed(what: "members" | "generation"): void;
  /** Takes no more runs; one that is under way has `drainMs`, then it is handed on. */
  stop(drainMs: number): Promise<void>;
}

/** Longest pause between two looks at the clock, ms: timers drift, and hold no more than 24 days. */
export const pauseMaxMs = 60_000;

/** Pause after the n-th failure in a row, ms: doubled up to 5 s, of which 50 to 100 % are waited. */
export function failurePauseMs(failures: number, random: Random): number {
  return Math.min(5_000, 100 * 2 ** Math.min(failures, 10)) * (0.5 + random.next() / 2);
}
