/** When a swarm counts as ready: `--for` counts from then. Pure. */
import type { AgentView, SwarmView } from "../console/console-views.ts";

/**
 * What is still missing, in words: every started agent alive and seen beating by the console, and a leader. Empty: ready.
 */
export function missingForReadiness(
  startedIds: readonly string[],
  agents: readonly AgentView[],
  swarm: SwarmView,
): readonly string[] {
  const present = new Map(
    agents.filter(({ state }) => state === "alive" || state === "joining").map((agent) => [agent.agentId, agent]),
  );
  const absent = startedIds.filter((agentId) => !present.has(agentId));
  const silent = startedIds.filter((agentId) => present.get(agentId)?.phaseRad === null);
  const missing: string[] = [];
  if (absent.length > 0) missing.push(`not alive yet: ${few(absent)}`);
  if (silent.length > 0) missing.push(`no phase heard from: ${few(silent)}`);
  if (swarm.leader.agentId === null) missing.push("no leader yet");
  return missing;
}

function few(ids: readonly string[]): string {
  return ids.length <= 5 ? ids.join(", ") : `${ids.slice(0, 5).join(", ")} and ${ids.length - 5} more`;
}
