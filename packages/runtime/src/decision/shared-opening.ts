/**
 * Opening of incidents for all agents of a process: those that meet the same one while a question to the ledger is under way share
 * its answer. The incident stays open for at least its cooldown after that question, so it is theirs as well; and a decision that
 * was made since comes to the board. A failure is everybody's, and each asks again by its own plan.
 */
import { fingerprintKey, type AnswerMemory } from "@entrain/core/decision";
import type { Clock, Ledger } from "@entrain/ports";

/**
 * As the ledger opens, with fewer questions; what it names open is told to `answers`. Questions under way are bounded by the
 * decisions that are.
 */
export function createSharedOpening(
  ledger: Pick<Ledger, "open">,
  clock: Pick<Clock, "monoMs">,
  answers: Pick<AnswerMemory, "opened">,
): Ledger["open"] {
  const underWay = new Map<string, ReturnType<Ledger["open"]>>();
  return (what, cooldownMs) => {
    const key = JSON.stringify([what.incidentId ?? null, fingerprintKey(what.fingerprint), cooldownMs]);
    const shared = underWay.get(key);
    if (shared !== undefined) return shared;
    const askedMs = clock.monoMs();
    const opening = ledger
      .open(what, cooldownMs)
      .then((answer) => {
        if (what.incidentId === undefined) answers.opened(what.fingerprint, answer.incident.incidentId, askedMs);
        return answer;
      })
      .finally(() => underWay.delete(key));
    underWay.set(key, opening);
    return opening;
  };
}
