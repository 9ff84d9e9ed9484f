/**
 * Takes what the followed document says of budgets (`/policy/resource/budgets`) into the ledger, where it counts for every
 * process at once and is part of the log. Any number of processes may do so: the document's version decides, and whoever
 * comes second changes nothing.
 */
import { canonicalJson, type Random } from "@entrain/kernel";
import { budgetPoliciesOf } from "@entrain/core/budget";
import type { BudgetStore, Timers } from "@entrain/ports";
import type { ContextSource } from "../context/context-follower.ts";

/** Pauses before the next try after a failure, ms. */
const retryPause = { leastMs: 200, mostMs: 10_000 } as const;

/** What it needs. */
export interface BudgetPolicyOptions {
  readonly store: Pick<BudgetStore, "setDefaults">;
  readonly source: Pick<ContextSource, "current" | "watch">;
  readonly timers: Timers;
  readonly random: Random;
}

/** Follows from the present version of the document on, until the returned function is called. */
export function followBudgetPolicy({ store, source, timers, random }: BudgetPolicyOptions): () => void {
  let told: string | undefined;
  let [isNew, isTelling, isOver] = [true, false, false];
  let pauseMs: number = retryPause.leastMs;
  let callOff = (): void => undefined;

  async function tell(): Promise<void> {
    isTelling = true;
    try {
      for (; isNew && !isOver; pauseMs = retryPause.leastMs) {
        isNew = false;
        const present = source.current();
        const policies = budgetPoliciesOf(present?.document ?? {});
        const text = canonicalJson(policies);
        if (present === undefined || text === told) continue;
        await store.setDefaults({ version: present.version, policies });
        told = text;
      }
    } catch {
      // The store tells of itself; while it recovers it takes none, so it is asked again.
      isNew = true;
      if (!isOver) callOff = timers.after(pauseMs * (0.5 + random.next() / 2), look);
      pauseMs = Math.min(retryPause.mostMs, pauseMs * 2);
    } finally {
      isTelling = false;
    }
  }

  function look(): void {
    isNew = true;
    if (isTelling || isOver) return;
    callOff();
    void tell();
  }

  const unwatch = source.watch(look);
  look();
  return () => {
    isOver = true;
    unwatch();
    callOff();
  };
}
