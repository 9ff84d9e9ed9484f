/** Decisions that this process has heard of, by incident, so that adopting one needs no question. Bounded: least recently used first out. */
import type { Decision } from "./decision.ts";

/** Remembers decisions. */
export interface DecisionMemory {
  /** Answers what it keeps: of one decision that is heard of twice, the first copy. */
  remember(decision: Decision): Decision;
  recall(incidentId: string): Decision | undefined;
  /** All that it remembers, least recently used first. */
  all(): readonly Decision[];
}

/** A memory of at most `limit` decisions (default 1,000). */
export function createDecisionMemory(limit = 1_000): DecisionMemory {
  const decisions = new Map<string, Decision>();
  return {
    all: () => [...decisions.values()],
    remember(decision) {
      const known = decisions.get(decision.incidentId);
      const kept = known !== undefined && isCopy(known, decision) ? known : decision;
      decisions.delete(decision.incidentId);
      decisions.set(decision.incidentId, kept);
      const oldest = decisions.keys().next();
      if (decisions.size > limit && oldest.done !== true) decisions.delete(oldest.value);
      return kept;
    },
    recall(incidentId) {
      const decision = decisions.get(incidentId);
      if (decision === undefined) return undefined;
      decisions.delete(incidentId);
      decisions.set(incidentId, decision);
      return decision;
    },
  };
}

/** The same commit: one that a store has lost may stand again under a later term. */
function isCopy(known: Decision, other: Decision): boolean {
  const { decisionId, term, committedAtMs } = known;
  return other.decisionId === decisionId && other.term === term && other.committedAtMs === committedAtMs;
}
