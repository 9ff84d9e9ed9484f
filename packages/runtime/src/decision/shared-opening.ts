/**
 * Opening of incidents for all agents of a process: those that meet the same one while a question to the ledger is under way share
 * its answer. The incident stays open for at least its cooldown after that question, so it is theirs as well; and a decision that
 * was made since comes to the board. A failure is everybody's, and each asks again by its own plan.
 */
import { fingerprintKey } from "@entrain/core/decision";
import type { Ledger } from "@entrain/ports";

/** As the ledger opens, with fewer questions. Those under way are bounded by the decisions that are. */
export function createSharedOpening(ledger: Pick<Ledger, "open">): Ledger["open"] {
  const underWay = new Map<string, ReturnType<Ledger["open"]>>();
  return (what, cooldownMs) => {
    const key = JSON.stringify([what.incidentId ?? null, fingerprintKey(what.fingerprint), cooldownMs]);
    const shared = underWay.get(key);
    if (shared !== undefined) return shared;
    const opening = ledger.open(what, cooldownMs).finally(() => underWay.delete(key));
    underWay.set(key, opening);
    return opening;
  };
}
