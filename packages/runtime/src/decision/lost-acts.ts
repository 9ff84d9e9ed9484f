/** What agents did by decisions that the store has lost, from what they were answered: to be recorded again (D4). */
import type { Act, Decision, Losses } from "@entrain/core/decision";
import type { DecisionLoopOptions } from "./decision-loop-contract.ts";

/** What a loop's memory of answers tells of losses, and to whom. */
export function lossesOf({
  health,
  onActsLost = () => undefined,
}: Pick<DecisionLoopOptions, "health" | "onActsLost">): Losses {
  return {
    generation: () => health.status().generation,
    onLost: (decision, agentIds) => {
      onActsLost(actsBy(decision, agentIds));
    },
  };
}

/** The acts, as they were recorded but for their instant: that is the commit's. */
function actsBy(decision: Decision, agentIds: readonly string[]): readonly Act[] {
  const { incidentId, decisionId, action, committedBy, committedAtMs } = decision;
  return agentIds.map((agentId) => ({
    ...{ agentId, incidentId, decisionId, action },
    source: committedBy === agentId ? "committed" : "adopted",
    atMs: committedAtMs,
  }));
}
