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

/**
 * Agents over processes: agent-1 … agent-N, one each, up to 50; above evenly packed over at least 8 processes, where
 * agent-3-7 is the seventh of process agent-3 (the agent service makes its names so).
 */
export function planHosts(agents: number, cores: number): readonly AgentHost[] {
  const processes = agents <= alone ? agents : Math.max(packedProcessesMin, cores);
  return Array.from({ length: processes }, (_, index) => {
    const name = `agent-${index + 1}`;
    const size = Math.floor(((index + 1) * agents) / processes) - Math.floor((index * agents) / processes);
    const agentIds = Array.from({ length: size }, (_, place) => `${name}-${place + 1}`);
    return { name, agentIds: size === 1 ? [name] : agentIds };
  });
}
