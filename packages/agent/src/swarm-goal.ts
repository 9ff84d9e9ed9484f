/**
 * The rhythm's goal as a process knows it (R4): a provisional one of version 0, which yields to any, until the store or a
 * peer names the swarm's. The store tells each goal that is set; it is also read whenever the store has come up, again
 * where a reading failed under a store that answers, and every few seconds, for what is told is only a hint. Each reading
 * offers the newest goal known here, so that a store that has lost it gets it back (S1).
 */
import { EntrainError, type Random } from "@entrain/kernel";
import { firstGoal, isNewerGoal, type GoalRecord, type GoalRequest } from "@entrain/core/rhythm";
import type { Clock, GoalStore, Timers } from "@entrain/ports";

/** The goal of one process. */
export interface SwarmGoal {
  /** The newest one known here. */
  known(): GoalRecord;
  /**
   * Reads the store's, which is created there if there is none; calls at the same time share one reading.
   * @throws EntrainError `store-unavailable`, `deadline-exceeded`.
   */
  read(): Promise<void>;
  /** Reads in the background, until the store is away; to be called when it has come up. */
  follow(): void;
  stop(): void;
}

/** Pause before another reading after one that failed, and after one that did not, ms; the actual one is 50 to 100 %. */
const pauseMs = { failed: 500, read: 5_000 } as const;

/** The provisional goal; reads nothing yet. */
export function createSwarmGoal(options: {
  readonly goals: Pick<GoalStore, "readOrCreate" | "watch">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  /** What is founded where the swarm has no goal. */
  readonly founding: GoalRequest;
  /** The newest goal that peers' frames brought; undefined before there is a rhythm. */
  readonly carried: () => GoalRecord | undefined;
  readonly onGoal: (goal: GoalRecord) => void;
}): SwarmGoal {
  const { goals, clock, timers, random, founding, carried, onGoal } = options;
  let known: GoalRecord = { ...firstGoal(founding, clock.unixMs()), goalVersion: 0 };
  let reading: Promise<void> | undefined;
  let callOff: (() => void) | undefined;
  let stopped = false;
  const unwatch = goals.watch(learn);

  function learn(goal: GoalRecord): void {
    if (stopped || !isNewerGoal(goal, known)) return;
    known = goal;
    onGoal(goal);
  }

  async function readOnce(): Promise<void> {
    const brought = carried();
    if (brought !== undefined && isNewerGoal(brought, known)) known = brought;
    learn(await goals.readOrCreate(known.goalVersion === 0 ? firstGoal(founding, clock.unixMs()) : known));
  }

  function read(): Promise<void> {
    reading ??= readOnce().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  function follow(): void {
    callOff?.();
    callOff = undefined;
    read().then(
      () => {
        again(pauseMs.read);
      },
      (thrown: unknown) => {
        // A store that is away is read when it has come back.
        if (EntrainError.from(thrown).code !== "store-unavailable") again(pauseMs.failed);
      },
    );
  }

  function again(afterMs: number): void {
    callOff?.();
    if (!stopped) callOff = timers.after(afterMs * (0.5 + random.next() / 2), follow);
  }

  return {
    known: () => known,
    read,
    follow,
    stop() {
      stopped = true;
      unwatch();
      callOff?.();
    },
  };
}
