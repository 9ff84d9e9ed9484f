/** The hands of one capability: in use by its runs, kept free for tasks that it has agreed to take over, and free. */
import type { Timers } from "@entrain/ports";
import type { TaskRun } from "./task-run.ts";

/** Hands of one capability of one agent. */
export interface Hands {
  readonly free: () => number;
  /** The share in use or kept, 0 to 1. */
  readonly load: () => number;
  readonly runs: () => readonly TaskRun[];
  /** Holds it until both its outcome is told and its handler is over. */
  hold(run: TaskRun): void;
  /** Keeps one for a task, for a while; false where none is free. The same task again: the same hand. */
  keep(key: string, forMs: number): boolean;
  isKept(key: string): boolean;
  /** Gives a kept one back. */
  release(key: string): void;
  close(): void;
}

/** @param onFree called when the first hand becomes free */
export function createHands(timers: Timers, count: number, onFree: () => void): Hands {
  const runs = new Set<TaskRun>();
  const kept = new Map<string, () => void>();
  const free = (): number => Math.max(0, count - runs.size - kept.size);

  function release(key: string): void {
    kept.get(key)?.();
    if (kept.delete(key) && free() === 1) onFree();
  }

  return {
    free,
    load: () => 1 - free() / count,
    runs: () => [...runs],
    hold(run) {
      runs.add(run);
      void Promise.all([run.told, run.over]).then(() => {
        runs.delete(run);
        if (free() === 1) onFree();
      });
    },
    keep(key, forMs) {
      if (!kept.has(key) && free() === 0) return false;
      kept.get(key)?.();
      kept.set(
        key,
        timers.after(forMs, () => {
          release(key);
        }),
      );
      return true;
    },
    isKept: (key) => kept.has(key),
    release,
    close() {
      for (const callOff of kept.values()) callOff();
      kept.clear();
    },
  };
}
