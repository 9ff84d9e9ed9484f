/** Tasks in the store (P1). */
import type { Task, TaskCommand, TaskOutcome } from "@entrain/core/task";
import type { Unsubscribe } from "./subscription.ts";

/** What changed: lines in which something waits, tasks whose handoff was answered, tasks that have ended. */
export interface TaskHint {
  readonly offered: readonly string[];
  readonly answered: readonly string[];
  readonly ended: readonly string[];
}

/** What is going on among the tasks of a swarm. */
export interface TaskFigures {
  /** Capability → the agents that offer it now. */
  readonly capabilities: Readonly<Record<string, readonly string[]>>;
  /** Capability → agent → the share of its hands in use, 0 to 1, as it said last. */
  readonly loads: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Dead letters, newest first. */
  readonly dead: readonly string[];
  /** Open now, and since the swarm began: offered, done, failed, cancelled, retried, vanished, handed. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Errors: `store-unavailable`, `deadline-exceeded`; `resource-exhausted` where the store is full. */
export interface TaskStore {
  /** Carries a command out, whole or not at all. While writes may have been lost a claim gets nothing (S1). */
  apply(command: TaskCommand): Promise<TaskOutcome>;
  /** Those of them that are known. */
  read(taskIds: readonly string[]): Promise<readonly Task[]>;
  /** @param deadMax how many dead letters at most */
  figures(deadMax: number): Promise<TaskFigures>;
  watch(onHint: (hint: TaskHint) => void): Unsubscribe;
}
