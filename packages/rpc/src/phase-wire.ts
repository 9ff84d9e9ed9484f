/**
 * Goals, phases and frames: domain to wire and back. On the wire a cycle count is a beat and a phase in [0, 2π) rad
 * (what the protocol's readers expect); inside it is one number. What comes in is checked whole: a frame with one bad
 * field is refused.
 */
import { EntrainError, checkId } from "@entrain/kernel";
import { periodLimitsMs, type GoalKind, type GoalRecord, type Lineage } from "@entrain/core/rhythm";
import type { PhaseFrame, PhaseSample } from "@entrain/ports";
import type { AgentPhase, AgentPhase__Output } from "./gen/entrain/v1/AgentPhase.ts";
import type { Goal, Goal__Output } from "./gen/entrain/v1/Goal.ts";
import type { Lineage__Output } from "./gen/entrain/v1/Lineage.ts";
import type { PhaseFrame as WireFrame, PhaseFrame__Output } from "./gen/entrain/v1/PhaseFrame.ts";
import { count, finite, integer, oneOf, present, text, within } from "./wire-fields.ts";

const turn = 2 * Math.PI;
const goalKinds = ["sync", "spread", "cluster", "coherence"] as const satisfies readonly GoalKind[];

/** Groups, strategies and the length of a strategy's name are bounded on the wire. */
const groupsMax = 2 ** 32 - 1;
const strategiesMax = 16;
const strategyNameMax = 64;

/** A goal as it travels; the period is rounded to the nanosecond. */
export function goalToWire(goal: GoalRecord): Goal {
  const { groups = 0, coherence = 0, trust = "", strategies = [] } = goal;
  return { ...goal, periodNs: Math.round(goal.periodNs), groups, coherence, trust, strategies: [...strategies] };
}

/** @throws EntrainError `invalid-argument` that names the field. */
export function goalFromWire(goal: Goal__Output, field = "goal"): GoalRecord {
  const { min, max } = periodLimitsMs;
  return {
    goalVersion: within(`${field}.goal_version`, goal.goalVersion, 1, 2 ** 32 - 1),
    kind: oneOf(`${field}.kind`, goal.kind, goalKinds),
    periodNs: within(`${field}.period_ns`, goal.periodNs, min * 1e6, max * 1e6),
    anchorUnixMs: finite(`${field}.anchor_unix_ms`, goal.anchorUnixMs),
    anchorBeat: integer(`${field}.anchor_beat`, goal.anchorBeat),
    effectiveBeat: integer(`${field}.effective_beat`, goal.effectiveBeat),
    ...(goal.periodFromCycle === undefined
      ? {}
      : { periodFromCycle: finite(`${field}.period_from_cycle`, goal.periodFromCycle) }),
    ...shapeFromWire(goal, field),
  };
}

/** What only some goals have: absent where it does not apply. */
function shapeFromWire(
  goal: Goal__Output,
  field: string,
): Pick<GoalRecord, "groups" | "coherence" | "trust" | "strategies"> {
  const { kind, groups, coherence, trust, strategies } = goal;
  within(`${field}.strategies.length`, strategies.length, 0, strategiesMax);
  return {
    ...(kind === "cluster" ? { groups: within(`${field}.groups`, groups, 1, groupsMax) } : {}),
    ...(kind === "coherence" ? { coherence: within(`${field}.coherence`, coherence, 0, 1) } : {}),
    ...(trust === "" ? {} : { trust: oneOf(`${field}.trust`, trust, ["trusted", "untrusted"]) }),
    ...(strategies.length === 0
      ? {}
      : { strategies: strategies.map((name, index) => text(`${field}.strategies[${index}]`, name, strategyNameMax)) }),
  };
}

/** One agent's phase as it travels. */
export function sampleToWire(sample: PhaseSample): AgentPhase {
  const { agentId, incarnation, cycle, lineage, offsetCycles = 0, influence } = sample;
  const beat = Math.floor(cycle);
  const phaseRad = (cycle - beat) * turn;
  // Just under the end of a cycle the product rounds to 2π, which is the next beat's 0.
  const place = phaseRad < turn ? { beat, phaseRad } : { beat: beat + 1, phaseRad: 0 };
  const weight = influence === undefined ? {} : { influence };
  return { agentId, incarnation, ...place, lineage: lineage ?? null, offsetCycles, ...weight };
}

/** @throws EntrainError `invalid-argument` that names the field. */
export function sampleFromWire(phase: AgentPhase__Output, field: string): PhaseSample {
  const phaseRad = finite(`${field}.phase_rad`, phase.phaseRad);
  if (phaseRad < 0 || phaseRad >= turn)
    throw EntrainError.invalid(`${field}.phase_rad`, phaseRad, "give a phase in [0, 2π)");
  return {
    agentId: checkId(`${field}.agent_id`, phase.agentId),
    incarnation: count(`${field}.incarnation`, phase.incarnation),
    cycle: integer(`${field}.beat`, phase.beat) + phaseRad / turn,
    lineage: phase.lineage === null ? undefined : lineageFromWire(phase.lineage, `${field}.lineage`),
    ...(phase.offsetCycles === 0 ? {} : { offsetCycles: finite(`${field}.offset_cycles`, phase.offsetCycles) }),
    ...(phase.influence === undefined ? {} : { influence: within(`${field}.influence`, phase.influence, 0, 10) }),
  };
}

function lineageFromWire(lineage: Lineage__Output, field: string): Lineage {
  return {
    epochUnixMs: count(`${field}.epoch_unix_ms`, lineage.epochUnixMs),
    founderId: checkId(`${field}.founder_id`, lineage.founderId),
  };
}

/** What a frame says of rhythm; the envelope (version, ids, timestamps) is the stream's. */
export function frameToWire(frame: PhaseFrame): Pick<WireFrame, "goal" | "highestTerm" | "phases"> {
  return {
    goal: goalToWire(frame.goal),
    highestTerm: frame.highestTerm,
    phases: frame.samples.map(sampleToWire),
  };
}

/** @throws EntrainError `invalid-argument` that names the field. */
export function frameFromWire(frame: PhaseFrame__Output): PhaseFrame {
  return {
    goal: goalFromWire(present("goal", frame.goal)),
    highestTerm: count("highest_term", frame.highestTerm),
    samples: frame.phases.map((phase, index) => sampleFromWire(phase, `phases[${index}]`)),
  };
}
