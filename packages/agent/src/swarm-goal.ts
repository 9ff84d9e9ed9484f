/**
 * The rhythm's goal as a process knows it (R4): a provisional one of version 0, which yields to any, until the store or a
 * peer names the swarm's. It is read whenever the store has come up, and again where a reading failed under a store that
 * answers.
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
  /** The same in the background, until it is read or the store is away. */
  follow(): void;
  stop(): void;
}

/** Pause before another reading, ms; the actual one is 50 to 100 % of it. */
const pauseMs = 500;

/** The provisional goal; reads nothing yet. */
export function createSwarmGoal(options: {
  readonly goals: Pick<GoalStore, "readOrCreate">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  /** What is founded where the swarm has no goal. */
  readonly founding: GoalRequest;
  readonly onGoal: (goal: GoalRecord) => void;
}): SwarmGoal {
  const { goals, clock, timers, random, founding, onGoal } = options;
  let known: GoalRecord = { ...firstGoal(founding, clock.unixMs()), goalVersion: 0 };
  let reading: Promise<void> | undefined;
  let callOff: (() => void) | undefined;
  let stopped = false;

  async function readOnce(): Promise<void> {
    const goal = await goals.readOrCreate(firstGoal(founding, clock.unixMs()));
    if (!isNewerGoal(goal, known)) return;
    known = goal;
    onGoal(goal);
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
    read().catch((thrown: unknown) => {
      // A store that is away is read when it has come back.
      if (stopped || EntrainError.from(thrown).code === "store-unavailable") return;
      callOff = timers.after(pauseMs * (0.5 + random.next() / 2), follow);
    });
  }

  return {
    known: () => known,
    read,
    follow,
    stop() {
      stopped = true;
      callOff?.();
    },
  };
}
