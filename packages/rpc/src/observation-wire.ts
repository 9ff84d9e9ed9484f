/** Observations of a process: domain to wire and back. Instants on the wire are the observed process's own clock. */
import { checkId } from "@entrain/kernel";
import type { AgentEnergy, FiredBeat, Observation, ObservedAct } from "@entrain/ports";
import type { AgentEnergy__Output } from "./gen/entrain/v1/AgentEnergy.ts";
import type { Beat, Beat__Output } from "./gen/entrain/v1/Beat.ts";
import type { Observation as WireObservation, Observation__Output } from "./gen/entrain/v1/Observation.ts";
import type { ObservedAct as WireObservedAct, ObservedAct__Output } from "./gen/entrain/v1/ObservedAct.ts";
import { actFromWire, actToWire } from "./decision-wire.ts";
import { goalFromWire, goalToWire, sampleFromWire, sampleToWire } from "./phase-wire.ts";
import { count, finite, integer, present, text } from "./wire-fields.ts";

/** What happened; the envelope (process id, timestamps) is the stream's. */
export function observationToWire(observation: Observation): Omit<WireObservation, "processId" | "timestamps"> {
  const { atNs, goal, strategy, phases, energies, beats, acts } = observation;
  return {
    atNs: Math.round(atNs),
    goal: goal === undefined ? null : goalToWire(goal),
    strategy,
    phases: phases.map(sampleToWire),
    energies: [...energies],
    beats: beats.map(beatToWire),
    acts: acts.map(observedActToWire),
  };
}

/**
 * An observation brought onto the observer's clock: `offsetNs` is the process's clock minus the observer's.
 * @throws EntrainError `invalid-argument` that names the field.
 */
export function observationFromWire(observation: Observation__Output, offsetNs: number): Observation {
  const { goal } = observation;
  return {
    atNs: count("at_ns", observation.atNs) - offsetNs,
    goal: goal === null ? undefined : goalFromWire(goal),
    strategy: text("strategy", observation.strategy, 64),
    phases: observation.phases.map((phase, index) => sampleFromWire(phase, `phases[${index}]`)),
    energies: observation.energies.map((energy, index) => energyFromWire(energy, `energies[${index}]`)),
    beats: observation.beats.map((beat, index) => beatFromWire(beat, `beats[${index}]`, offsetNs)),
    acts: observation.acts.map((act, index) => observedActFromWire(act, `acts[${index}]`)),
  };
}

function energyFromWire({ agentId, energy }: AgentEnergy__Output, field: string): AgentEnergy {
  return { agentId: checkId(`${field}.agent_id`, agentId), energy: finite(`${field}.energy`, energy) };
}

function beatToWire(beat: FiredBeat): Beat {
  return { ...beat, intendedNs: Math.max(0, Math.round(beat.intendedNs)), firedNs: Math.round(beat.firedNs) };
}

function beatFromWire(beat: Beat__Output, field: string, offsetNs: number): FiredBeat {
  return {
    agentId: checkId(`${field}.agent_id`, beat.agentId),
    goalVersion: count(`${field}.goal_version`, beat.goalVersion),
    beat: integer(`${field}.beat`, beat.beat),
    intendedNs: count(`${field}.intended_ns`, beat.intendedNs) - offsetNs,
    firedNs: count(`${field}.fired_ns`, beat.firedNs) - offsetNs,
    skipped: count(`${field}.skipped`, beat.skipped),
    ...(beat.offsetNs === 0 ? {} : { offsetNs: finite(`${field}.offset_ns`, beat.offsetNs) }),
  };
}

function observedActToWire(observed: ObservedAct): WireObservedAct {
  return { ...observed, act: actToWire(observed.act) };
}

function observedActFromWire(observed: ObservedAct__Output, field: string): ObservedAct {
  return {
    act: actFromWire(present(`${field}.act`, observed.act), `${field}.act`),
    latencyMs: finite(`${field}.latency_ms`, observed.latencyMs),
    contextHit: observed.contextHit,
  };
}
