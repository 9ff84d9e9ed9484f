/**
 * The newest decisions with what agents did about them: what the API answers while Redis is away, and the memory that
 * tells a new decision from one that was told already. Bounded: the oldest decision is forgotten first.
 */
import type { Act, Decision, Directive } from "@entrain/core/decision";
import type { LedgerEntry } from "@entrain/ports";
import type { DecisionEntryView, DecisionView } from "../contract/decision-view.ts";
import { directiveView } from "../contract/directive-view.ts";
import type { SwarmEvent } from "../contract/swarm-event.ts";

interface BookEntry {
  readonly decision: Decision;
  /** By agent: an agent acts once on an incident. */
  readonly acts: Map<string, Act>;
  directive?: Directive;
}

/** The newest decisions. */
export interface DecisionBook {
  /**
   * The store's newest entries; the first ones ever are history and make no events. `whole`: whatever they leave out is no
   * longer there, as after a loss of writes.
   */
  entries(entries: readonly LedgerEntry[], whole: boolean): readonly SwarmEvent[];
  /** The store pushed a decision. */
  committed(decision: Decision): readonly SwarmEvent[];
  /** How far a decision is propagated. */
  directive(directive: Directive): readonly SwarmEvent[];
  /** An agent acted. */
  acted(act: Act): readonly SwarmEvent[];
  has(decisionId: string): boolean;
  /** Newest first, those older than `afterDecisionId` where it is given. */
  newest(limit: number, afterDecisionId?: string): { readonly entries: readonly LedgerEntry[]; readonly more: boolean };
  /** Acts on an incident, as far as they are known. */
  actsOn(incidentId: string): readonly Act[];
}

/** A book of at most `limit` decisions (default 1,000) and as many early acts. */
export function createDecisionBook(limit = 1_000): DecisionBook {
  const known = new Map<string, BookEntry>();
  /** Told or history: a decision that is listed, lost and offered again is the same decision (D4). */
  const told = new Set<string>();
  /** Acts that came before their decision did. */
  let early: Act[] = [];
  /** Decisions whose directive is known to be settled. */
  const settled = new Set<string>();
  let primed = false;

  /** True where the decision was never told of. */
  function add(decision: Decision): boolean {
    const { decisionId } = decision;
    if (!known.has(decisionId)) {
      const awaited = early.filter((act) => act.decisionId === decisionId);
      early = early.filter((act) => act.decisionId !== decisionId);
      known.set(decisionId, { decision, acts: new Map(awaited.map((act) => [act.agentId, act])) });
      forgetOldest(known, limit);
    }
    if (told.has(decisionId)) return false;
    told.add(decisionId);
    forgetOldest(told, 2 * limit);
    return true;
  }

  /** True where it is settled and nobody was told. */
  function addDirective(directive: Directive): boolean {
    const { decisionId, outcome } = directive;
    const entry = known.get(decisionId);
    if (entry !== undefined) entry.directive = directive;
    if (outcome === "open" || settled.has(decisionId)) return false;
    settled.add(decisionId);
    forgetOldest(settled, 2 * limit);
    return true;
  }

  const newestFirst = (): BookEntry[] =>
    [...known.values()].reverse().sort((a, b) => b.decision.committedAtMs - a.decision.committedAtMs);

  return {
    entries(entries, whole) {
      const listed = new Set(entries.map(({ decision }) => decision.decisionId));
      if (whole) for (const decisionId of known.keys()) if (!listed.has(decisionId)) known.delete(decisionId);
      const news = entries.toReversed().filter(({ decision }) => add(decision));
      for (const { decision, acts } of entries)
        for (const act of acts) known.get(decision.decisionId)?.acts.set(act.agentId, act);
      const over = entries
        .toReversed()
        .flatMap(({ directive }) => directive ?? [])
        .filter(addDirective);
      if (primed) return [...news.map(({ decision }) => committedEvent(decision)), ...over.map(settledEvent)];
      primed = true;
      return [];
    },
    committed: (decision) => (add(decision) ? [committedEvent(decision)] : []),
    directive: (directive) => (addDirective(directive) ? [settledEvent(directive)] : []),
    acted(act) {
      const entry = known.get(act.decisionId);
      if (entry === undefined) early = [...early.slice(1 - limit), act];
      else entry.acts.set(act.agentId, act);
      if (act.source !== "adopted") return [];
      const { agentId, incidentId, decisionId, action, atMs } = act;
      return [{ type: "decision.adopted", data: { agentId, incidentId, decisionId, action, at: atMs } }];
    },
    has: (decisionId) => known.has(decisionId),
    newest(count, afterDecisionId) {
      const all = newestFirst();
      const at = all.findIndex(({ decision }) => decision.decisionId === afterDecisionId);
      const rest = afterDecisionId === undefined ? all : at < 0 ? [] : all.slice(at + 1);
      const entries = rest.slice(0, count).map(({ acts, ...entry }) => ({ ...entry, acts: [...acts.values()] }));
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
function decisionView(decision: Decision): DecisionView {
  const { decisionId, incidentId, action, type, confidence, reasoning, term, contextVersion, policyHash } = decision;
  const committedAt = decision.committedAtMs;
  return { decisionId, incidentId, action, type, confidence, reasoning, term, contextVersion, policyHash, committedAt };
}

/** A decision with its acts as the API tells it. */
export function decisionEntryView({ decision, acts, directive }: LedgerEntry): DecisionEntryView {
  const told = acts.map(({ agentId, action, source, atMs }) => ({ agentId, action, source, at: atMs }));
  const spread = directive === undefined ? null : directiveView(directive);
  return { ...decisionView(decision), acts: told, directive: spread };
}

/** Maps and sets keep the order in which things came. */
function forgetOldest(from: Map<string, unknown> | Set<string>, limit: number): void {
  const oldest = from.keys().next();
  if (from.size > limit && oldest.done !== true) from.delete(oldest.value);
}

function settledEvent(directive: Directive): SwarmEvent {
  const { decisionId, incidentId, action } = directive;
  return { type: "directive.settled", data: { decisionId, incidentId, action, ...directiveView(directive) } };
}

function committedEvent(decision: Decision): SwarmEvent {
  return { type: "decision.committed", data: decisionView(decision) };
}
