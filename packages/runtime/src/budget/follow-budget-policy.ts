/**
 * Takes what the followed document says of budgets (`/policy/resource/budgets`) into the ledger, where it counts for every
 * process at once and is part of the log. Any number of processes may do so: the document's version decides, and whoever
 * comes second changes nothing. What was told is told again where the store may have lost it: in another life of the store
 * (S1), after a resync of the document, and where the last telling has failed, for its outcome is unknown.
 */
import { canonicalJson, type Random } from "@entrain/kernel";
import { budgetPoliciesOf } from "@entrain/core/budget";
import type { BudgetStore, StoreHealth, Timers } from "@entrain/ports";
import type { ContextSource } from "../context/context-follower.ts";

/** Pauses before the next try after a failure, ms. */
const retryPause = { leastMs: 200, mostMs: 10_000 } as const;

/** What it needs. */
export interface BudgetPolicyOptions {
  readonly store: Pick<BudgetStore, "setDefaults">;
  readonly health: StoreHealth;
  readonly source: Pick<ContextSource, "current" | "watch">;
  readonly timers: Timers;
  readonly random: Random;
}

/** Follows from the present version of the document on, until the returned function is called. */
export function followBudgetPolicy({ store, health, source, timers, random }: BudgetPolicyOptions): () => void {
  /** What the store is known to have, in the life of it that is under way. */
  let told: string | undefined;
  /** How often it was forgotten, for a telling under way may belong to what was lost. */
  let losses = 0;
  let { generation } = health.status();
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
        told = undefined;
        const before = losses;
        await store.setDefaults({ version: present.version, policies });
        if (losses === before) told = text;
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

  function forget(): void {
    told = undefined;
    losses += 1;
  }

  const unwatch = source.watch(({ kind }) => {
    if (kind === "resync") forget();
    look();
  });
  const unwatchHealth = health.watch((status) => {
    if (status.generation === generation) return;
    generation = status.generation;
    forget();
    look();
  });
  look();
  return () => {
    isOver = true;
    unwatch();
    unwatchHealth();
    callOff();
  };
}
