/**
 * Where each agent's oscillator stands, from the observations of its process, brought to any later instant. An agent that
 * was not heard of for a second is unknown, not still in step: a paused process must not look coherent.
 */
import {
  createOscillator,
  cycleAt,
  instantOf,
  periodAt,
  periodFromCycleOf,
  withGoal,
  type GoalRecord,
  type Oscillator,
} from "@entrain/core/rhythm";
import type { MemberRecord } from "@entrain/core/membership";
import type { Observation, PhaseSample } from "@entrain/ports";
import type { SwarmEvent } from "../contract/swarm-event.ts";

/** Observations come every 100 ms: after ten missed ones the agent's phase is unknown, ns. */
const freshForNs = 1e9;

interface Track {
  readonly sample: PhaseSample;
  readonly atNs: number;
  readonly goal: GoalRecord | undefined;
  /** Undefined while the agent has not joined the rhythm. */
  readonly strategy: string | undefined;
  readonly energy: number | undefined;
}

/** An agent's rhythm at one instant. */
export interface AgentRhythm {
  /** Own beat number plus fraction of the cycle. */
  readonly cycle: number;
  /** By how much it follows the common reference, cycles. */
  readonly offsetCycles: number;
  /** The common reference, as the agent has it: goals count by it, not by the agent's own place. */
  readonly reference: Oscillator;
}

/** What is known of the agents' oscillators. */
export interface AgentTracks {
  /** Takes in a process's phases; `known` tells whose they may be. */
  observe(observation: Observation, known: (agentId: string) => boolean): readonly SwarmEvent[];
  /** The agent fired at `firedNs`. */
  beat(agentId: string, firedNs: number): void;
  /** Undefined while unknown: not heard of, not in the rhythm yet, or another incarnation. */
  rhythmOf(member: MemberRecord, nowNs: number): AgentRhythm | undefined;
  strategyOf(agentId: string): string | undefined;
  /** As it was last heard of, units. */
  energyOf(agentId: string): number | undefined;
  lastBeatNs(agentId: string): number | undefined;
  /** Forgets all agents that are not `kept`. */
  retain(kept: (agentId: string) => boolean): void;
}

/** No tracks yet. */
export function createAgentTracks(): AgentTracks {
  const tracks = new Map<string, Track>();
  const lastBeats = new Map<string, number>();
  /** The slope before a goal that is not in effect yet: the last goals by their version. */
  const goals = new Map<number, GoalRecord>();

  function referenceOf({ sample, atNs, goal }: Track): Oscillator | undefined {
    if (goal === undefined) return undefined;
    const cycle = sample.cycle + (sample.offsetCycles ?? 0);
    const [inForce = goal, ...announced] = goalsFrom(goal, cycle);
    const line = createOscillator(atNs, cycle, inForce.periodNs);
    return announced.reduce((slopes, next) => withGoal(slopes, atNs, next), line);
  }

  /** The goal in force at `cycle` and those announced since, up to `goal`; an unknown one counts as never set. */
  function goalsFrom(goal: GoalRecord, cycle: number): readonly GoalRecord[] {
    const before = cycle >= periodFromCycleOf(goal) ? undefined : goals.get(goal.goalVersion - 1);
    return before === undefined ? [goal] : [...goalsFrom(before, cycle), goal];
  }

  return {
    observe({ atNs, goal, strategy, phases, energies }, known) {
      const events: SwarmEvent[] = [];
      const energyOf = new Map(energies.map(({ agentId, energy }) => [agentId, energy]));
      if (goal !== undefined) remember(goals, goal);
      for (const sample of phases) {
        const { agentId } = sample;
        if (!known(agentId)) continue;
        const before = tracks.get(agentId)?.strategy;
        const now = strategy === "" || sample.lineage === undefined ? undefined : strategy;
        if (before !== undefined && now !== undefined && before !== now)
          events.push({ type: "strategy.switched", data: { agentId, from: before, to: now } });
        tracks.set(agentId, { sample, atNs, goal, strategy: now, energy: energyOf.get(agentId) });
      }
      return events;
    },
    beat(agentId, firedNs) {
      lastBeats.set(agentId, Math.max(firedNs, lastBeats.get(agentId) ?? -Infinity));
    },
    rhythmOf({ agentId, incarnation }, nowNs) {
      const track = tracks.get(agentId);
      if (track?.sample.lineage === undefined || track.sample.incarnation < incarnation) return undefined;
      if (nowNs - track.atNs > freshForNs) return undefined;
      const reference = referenceOf(track);
      if (reference === undefined) return undefined;
      const { offsetCycles = 0 } = track.sample;
      return { cycle: cycleAt(reference, nowNs) - offsetCycles, offsetCycles, reference };
    },
    strategyOf: (agentId) => tracks.get(agentId)?.strategy,
    energyOf: (agentId) => tracks.get(agentId)?.energy,
    lastBeatNs: (agentId) => lastBeats.get(agentId),
    retain(kept) {
      for (const map of [tracks, lastBeats]) for (const agentId of map.keys()) if (!kept(agentId)) map.delete(agentId);
    },
  };
}

/** The observer's instant (ns) at which the reference is, was or will be at `beat`. */
export function instantOfBeat({ reference }: AgentRhythm, beat: number): number {
  return instantOf(reference, beat);
}

/** The period (ns) that the agent keeps now. */
export function periodNsOf({ reference, cycle, offsetCycles }: AgentRhythm): number {
  return periodAt(reference, cycle + offsetCycles);
}

function remember(goals: Map<number, GoalRecord>, goal: GoalRecord): void {
  goals.set(goal.goalVersion, goal);
  const oldest = goals.keys().next();
  if (goals.size > 8 && oldest.done !== true) goals.delete(oldest.value);
}
