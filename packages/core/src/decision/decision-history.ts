/**
 * What the agents of a process were answered last: who, about what, what, from where and how fast. The decisions themselves are
 * not held: they are in the ledger.
 *
 * A record is kept as one text, which takes a third less than an object with its texts, and is read seldom.
 */
import type { ActSource } from "./decision.ts";

/** One answer. */
export interface DecisionRecord {
  readonly agentId: string;
  readonly incidentId: string;
  readonly decisionId: string;
  readonly action: string;
  readonly source: ActSource;
  /** From the question to the answer, ms, to the microsecond. */
  readonly latencyMs: number;
}

/** The latest answers. */
export interface DecisionHistory {
  add(record: DecisionRecord): void;
  /** Newest first. */
  newest(): readonly DecisionRecord[];
}

type Row = readonly [
  agentId: string,
  incidentId: string,
  decisionId: string,
  action: string,
  source: ActSource,
  latencyMs: number,
];

/** A history of at most `limit` answers (default 50): the oldest goes first. */
export function createDecisionHistory(limit = 50): DecisionHistory {
  const rows: string[] = [];
  return {
    add({ agentId, incidentId, decisionId, action, source, latencyMs }) {
      const row: Row = [agentId, incidentId, decisionId, action, source, Math.round(latencyMs * 1_000) / 1_000];
      rows.push(JSON.stringify(row));
      if (rows.length > limit) rows.shift();
    },
    newest: () => rows.map(recordFrom).toReversed(),
  };
}

function recordFrom(text: string): DecisionRecord {
  const [agentId, incidentId, decisionId, action, source, latencyMs] = JSON.parse(text) as Row;
  return { agentId, incidentId, decisionId, action, source, latencyMs };
}
