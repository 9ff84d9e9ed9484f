/**
 * Keeps the log of the budgets from growing without bound: when it has grown by enough entries since the last checkpoint, it
 * is audited from there, and only if all was right a new checkpoint is written and what lies before it dropped, but for as
 * many entries as the policy keeps. Any number of processes may do so; the latest checkpoint stands.
 */
import { EntrainError, type Random } from "@entrain/kernel";
import { budgetLogLimits } from "@entrain/core/budget";
import type { BudgetStore, EventSink, Timers } from "@entrain/ports";
import { auditBudgets } from "./audit-budgets.ts";

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
  let looking: Promise<void> = Promise.resolve();
  let callOff = (): void => undefined;
  let isOver = false;
  const next = (): void => {
    callOff = timers.after(lookEveryMs * (0.9 + 0.2 * random.next()), () => {
      // A failure is the store's, which tells of itself; the next look comes.
      looking = compactIfDue(options).then(
        () => undefined,
        () => undefined,
      );
      void looking.then(() => {
        if (!isOver) next();
      });
    });
  };
  next();
  return async () => {
    isOver = true;
    callOff();
    await looking;
  };
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
