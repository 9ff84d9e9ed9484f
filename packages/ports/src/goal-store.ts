/** Where the rhythm's goal is kept (R4). */
import type { GoalRecord } from "@entrain/core/rhythm";
import type { Unsubscribe } from "./subscription.ts";

/** Errors: `store-unavailable`, `deadline-exceeded`. */
export interface GoalStore {
  /** The goal in force; `initial` is stored and answered if there is none. */
  readOrCreate(initial: GoalRecord): Promise<GoalRecord>;
  /** Calls back with each new goal soon after it was set: a hint. */
  watch(onGoal: (goal: GoalRecord) => void): Unsubscribe;
}
