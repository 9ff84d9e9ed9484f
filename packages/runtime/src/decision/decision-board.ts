/** Where decisions that this process hears of are put up: remembered for later, and shown to those who wait for them. */
import { createDecisionMemory, type Decision } from "@entrain/core/decision";

/** Decisions by incident. */
export interface DecisionBoard {
  /** A decision of the ledger is known, from an answer or a push. */
  post(decision: Decision): void;
  recall(incidentId: string): Decision | undefined;
  /** All that it remembers. */
  all(): readonly Decision[];
  /** Calls back when the incident's decision is posted; the returned function ends that. */
  await(incidentId: string, onDecision: (decision: Decision) => void): () => void;
}

/**
 * An empty board that remembers at most `limit` decisions (default 1,000). `onReplaced`: another decision of the ledger took the
 * place of one that it had, so the store has lost that (D1).
 */
export function createDecisionBoard(
  limit?: number,
  onReplaced: (lost: Decision) => void = () => undefined,
): DecisionBoard {
  const memory = createDecisionMemory(limit);
  const waiting = new Map<string, Set<(decision: Decision) => void>>();
  return {
    post(decision) {
      // One copy for all that hold it: an answer, a push and a look at the ledger each bring one of their own.
      const before = memory.recall(decision.incidentId);
      const kept = memory.remember(decision);
      if (before !== undefined && before.decisionId !== kept.decisionId) onReplaced(before);
      for (const onDecision of [...(waiting.get(kept.incidentId) ?? [])]) onDecision(kept);
    },
    recall: (incidentId) => memory.recall(incidentId),
    all: () => memory.all(),
    await(incidentId, onDecision) {
      const others = waiting.get(incidentId) ?? new Set();
      waiting.set(incidentId, others.add(onDecision));
      return () => {
        others.delete(onDecision);
        if (others.size === 0) waiting.delete(incidentId);
      };
    },
  };
}
