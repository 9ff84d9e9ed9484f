/** What lies between the agents: delays, losses, partitions, and what liars make of their own words. */
import type { Random } from "@entrain/kernel";
import { attacks } from "./attack.ts";
import { delayProfiles } from "./delay-profile.ts";
import type { SimulatedAgent } from "./simulated-agent.ts";
import type { Partition, SimulationSpec } from "./simulation-spec.ts";

/** A network with its faults. */
export interface SimulatedNetwork {
  /** How long the next frame takes, ns. */
  delayNs(): number;
  /** Whether a frame sent now is lost. */
  loses(from: SimulatedAgent, to: SimulatedAgent, nowNs: number): boolean;
  /** What a liar adds to its true count for this listener, cycles. */
  lie(to: SimulatedAgent, nowNs: number): number;
  /** The agents by the part they are in; none while the network is whole. */
  partsAt(nowNs: number, agents: readonly SimulatedAgent[]): readonly (readonly SimulatedAgent[])[];
}

const milli = 1e6;

/** The network of a spec; its chances are drawn from `random`. */
export function createSimulatedNetwork(spec: SimulationSpec, random: Random): SimulatedNetwork {
  const profile = delayProfiles[spec.profile];
  const sideOf = (agent: SimulatedAgent, { share }: Partition): number => (agent.index < share * spec.agents ? 0 : 1);
  const activeAt = (nowNs: number): Partition | undefined =>
    spec.partitions.find(({ fromMs, toMs }) => nowNs >= fromMs * milli && nowNs < toMs * milli);
  return {
    delayNs: () => profile.delayNs(random),
    loses(from, to, nowNs) {
      if (random.next() < spec.loss) return true;
      const partition = activeAt(nowNs);
      return partition !== undefined && sideOf(from, partition) !== sideOf(to, partition);
    },
    lie(to, nowNs) {
      if (spec.liars === undefined) return 0;
      const periodNs = spec.goal.periodMs * milli;
      return attacks[spec.liars.attack]({ nowNs, periodNs, to: to.agentId, random });
    },
    partsAt(nowNs, agents) {
      const partition = activeAt(nowNs);
      if (partition === undefined) return [];
      return [0, 1].map((side) => agents.filter((agent) => sideOf(agent, partition) === side));
    },
  };
}
