/** Whether the goal held: what exit code 0 of `entrain up --for` stands on. Pure, so that it can be tested by table. */
import type { AgentView, SwarmView } from "../console/console-views.ts";

/** What is known at the end, before any agent is stopped. */
export interface FinalState {
  /** Undefined where the console does not answer. */
  readonly swarm: SwarmView | undefined;
  readonly agents: readonly AgentView[];
  /** Every agent that was started. */
  readonly startedIds: readonly string[];
  /** Agents whose process somebody outside ended and that have not come back. */
  readonly endedFromOutside: ReadonlySet<string>;
}

/** `reasons` says why it did not hold; empty where it held. */
export interface Verdict {
  readonly held: boolean;
  readonly reasons: readonly string[];
}

/** R3's floor of coherence for the goal sync. */
const coherenceFloor = 0.99;

/**
 * Held: converged by R3, for the goal sync a coherence of at least 0.99 at the end, a leader known, no divergent
 * decisions, and every started agent alive unless somebody outside ended it.
 */
export function judge({ swarm, agents, startedIds, endedFromOutside }: FinalState): Verdict {
  if (swarm === undefined) return { held: false, reasons: ["the console does not answer"] };
  const { rhythm, leader, decisions } = swarm;
  const reasons: string[] = [];
  if (rhythm.coherence === null) reasons.push("the coherence is unknown");
  else if (rhythm.goal?.kind === "sync" && rhythm.coherence < coherenceFloor)
    reasons.push(`the coherence is ${rhythm.coherence.toFixed(3)}, under ${coherenceFloor}`);
  if (rhythm.converged !== true)
    reasons.push("the rhythm has not been converged over a whole window (5 periods, at least 3 s and at most 30 s)");
  if (leader.agentId === null) reasons.push("nobody leads");
  if (decisions.divergence === null) reasons.push("the divergence of decisions is unknown");
  else if (decisions.divergence > 0) reasons.push(`agents acted differently on ${decisions.divergence} incidents`);
  // A suspect is alive as far as anybody knows.
  const gone = new Set(
    agents.filter(({ state }) => state === "dead" || state === "left").map(({ agentId }) => agentId),
  );
  const known = new Set(agents.map(({ agentId }) => agentId));
  const isAlive = (agentId: string): boolean => known.has(agentId) && !gone.has(agentId);
  const lost = startedIds.filter((agentId) => !isAlive(agentId) && !endedFromOutside.has(agentId));
  if (lost.length > 0) reasons.push(`not alive, though nobody outside ended them: ${lost.join(", ")}`);
  return { held: reasons.length === 0, reasons };
}
