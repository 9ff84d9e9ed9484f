/** One agent in the simulation: the core's machine, a clock of its own, and its links to the neighbours. */
import { createClockFilter, createRhythmState, stepRhythm, type ClockFilter } from "@entrain/core/rhythm";
import type { GoalRecord, RhythmEffect, RhythmInput, RhythmState } from "@entrain/core/rhythm";
import type { Random } from "@entrain/kernel";
import type { Compensation, SimulationSpec } from "./simulation-spec.ts";

/** What one agent knows of the clock of another. */
export interface Link {
  readonly filter: ClockFilter;
  /** The last frame from there: sent by their clock, received by one's own, ns; undefined before the first. */
  heard: { readonly sentNs: number; readonly receivedNs: number } | undefined;
}

/** An agent. */
export interface SimulatedAgent {
  readonly index: number;
  readonly agentId: string;
  readonly rate: number;
  readonly startNs: number;
  readonly ticket: number;
  readonly lies: boolean;
  alive: boolean;
  state: RhythmState;
  links: Map<number, Link>;
  /** The instant for which a tick is in the queue. */
  tickAtNs: number;
  lastFired: number | undefined;
  joinedAtNs: number;
}

/** Local monotonic clock at a simulated instant, ns. */
export function localNs(agent: SimulatedAgent, nowNs: number): number {
  return agent.startNs + nowNs * agent.rate;
}

/** The simulated instant of a local one, ns. */
export function globalNs(agent: SimulatedAgent, atLocalNs: number): number {
  return (atLocalNs - agent.startNs) / agent.rate;
}

/** An agent whose clock, and whose first guess at the count, come from `random`. */
export function createSimulatedAgent(
  spec: SimulationSpec,
  random: Random,
  about: Pick<SimulatedAgent, "index" | "ticket" | "lies"> & { readonly nowNs: number; readonly goal: GoalRecord },
): SimulatedAgent {
  const { index, nowNs, ticket, lies, goal } = about;
  const agentId = `agent-${String(index).padStart(5, "0")}`;
  const rate = 1 + (2 * random.next() - 1) * spec.driftPpm * 1e-6;
  const startNs = random.next() * 1e12;
  const cycle = random.next() * 5;
  const options = { agentId, goal, nowNs: startNs + nowNs * rate, cycle };
  const state = createRhythmState({
    ...options,
    ...(spec.energy === undefined ? {} : { energy: spec.energy }),
    ...(spec.book === undefined ? {} : { book: spec.book }),
  });
  return {
    index,
    agentId,
    rate,
    startNs,
    ticket,
    lies,
    alive: true,
    state,
    links: new Map(),
    tickAtNs: Infinity,
    lastFired: undefined,
    joinedAtNs: nowNs,
  };
}

/** Steps the machine and keeps its state. */
export function step(agent: SimulatedAgent, input: RhythmInput): readonly RhythmEffect[] {
  const { state, effects } = stepRhythm(agent.state, input);
  agent.state = state;
  return effects;
}

/** A link that has seen the few exchanges with which every stream begins. */
export function createLink(
  compensation: Compensation,
  nowNs: number,
  between: { readonly own: SimulatedAgent; readonly peer: SimulatedAgent; readonly delayNs: () => number },
): Link {
  const { own, peer, delayNs } = between;
  const filter = createClockFilter(compensation === "four-timestamps" ? 16 : 1);
  for (let exchange = 0; exchange < openingExchanges; exchange++) {
    const there = nowNs + delayNs();
    filter.add({
      t1: localNs(own, nowNs),
      t2: localNs(peer, there),
      t3: localNs(peer, there),
      t4: localNs(own, there + delayNs()),
    });
  }
  return { filter, heard: undefined };
}

const openingExchanges = 4;
