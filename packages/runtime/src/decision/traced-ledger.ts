/** The ledger as runs write to it: a proposal carries what it is part of in a trace, so that who adopts it can show that. */
import { noTracing, type Ledger, type Tracing } from "@entrain/ports";

/** What runs write, and look up. */
export type RunLedger = Pick<Ledger, "commit" | "reoffer" | "read">;

/** Commits in the name of what is active; else the same. */
export function createTracedLedger(ledger: RunLedger, tracing: Pick<Tracing, "carried"> = noTracing): RunLedger {
  return {
    commit(proposal, fence) {
      const trace = tracing.carried();
      return ledger.commit(trace === undefined ? proposal : { ...proposal, trace }, fence);
    },
    read: (incidentId) => ledger.read(incidentId),
    reoffer: (decisions) => ledger.reoffer(decisions),
  };
}
