/** Keeps the roll of the agents that a run started: whose process was ended from outside, and whose by a fault. Pure. */
import type { SupervisorEvent } from "../supervisor/supervisor.ts";
import type { AgentHost } from "./swarm-plan.ts";

/** The roll. */
export interface AgentRoll {
  readonly startedIds: readonly string[];
  hear(event: SupervisorEvent): void;
  /** Agents whose process somebody outside ended and that have not come back. */
  endedFromOutside(): ReadonlySet<string>;
  /** The first process of agents that ended by a fault of its own and stays dead, in words. */
  fault(): string | undefined;
}

/** A roll of the agents on `hosts`. */
export function createAgentRoll(hosts: readonly AgentHost[]): AgentRoll {
  const idsOf = new Map(hosts.map(({ name, agentIds }) => [name, agentIds]));
  const away = new Set<string>();
  let fault: string | undefined;
  return {
    startedIds: hosts.flatMap(({ agentIds }) => agentIds),
    hear(event) {
      const ids = idsOf.get(event.name);
      if (ids === undefined) return;
      for (const agentId of ids) {
        if (event.kind === "ready") away.delete(agentId);
        else if (event.fromOutside) away.add(agentId);
      }
      if (event.kind === "ended" && !event.fromOutside && event.restartInMs === undefined)
        fault ??= `${event.name} failed: ${event.lastWords ?? "it left no word"} (log: ${event.logFile})`;
    },
    endedFromOutside: () => new Set(away),
    fault: () => fault,
  };
}
