/**
 * Keeps the log of the budgets from growing without bound: when it has grown by enough entries since the last checkpoint, it
 * is audited from there, and only if all was right a new checkpoint is written and what lies before it dropped, but for as
 * many entries as the policy keeps. Any number of processes may do so; the latest checkpoint stands.
 *
 * An audit that found faults, or could not be made whole, finds them again: it is repeated after a minute, and then ever
 * later, up to ten minutes, until a checkpoint is written.
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

/** Looks that are left out after an audit that gave no checkpoint: a minute, then twice as long each time, ten at most. */
const restLooks = { first: 6, most: 60 } as const;

/** What became of a look. `unsound`: it was due, and the audit or what it came to could not stand. */
export type Compaction = "not-due" | "written" | "superseded" | "unsound";

/** Looks until the returned function is called, which waits for a look under way. */
export function keepBudgets(options: BudgetKeeperOptions): () => Promise<void> {
  const { timers, random } = options;
  let [resting, rests] = [0, 0];
  async function look(): Promise<void> {
    if (resting > 0) {
      resting -= 1;
      return;
    }
    const became = await compactIfDue(options);
    if (became === "unsound") resting = Math.min(restLooks.first * 2 ** rests, restLooks.most);
    rests = became === "unsound" ? rests + 1 : 0;
  }
  return keepLooking({ everyMs: lookEveryMs, timers, random, look });
}

/**
 * Writes a checkpoint where one is due.
 * @throws EntrainError of the store
 */
export async function compactIfDue({
  store,
  entriesMax,
  events,
}: Pick<BudgetKeeperOptions, "store" | "entriesMax" | "events">): Promise<Compaction> {
  const keep = entriesMax();
  const [{ logged }, last] = [await store.list(1), await store.checkpoint()];
  const dueAfter = Math.max(1, Math.floor(keep * budgetLogLimits.checkpointShare));
  if (logged - (last?.number ?? 0) < dueAfter) return "not-due";
  try {
    const { report, checkpoint } = await auditBudgets(store);
    events({ kind: "budgets.audited", report });
    if (checkpoint === undefined) return "unsound";
    return (await store.compact(checkpoint, keep)) ? "written" : "superseded";
  } catch (thrown) {
    const error = EntrainError.from(thrown);
    if (error.code !== "resource-exhausted") throw error;
    events({ kind: "listener.failed", listener: "budget checkpoint", message: error.message });
    return "unsound";
  }
}
