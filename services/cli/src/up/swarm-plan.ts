/** Which process hosts which agents. Pure. */

/** One process of agents. */
export interface AgentHost {
  /** The service's name: its agent's id where it hosts one. */
  readonly name: string;
  readonly agentIds: readonly string[];
}

/** A process each up to that many agents. */
const alone = 50;
/** Above, no fewer processes than that: a swarm in one process would prove little. */
const packedProcessesMin = 8;

/** Agents agent-1 … agent-N over processes: one each up to 50, evenly packed over at least 8 above. */
export function planHosts(agents: number, cores: number): readonly AgentHost[] {
  const ids = Array.from({ length: agents }, (_, index) => `agent-${index + 1}`);
  if (agents <= alone) return ids.map((agentId) => ({ name: agentId, agentIds: [agentId] }));
  const processes = Math.max(packedProcessesMin, cores);
  return Array.from({ length: processes }, (_, index) => ({
    name: `agents-${index + 1}`,
    agentIds: ids.slice(Math.floor((index * agents) / processes), Math.floor(((index + 1) * agents) / processes)),
  }));
}
