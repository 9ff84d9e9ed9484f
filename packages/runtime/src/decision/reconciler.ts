/**
 * Compares safe actions that were taken alone with the ledger once it answers again, and reports each (D3). It asks one by
 * one, with a pause that doubles while the ledger stays away, and stops by itself when nothing is left.
 */
import { createRandom } from "@entrain/kernel";
import { createLoneActs, wayToLookUp, type Decision, type LoneAct } from "@entrain/core/decision";
import type { Clock, EventSink, Ledger, Timers } from "@entrain/ports";
import { withDeadline } from "./with-deadline.ts";

/** Pause before the first look and at most, ms, before jitter of ±50 %. */
const pauseMs = { first: 1_000, max: 30_000 };
/** How long one look may take, ms. */
const lookTimeoutMs = 2_000;

/** Takes note of safe actions taken alone. */
export interface Reconciler {
  add(act: LoneAct): void;
  /** Acts that still wait. */
  pending(): number;
  stop(): void;
}

/** What the reconciler needs; `seed` seeds the jitter. */
export interface ReconcilerOptions {
  readonly ledger: Pick<Ledger, "open" | "read">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly events: EventSink;
  readonly seed: string;
}

/** A reconciler for one process. */
export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { ledger, clock, timers, events } = options;
  const random = createRandom(options.seed);
  const acts = createLoneActs();
  let failures = 0;
  let callOff: (() => void) | undefined;
  let looking = false;
  let stopped = false;

  function report(act: LoneAct, decision: Decision | undefined): void {
    const incidentId = decision?.incidentId ?? act.incidentId;
    const { agentId, action } = act;
    events({ kind: "decision.reconciled", agentId, incidentId, acted: action, ledgerAction: decision?.action ?? null });
  }

  async function lookUp(act: LoneAct): Promise<Decision | undefined> {
    const way = wayToLookUp(act, clock.monoMs());
    if (way === "given-up") return undefined;
    if (way === "read") return ledger.read(act.incidentId);
    return (await ledger.open({ fingerprint: act.fingerprint }, act.cooldownMs)).decision;
  }

  async function look(): Promise<void> {
    looking = true;
    try {
      for (let act = acts.oldest(); act !== undefined && !stopped; act = acts.oldest()) {
        report(act, await withDeadline(timers, lookTimeoutMs, "the ledger", lookUp(act)));
        acts.settle(act.decisionId);
        failures = 0;
      }
    } catch {
      failures += 1;
    } finally {
      looking = false;
      plan();
    }
  }

  function plan(): void {
    if (stopped || looking || callOff !== undefined || acts.size === 0) return;
    const delayMs = Math.min(pauseMs.max, pauseMs.first * 2 ** failures) * (0.5 + random.next());
    callOff = timers.after(delayMs, () => {
      callOff = undefined;
      void look();
    });
  }

  return {
    add(act) {
      const givenUp = acts.add(act);
      if (givenUp !== undefined) report(givenUp, undefined);
      plan();
    },
    pending: () => acts.size,
    stop() {
      stopped = true;
      callOff?.();
    },
  };
}
