/** Who takes part in a simulation: the living and the dead, honest and lying, each with its ticket. */
import type { Random } from "@entrain/kernel";
import { freeTicket, type GoalRecord } from "@entrain/core/rhythm";
import { createSimulatedAgent, type SimulatedAgent } from "./simulated-agent.ts";
import type { SimulationSpec } from "./simulation-spec.ts";

/** All agents of a run. */
export interface Roster {
  /** New agents; of each batch the first ones lie, as many as the spec's share. */
  join(count: number, nowNs: number): readonly SimulatedAgent[];
  /** Ends some of the living, drawn at random: a number, or a share below 1. Answers how many. */
  crash(count: number): number;
  alive(): SimulatedAgent[];
  /** The living who do not lie. */
  honest(): SimulatedAgent[];
  at(index: number): SimulatedAgent | undefined;
  byId(agentId: string): SimulatedAgent | undefined;
}

/** Nobody yet. */
export function createRoster(spec: SimulationSpec, goal: GoalRecord, random: Random): Roster {
  const agents: SimulatedAgent[] = [];
  const byId = new Map<string, SimulatedAgent>();
  const alive = (): SimulatedAgent[] => agents.filter((agent) => agent.alive);

  return {
    join(count, nowNs) {
      const taken = new Set(alive().map(({ ticket }) => ticket));
      const liars = Math.round((spec.liars?.share ?? 0) * count);
      let ticket = freeTicket(taken);
      const joined: SimulatedAgent[] = [];
      while (joined.length < count) {
        while (taken.has(ticket)) ticket++;
        taken.add(ticket);
        const about = { index: agents.length, ticket, lies: joined.length < liars, nowNs, goal };
        const agent = createSimulatedAgent(spec, random, about);
        agents.push(agent);
        byId.set(agent.agentId, agent);
        joined.push(agent);
      }
      return joined;
    },
    crash(count) {
      const living = alive();
      const crashes = Math.min(living.length, count < 1 ? Math.round(count * living.length) : count);
      for (let crashed = 0; crashed < crashes; crashed++) {
        const [agent] = living.splice(random.int(living.length), 1);
        if (agent !== undefined) agent.alive = false;
      }
      return crashes;
    },
    alive,
    honest: () => agents.filter((agent) => agent.alive && !agent.lies),
    at: (index) => agents[index],
    byId: (agentId) => byId.get(agentId),
  };
}
