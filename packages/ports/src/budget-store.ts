/** Budgets in the store (B1 to B3). */
import type {
  AuditEntry,
  Budget,
  BudgetCheckpoint,
  BudgetCommand,
  BudgetDefaults,
  BudgetOutcome,
} from "@entrain/core/budget";
import type { Unsubscribe } from "./subscription.ts";

/** A part of the list of budgets. */
export interface BudgetPage {
  readonly budgets: readonly Budget[];
  /** Where the next page begins; undefined: there is none. */
  readonly next: number | undefined;
  /** The last entry of the log at that moment; 0: none. */
  readonly logged: number;
}

/** Errors: `store-unavailable`, `deadline-exceeded`. */
export interface BudgetStore {
  /**
   * Carries a command out, whole or not at all; refusals are outcomes. The same request again is answered with the part that
   * it was granted and the present end of its lease, and with `ended` once that part was released or taken back.
   * @throws EntrainError `recovering` for what would grant, while writes may have been lost (S1); `resource-exhausted` where
   *   the store is full
   */
  apply(command: BudgetCommand): Promise<BudgetOutcome>;
  /**
   * Takes into use what holds for budgets without a policy of their own; false where a later version is, or they are in use.
   * @throws EntrainError `recovering` while writes may have been lost (S1)
   */
  setDefaults(defaults: BudgetDefaults): Promise<boolean>;
  /** Ends leases that are over; answers how many, at most 200. */
  reclaim(): Promise<number>;
  /** Budgets in the order of their creation, after `after`. */
  list(limit: number, after?: number): Promise<BudgetPage>;
  /** Those of them that exist. */
  read(budgetIds: readonly string[]): Promise<readonly Budget[]>;
  /** Who was granted an allocation (empty: nobody said); undefined for one that is not known, or was forgotten. */
  holderOf(allocationId: string): Promise<string | undefined>;
  /** The log after an entry (0: all that is kept), oldest first. */
  log(after: number, limit: number): Promise<readonly AuditEntry[]>;
  /** The last checkpoint of the log; undefined where there is none. */
  checkpoint(): Promise<BudgetCheckpoint | undefined>;
  /**
   * Writes a checkpoint, and drops what the log has before it, but for the last `entriesMax` entries. An older one than is
   * there changes nothing: false.
   * @throws EntrainError `resource-exhausted` for one of more than 16 Mi characters
   */
  compact(checkpoint: BudgetCheckpoint, entriesMax: number): Promise<boolean>;
  /** Calls back with the ids of budgets whose figures changed: a hint. */
  watch(onHint: (budgetIds: readonly string[]) => void): Unsubscribe;
}
