/**
 * Judges what agents did about incidents against what the ledger holds: the definition of "no divergence", as a pure check
 * over recorded histories.
 *
 * Intuition. Every process writes down each act before it acts, and the ledger is read several times, the last time when
 * all is over. Then the ledger alone says what was decided, and each act either is that decision in every part, or
 * a safe action that its agent took alone and gave a cause for (D3). The checks:
 *
 * - D1: acts on one incident, those taken alone apart, are on one decision; and the ledger never has another one for it.
 * - D1: what was acted upon is in the ledger, with the action, term, version and policy that the agent saw.
 * - D1: who says that it committed is the committer that the ledger names, and nobody else says so.
 * - D2: the stored input has the stored hash, and gives the stored verdict where the reasoner is deterministic.
 * - D3: a safe action taken alone is the policy's safe action, and names its cause.
 * - D1: a process that acted on a decision does nothing else about what it met afterwards, whatever it calls the incident
 *   then: alone, without the store, it has a name of its own for it. Nor does it take two different safe actions alone.
 * - D1: what all met under one name is one incident until nobody has seen it for its cooldown: the ledger, which names incidents,
 *   is not believed in that. An occurrence that is over does not come back.
 */
import { isLoneIncident, type ActSource, type Decision, type Verdict } from "@entrain/core/decision";

/** One act, as its process wrote it down. */
export interface RecordedAct {
  /** One life of one process. */
  readonly process: string;
  readonly agentId: string;
  /** What the agent met, by the name that the recorder gave it: the same for all who met it, each time they did. */
  readonly met: string;
  readonly incidentId: string;
  readonly decisionId: string;
  readonly action: string;
  readonly source: ActSource;
  readonly term: number;
  readonly contextVersion: number;
  readonly policyHash: string;
  /** Why a safe action was taken alone; null for what was committed or adopted. */
  readonly cause: string | null;
  /** When the agent was asked, by the clock of its host. */
  readonly askedAtUnixMs: number;
  /** How long nobody must have seen an incident for it to be over, by the policy that its process knew, ms. */
  readonly cooldownMs: number;
  /** It is what the agent was answered before, without the store. */
  readonly isRepeated: boolean;
  /** When it was written down, by the clock of its host. */
  readonly atUnixMs: number;
}

/** What a decision's stored input comes to. */
export interface ReplayedDecision {
  /** SHA-256 of the input's canonical JSON, hex. */
  readonly inputHash: string;
  /** What the reasoner says again; undefined where it is not deterministic. */
  readonly verdict: Pick<Verdict, "type" | "action"> | undefined;
}

/** All that is known of a run. */
export interface DecisionHistory {
  /** In each process's own order. */
  readonly acts: readonly RecordedAct[];
  /** The whole ledger at several instants, in their order; the last one when all is over. */
  readonly audits: readonly (readonly Decision[])[];
  /** The safe actions of all policies that were in use. */
  readonly safeActions: ReadonlySet<string>;
  readonly replay: (decision: Decision) => ReplayedDecision;
}

/** What became of a history. */
export interface DecisionJudgement {
  /** Incidents on which somebody acted on a decision. */
  readonly decided: number;
  /** Incidents with two acts of different actions, those taken alone apart. */
  readonly divergences: number;
  /** Decisions whose input was put to the reasoner again. */
  readonly replayed: number;
  readonly loneActs: readonly RecordedAct[];
  /** Acts of an agent on what it had acted on before. */
  readonly again: number;
  /** Those of them that were something else than the first: D1 is broken for that agent. */
  readonly actedTwice: number;
  /** Each a sentence; none is good. */
  readonly violations: readonly string[];
}

/** How long before it was asked an agent may have seen an incident: it joins a question of its own that is under way, ms. */
const joinedMs = 2_000;

/** Judges a history. */
export function checkDecisions(history: DecisionHistory): DecisionJudgement {
  const loneActs = history.acts.filter(({ source }) => source === "safe-alone");
  const swarmActs = history.acts.filter(isOfSwarm);
  const byIncident = Map.groupBy(swarmActs, ({ incidentId }) => incidentId);
  const last = ledgerOf(history.audits.at(-1) ?? []);
  const perIncident = [...byIncident].map(([incidentId, acts]) => judgeIncident(incidentId, acts, last));
  const processes = judgeProcesses(history.acts);
  const replays = [...last.values()].map((decision) => judgeReplay(decision, history.replay(decision)));
  return {
    decided: byIncident.size,
    divergences: perIncident.filter(({ divergent }) => divergent).length,
    replayed: replays.filter(({ again }) => again).length,
    loneActs,
    again: processes.again,
    actedTwice: processes.violations.length,
    violations: [
      ...perIncident.flatMap(({ violations }) => violations),
      ...judgeOccurrences(swarmActs),
      ...judgeAudits(history.audits),
      ...replays.flatMap(({ violations }) => violations),
      ...loneActs.flatMap((act) => judgeLone(act, history.safeActions)),
      ...processes.violations,
    ],
  };
}

/** Whether an act is on a decision of the swarm; those taken alone, or with the swarm mode off, are on none. */
function isOfSwarm({ source }: RecordedAct): boolean {
  return source === "committed" || source === "adopted";
}

type LedgerView = ReadonlyMap<string, Decision>;

function ledgerOf(decisions: readonly Decision[]): LedgerView {
  return new Map(decisions.map((decision) => [decision.incidentId, decision]));
}

/** D1 on one incident; `acts` are not empty. */
function judgeIncident(
  incidentId: string,
  acts: readonly RecordedAct[],
  ledger: LedgerView,
): { readonly divergent: boolean; readonly violations: readonly string[] } {
  const violations: string[] = [];
  const actions = new Set(acts.map(({ action }) => action));
  const decisionIds = new Set(acts.map(({ decisionId }) => decisionId));
  if (decisionIds.size > 1)
    violations.push(`D1: ${incidentId}: agents acted on ${decisionIds.size} decisions (${[...actions].join(", ")})`);
  const decision = ledger.get(incidentId);
  if (decision === undefined) {
    const agents = acts.map(({ agentId }) => agentId).join(", ");
    return {
      divergent: actions.size > 1,
      violations: [...violations, `D1: ${incidentId}: ${agents} acted on a decision that is not in the ledger`],
    };
  }
  for (const act of acts) {
    const wrong = partsThatDiffer(act, decision);
    if (wrong.length > 0)
      violations.push(
        `D1: ${incidentId}: ${act.agentId}'s act differs from the ledger's decision in ${wrong.join(", ")}`,
      );
    if ((act.source === "committed") !== (decision.committedBy === act.agentId))
      violations.push(`D1: ${incidentId}: ${act.agentId} ${act.source} what ${decision.committedBy} committed`);
  }
  return { divergent: actions.size > 1, violations };
}

/** An incident, as far as acts show when it was seen. */
interface Occurrence {
  readonly incidentId: string;
  /** It was open at this instant at the latest. */
  readonly openMs: number;
  /** It was seen at this instant or after it. */
  readonly seenMs: number;
  readonly cooldownMs: number;
  /** The ledger named it between these instants: from the question, or one that was joined, to the act. */
  readonly named: readonly { readonly fromMs: number; readonly toMs: number }[];
}

/** D1 by the names that the recorder gave: an incident is over only after its cooldown, and for good. */
function judgeOccurrences(swarmActs: readonly RecordedAct[]): readonly string[] {
  return [...Map.groupBy(swarmActs, ({ met }) => met)].flatMap(([met, ofMet]) => {
    const byIncident = Map.groupBy(ofMet, ({ incidentId }) => incidentId);
    const occurrences = [...byIncident].map(([incidentId, acts]) => occurrenceOf(incidentId, acts));
    return occurrences.flatMap((one) => {
      const open = occurrences.find((other) => other !== one && isNamedWhile(one, other));
      return open === undefined
        ? []
        : [`D1: ${met}: agents acted on ${one.incidentId} while ${open.incidentId} was open`];
    });
  });
}

/** Whether `other` was surely open all the time in which the ledger may have named `one`: an act may be long after its question. */
function isNamedWhile(one: Occurrence, other: Occurrence): boolean {
  const overMs = other.seenMs + one.cooldownMs;
  return one.named.some(({ fromMs, toMs }) => fromMs >= other.openMs && toMs < overMs);
}

/** `acts` are not empty. */
function occurrenceOf(incidentId: string, acts: readonly RecordedAct[]): Occurrence {
  // An answer that is repeated without the store shows nothing about what the store has seen.
  const named = acts
    .filter(({ isRepeated }) => !isRepeated)
    .map(({ askedAtUnixMs, atUnixMs }) => ({ fromMs: askedAtUnixMs - joinedMs, toMs: atUnixMs }));
  return {
    incidentId,
    openMs: Math.min(...acts.map(({ atUnixMs }) => atUnixMs)),
    seenMs: Math.max(...named.map(({ fromMs }) => fromMs)),
    cooldownMs: Math.min(...acts.map(({ cooldownMs }) => cooldownMs)),
    named,
  };
}

function partsThatDiffer(act: RecordedAct, decision: Decision): readonly string[] {
  const parts = ["decisionId", "action", "term", "contextVersion", "policyHash"] as const;
  return parts
    .filter((part) => act[part] !== decision[part])
    .map((part) => `${part} (${act[part]} for ${decision[part]})`);
}

/** No audit has another decision than the one before, nor lacks one of its decisions. */
function judgeAudits(audits: DecisionHistory["audits"]): readonly string[] {
  return audits.slice(1).flatMap((later, index) => {
    const now = ledgerOf(later);
    return (audits[index] ?? []).flatMap(({ incidentId, decisionId }) => {
      const standing = now.get(incidentId)?.decisionId;
      if (standing === decisionId) return [];
      return [`D1: ${incidentId}: the ledger had ${decisionId}, and later ${standing ?? "nothing"}`];
    });
  });
}

/** D2: the hash, and the verdict where it can be had again. */
function judgeReplay(
  decision: Decision,
  { inputHash, verdict }: ReplayedDecision,
): { readonly again: boolean; readonly violations: readonly string[] } {
  const { incidentId, action, type } = decision;
  const violations: string[] = [];
  if (inputHash !== decision.inputHash) violations.push(`D2: ${incidentId}: the input does not have the stored hash`);
  if (verdict !== undefined && (verdict.action !== action || verdict.type !== type))
    violations.push(
      `D2: ${incidentId}: ${type} ${action} was decided, its input gives ${verdict.type} ${verdict.action}`,
    );
  return { again: verdict !== undefined, violations };
}

/** D3. */
function judgeLone(act: RecordedAct, safeActions: ReadonlySet<string>): readonly string[] {
  const where = `D3: ${act.incidentId}: ${act.agentId}`;
  const violations: string[] = [];
  if (!safeActions.has(act.action)) violations.push(`${where} took ${act.action} alone, which is no safe action`);
  if (act.cause === null || act.cause === "") violations.push(`${where} took the safe action alone without a cause`);
  return violations;
}

/** Whoever acted on a decision stays with it. A safe action taken alone may be followed by itself, or by the decision. */
function judgeProcesses(acts: readonly RecordedAct[]): {
  readonly again: number;
  readonly violations: readonly string[];
} {
  const latest = new Map<string, RecordedAct>();
  const violations: string[] = [];
  let again = 0;
  for (const act of acts) {
    const key = JSON.stringify([act.process, act.agentId, act.met]);
    const before = latest.get(key);
    if (before !== undefined) again += 1;
    if (before !== undefined && !mayFollow(before, act))
      violations.push(
        `D1: ${act.incidentId}: ${act.agentId} did ${before.action}, and then ${act.action} (${act.source})`,
      );
    else latest.set(key, act);
  }
  return { again, violations };
}

function mayFollow(before: RecordedAct, act: RecordedAct): boolean {
  if (before.decisionId === act.decisionId) return before.action === act.action;
  // Whether that one may have come up is not the process's affair (judgeOccurrences).
  if (before.incidentId !== act.incidentId && !isLoneIncident(before) && !isLoneIncident(act)) return true;
  if (isOfSwarm(before)) return false;
  return isOfSwarm(act) || before.action === act.action;
}
