/** Decisions that this process has heard of, by incident, so that adopting one needs no question. Bounded: least recently used first out. */
import type { Decision } from "./decision.ts";

/** Remembers decisions. */
export interface DecisionMemory {
  remember(decision: Decision): void;
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
      decisions.delete(decision.incidentId);
      decisions.set(decision.incidentId, decision);
      const oldest = decisions.keys().next();
      if (decisions.size > limit && oldest.done !== true) decisions.delete(oldest.value);
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
