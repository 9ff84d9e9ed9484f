/**
 * The newest decisions with what agents did about them: what the API answers while Redis is away, and the memory that
 * tells a new decision from one that was told already. Bounded: the oldest decision is forgotten first.
 */
import type { Act, Decision } from "@entrain/core/decision";
import type { LedgerEntry } from "@entrain/ports";
import type { DecisionEntryView, DecisionView } from "../contract/decision-view.ts";
import type { SwarmEvent } from "../contract/swarm-event.ts";

interface BookEntry {
  readonly decision: Decision;
  /** By agent: an agent acts once on an incident. */
  readonly acts: Map<string, Act>;
}

/** The newest decisions. */
export interface DecisionBook {
  /** The store's newest entries; the first ones after a reset are history and make no events. */
  entries(entries: readonly LedgerEntry[]): readonly SwarmEvent[];
  /** The store pushed a decision. */
  committed(decision: Decision): readonly SwarmEvent[];
  /** An agent acted. */
  acted(act: Act): readonly SwarmEvent[];
  has(decisionId: string): boolean;
  /** The store may have lost writes: what it lists next is history. */
  reset(): void;
  /** Newest first, those older than `afterDecisionId` where it is given. */
  newest(limit: number, afterDecisionId?: string): { readonly entries: readonly LedgerEntry[]; readonly more: boolean };
  /** Acts on an incident, as far as they are known. */
  actsOn(incidentId: string): readonly Act[];
}

/** A book of at most `limit` decisions (default 1,000) and as many early acts. */
export function createDecisionBook(limit = 1_000): DecisionBook {
  const known = new Map<string, BookEntry>();
  /** Acts that came before their decision did. */
  let early: Act[] = [];
  let primed = false;

  function add(decision: Decision): boolean {
    if (known.has(decision.decisionId)) return false;
    const awaited = early.filter((act) => act.decisionId === decision.decisionId);
    early = early.filter((act) => act.decisionId !== decision.decisionId);
    known.set(decision.decisionId, { decision, acts: new Map(awaited.map((act) => [act.agentId, act])) });
    if (known.size > limit) known.delete(newestFirst().at(-1)?.decision.decisionId ?? "");
    return true;
  }

  const newestFirst = (): BookEntry[] =>
    [...known.values()].reverse().sort((a, b) => b.decision.committedAtMs - a.decision.committedAtMs);

  return {
    entries(entries) {
      const news = entries.toReversed().filter(({ decision }) => add(decision));
      for (const { decision, acts } of entries)
        for (const act of acts) known.get(decision.decisionId)?.acts.set(act.agentId, act);
      if (primed) return news.map(({ decision }) => committedEvent(decision));
      primed = true;
      return [];
    },
    committed: (decision) => (add(decision) ? [committedEvent(decision)] : []),
    acted(act) {
      const entry = known.get(act.decisionId);
      if (entry === undefined) early = [...early.slice(1 - limit), act];
      else entry.acts.set(act.agentId, act);
      if (act.source !== "adopted") return [];
      const { agentId, incidentId, decisionId, action, atMs } = act;
      return [{ type: "decision.adopted", data: { agentId, incidentId, decisionId, action, at: atMs } }];
    },
    has: (decisionId) => known.has(decisionId),
    reset() {
      known.clear();
      early = [];
      primed = false;
    },
    newest(count, afterDecisionId) {
      const all = newestFirst();
      const at = all.findIndex(({ decision }) => decision.decisionId === afterDecisionId);
      const rest = afterDecisionId === undefined ? all : at < 0 ? [] : all.slice(at + 1);
      const entries = rest.slice(0, count).map(({ decision, acts }) => ({ decision, acts: [...acts.values()] }));
      return { entries, more: rest.length > count };
    },
    actsOn: (incidentId) => [
      ...[...known.values()]
        .filter(({ decision }) => decision.incidentId === incidentId)
        .flatMap(({ acts }) => [...acts.values()]),
      ...early.filter((act) => act.incidentId === incidentId),
    ],
  };
}

/** A decision as the API tells it. */
export function decisionView(decision: Decision): DecisionView {
  const { decisionId, incidentId, action, type, confidence, reasoning, term, contextVersion, policyHash } = decision;
  const committedAt = decision.committedAtMs;
  return { decisionId, incidentId, action, type, confidence, reasoning, term, contextVersion, policyHash, committedAt };
}

/** A decision with its acts as the API tells it. */
export function decisionEntryView({ decision, acts }: LedgerEntry): DecisionEntryView {
  const told = acts.map(({ agentId, action, source, atMs }) => ({ agentId, action, source, at: atMs }));
  return { ...decisionView(decision), acts: told };
}

function committedEvent(decision: Decision): SwarmEvent {
  return { type: "decision.committed", data: decisionView(decision) };
}
