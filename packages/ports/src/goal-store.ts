/** Where the rhythm's goal is kept (R4). */
import type { GoalRecord } from "@entrain/core/rhythm";
import type { Unsubscribe } from "./subscription.ts";

/** What became of a goal that was to be set. */
export type GoalSetting =
  | { readonly kind: "set" }
  /** The stored goal is not the one that it was to follow; undefined: none is stored. */
  | { readonly kind: "overtaken"; readonly by: GoalRecord | undefined };

/** Errors: `store-unavailable`, `deadline-exceeded`. */
export interface GoalStore {
  /** The goal in force; `initial` is stored and answered if there is none. */
  readOrCreate(initial: GoalRecord): Promise<GoalRecord>;
  /**
   * Puts `goal` in the place of the one before it, by compare-and-set on its version − 1, and tells all watchers. To set
   * what is stored already is to have set it, so a call whose answer was lost may be made again.
   * @throws EntrainError `recovering` while the store's recovery window is open
   */
  set(goal: GoalRecord): Promise<GoalSetting>;
  /** Calls back with each new goal soon after it was set: a hint. */
  watch(onGoal: (goal: GoalRecord) => void): Unsubscribe;
}
