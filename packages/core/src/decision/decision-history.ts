/**
 * What the agents of a process were answered last: who, about what, what, from where and how fast. The decisions themselves are
 * not held: they are in the ledger, and a thousand answers about one incident are no more than about a thousand.
 *
 * Kept in columns, and each agent's and action's name once: a record as an object of its own takes half as much again.
 */
import type { ActSource } from "./decision.ts";

/** One answer. */
export interface DecisionRecord {
  readonly agentId: string;
  readonly incidentId: string;
  readonly decisionId: string;
  readonly action: string;
  readonly source: ActSource;
  /** From the question to the answer, ms. */
  readonly latencyMs: number;
}

/** The latest answers. */
export interface DecisionHistory {
  add(record: DecisionRecord): void;
  /** Newest first. */
  newest(): readonly DecisionRecord[];
}

/** A history of at most `limit` answers (default 50): the oldest goes first. */
export function createDecisionHistory(limit = 50): DecisionHistory {
  const texts = (): string[] => Array.from({ length: limit }, () => "");
  const [agentIds, incidentIds, decisionIds, actions] = [texts(), texts(), texts(), texts()];
  const sources = Array.from({ length: limit }, (): ActSource => "local");
  const latenciesMs = Array.from({ length: limit }, () => 0.5);
  let count = 0;
  /** Where the next record goes. */
  let next = 0;

  function recordAt(at: number): DecisionRecord {
    return {
      agentId: agentIds[at] ?? "",
      incidentId: incidentIds[at] ?? "",
      decisionId: decisionIds[at] ?? "",
      action: actions[at] ?? "",
      source: sources[at] ?? "local",
      latencyMs: latenciesMs[at] ?? 0,
    };
  }

  return {
    add({ agentId, incidentId, decisionId, action, source, latencyMs }) {
      agentIds[next] = sharedIn(agentIds, agentId);
      incidentIds[next] = incidentId;
      decisionIds[next] = decisionId;
      actions[next] = sharedIn(actions, action);
      sources[next] = source;
      latenciesMs[next] = latencyMs;
      next = (next + 1) % limit;
      count = Math.min(limit, count + 1);
    },
    newest() {
      return Array.from({ length: count }, (_, age) => recordAt((next - 1 - age + 2 * limit) % limit));
    },
  };
}

/** The copy of the text that is there, or the text. */
function sharedIn(column: readonly string[], text: string): string {
  return column.find((known) => known === text) ?? text;
}
