/**
 * What the agents of a process were answered, so that one that is asked again about the same incident never does a second,
 * different thing about it (D1). Whoever was answered may have acted: it is remembered per agent, and a decision that the
 * process merely knows is no answer.
 *
 * Intuition. Where the ledger cannot be read, an incident that the caller named is still the same incident, and one that
 * the rules named is surely the same for a cooldown after the store was last asked for it: the store then keeps it open for
 * at least as long. Later nobody can say, and nothing is recalled. A safe action taken alone is remembered as well, under
 * the question instead of the incident where the store named none; a decision of the ledger that comes later outranks it.
 *
 * A decision that a store has lost (D4) takes with it what the ledger knew of the acts on it. That it is lost is heard, or seen by
 * another that takes its place in a later generation of the store (D1); then who was answered it is told, so that the acts can be
 * recorded again. In the generation of the answer another one means no more than that the ledger's bounds have let the first go.
 *
 * Bounded: least recently answered first out. Nothing outlives the process.
 */
import type { ActSource, Decision } from "./decision.ts";
import { fingerprintKey, type Fingerprint } from "./incident.ts";

/** What an agent is asked about. */
export interface AskedIncident {
  readonly agentId: string;
  readonly fingerprint: Fingerprint;
  /** The identity that the caller gave. */
  readonly named: string | undefined;
  /** The occurrence that the store named for this question, where it did. */
  readonly opened: string | undefined;
  /** The policy's, ms. */
  readonly cooldownMs: number;
}

/** An answer that an agent had. */
export interface GivenAnswer {
  readonly decision: Decision;
  readonly source: ActSource;
}

/** Remembers answers; instants are monotonic ms. */
export interface AnswerMemory {
  /** The store named this the open occurrence when it was asked at `askedMs`. */
  opened(fingerprint: Fingerprint, incidentId: string, askedMs: number): void;
  /** The agent is answered this; kept where it is the ledger's. */
  answered(agentId: string, answer: GivenAnswer): void;
  /** The store has lost the decision in an earlier generation: whoever was answered it before is told. */
  lost(decision: Pick<Decision, "incidentId" | "decisionId">): void;
  /** The agent is answered a safe action of its own. */
  tookAlone(about: AskedIncident, decision: Decision, nowMs: number): void;
  /** What the agent was answered before about this very incident. */
  recall(about: AskedIncident, nowMs: number): GivenAnswer | undefined;
}

/** What a memory needs to tell of losses. */
export interface Losses {
  /** Of the store, as it is known now. */
  readonly generation: () => number;
  /** These agents were answered a decision that the store has lost since. */
  readonly onLost: (decision: Decision, agentIds: readonly string[]) => void;
}

/** A decision of the ledger, and all who were answered it. */
interface Kept {
  readonly decision: Decision;
  /** Of the store, when it was answered, or told of as lost. */
  generation: number;
  /** Most processes host one agent, and a Set of one takes as much as the rest together. */
  readonly first: string;
  others: Set<string> | undefined;
}

interface LoneKept {
  readonly decision: Decision;
  readonly actedMs: number;
}

/**
 * A memory of decisions on at most `limit` incidents, of as many safe actions taken alone and open occurrences (default 1,000).
 * Without `losses` nobody is told of any.
 */
export function createAnswerMemory(limit = 1_000, losses?: Losses): AnswerMemory {
  /** By incident. */
  const kept = new Map<string, Kept>();
  /** By agent and incident, or agent and question; ids hold no spaces. */
  const lone = new Map<string, LoneKept>();
  const occurrences = new Map<string, { readonly incidentId: string; readonly askedMs: number }>();

  function incidentOf({ fingerprint, named, opened, cooldownMs }: AskedIncident, nowMs: number): string | undefined {
    if (named !== undefined || opened !== undefined) return named ?? opened;
    const last = occurrences.get(fingerprintKey(fingerprint));
    return last !== undefined && nowMs - last.askedMs <= cooldownMs ? last.incidentId : undefined;
  }

  /** The agent's safe action on this incident, or on what it was asked before the store could name it. */
  function aloneOn(about: AskedIncident, incidentId: string | undefined, nowMs: number): LoneKept | undefined {
    const { agentId, fingerprint, named, cooldownMs } = about;
    const placed = incidentId === undefined ? undefined : lone.get(`${agentId} ${incidentId}`);
    if (placed !== undefined || named !== undefined) return placed;
    const unplaced = lone.get(`${agentId} ${fingerprintKey(fingerprint)}`);
    return unplaced !== undefined && nowMs - unplaced.actedMs <= cooldownMs ? unplaced : undefined;
  }

  function tellLost(entry: Kept): void {
    if (losses === undefined || entry.generation === losses.generation()) return;
    entry.generation = losses.generation();
    losses.onLost(entry.decision, [entry.first, ...(entry.others ?? [])]);
  }

  return {
    opened(fingerprint, incidentId, askedMs) {
      putLast(occurrences, fingerprintKey(fingerprint), { incidentId, askedMs }, limit);
    },
    answered(agentId, { decision, source }) {
      if (source !== "committed" && source !== "adopted") return;
      const before = kept.get(decision.incidentId);
      const known = before?.decision.decisionId === decision.decisionId ? before : undefined;
      if (before !== undefined && known === undefined) tellLost(before);
      const generation = losses?.generation() ?? 0;
      const entry: Kept = known ?? { decision, generation, first: agentId, others: undefined };
      if (entry.first !== agentId) entry.others = (entry.others ?? new Set()).add(agentId);
      putLast(kept, decision.incidentId, entry, limit);
    },
    lost({ incidentId, decisionId }) {
      const entry = kept.get(incidentId);
      if (entry?.decision.decisionId === decisionId) tellLost(entry);
    },
    tookAlone(about, decision, nowMs) {
      const { agentId, fingerprint, named, opened } = about;
      const key = `${agentId} ${named ?? opened ?? fingerprintKey(fingerprint)}`;
      putLast(lone, key, { decision, actedMs: nowMs }, limit);
    },
    recall(about, nowMs) {
      const { agentId } = about;
      const incidentId = incidentOf(about, nowMs);
      const known = incidentId === undefined ? undefined : kept.get(incidentId);
      if (known !== undefined && (known.first === agentId || known.others?.has(agentId) === true)) {
        const { decision } = known;
        return { decision, source: decision.committedBy === agentId ? "committed" : "adopted" };
      }
      const alone = aloneOn(about, incidentId, nowMs);
      return alone === undefined ? undefined : { decision: alone.decision, source: "safe-alone" };
    },
  };
}

/** Puts the entry last, and lets the first go where there is one too many. */
function putLast<Value>(map: Map<string, Value>, key: string, value: Value, limit: number): void {
  map.delete(key);
  map.set(key, value);
  const first = map.keys().next();
  if (map.size > limit && first.done !== true) map.delete(first.value);
}
