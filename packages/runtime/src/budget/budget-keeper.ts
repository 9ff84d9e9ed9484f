/**
 * Keeps the log of the budgets from growing without bound: when it has grown by enough entries since the last checkpoint, it
 * is audited from there, and only if all was right a new checkpoint is written and what lies before it dropped, but for as
 * many entries as the policy keeps. Any number of processes may do so; the latest checkpoint stands.
 */
import { EntrainError, type Random } from "@entrain/kernel";
import { budgetLogLimits } from "@entrain/core/budget";
import type { BudgetStore, EventSink, Timers } from "@entrain/ports";
import { auditBudgets } from "./audit-budgets.ts";
import { keepLooking } from "../clock/keep-looking.ts";

/** What a keeper needs. */
export interface BudgetKeeperOptions {
  readonly store: Pick<BudgetStore, "list" | "log" | "checkpoint" | "compact">;
  /** Entries that the policy keeps, now. */
  readonly entriesMax: () => number;
  readonly timers: Timers;
  readonly random: Random;
  readonly events: EventSink;
}

/** Pause between two looks, ms, ± 10 %. */
const lookEveryMs = 10_000;

/** Looks until the returned function is called, which waits for a look under way. */
export function keepBudgets(options: BudgetKeeperOptions): () => Promise<void> {
  const { timers, random } = options;
  return keepLooking({ everyMs: lookEveryMs, timers, random, look: () => compactIfDue(options) });
}

/**
 * Writes a checkpoint where one is due; says whether it did.
 * @throws EntrainError of the store
 */
export async function compactIfDue({
  store,
  entriesMax,
  events,
}: Pick<BudgetKeeperOptions, "store" | "entriesMax" | "events">): Promise<boolean> {
  const keep = entriesMax();
  const [{ logged }, last] = [await store.list(1), await store.checkpoint()];
  const dueAfter = Math.max(1, Math.floor(keep * budgetLogLimits.checkpointShare));
  if (logged - (last?.number ?? 0) < dueAfter) return false;
  const { report, checkpoint } = await auditBudgets(store);
  events({ kind: "budgets.audited", report });
  if (checkpoint === undefined) return false;
  try {
    return await store.compact(checkpoint, keep);
  } catch (thrown) {
    const error = EntrainError.from(thrown);
    if (error.code !== "resource-exhausted") throw error;
    events({ kind: "listener.failed", listener: "budget checkpoint", message: error.message });
    return false;
  }
}
