/** What to simulate: everything that a run depends on, so that a spec and its seed name one run to the byte. */
import { EntrainError } from "@entrain/kernel";
import { checkGoal, type EnergyBudget, type GoalRequest, type StrategyBook } from "@entrain/core/rhythm";
import { attackNames, type AttackName } from "./attack.ts";
import { delayProfiles, type ProfileName } from "./delay-profile.ts";

/** How a receiver places a frame in time. */
export type Compensation =
  /** Four timestamps per exchange, the least round trip of the last sixteen: what the real transport does. */
  | "four-timestamps"
  /** Half the round trip of the last exchange. */
  | "last-round-trip"
  /** Not at all: a frame is taken to be as young as its arrival. */
  | "none";

/** Members that come or go at an instant. */
export interface Change {
  readonly atMs: number;
  /** How many crash (fraction below 1: that share of those alive). */
  readonly crash?: number;
  readonly join?: number;
}

/** Frames between two parts of the swarm are lost for a while. */
export interface Partition {
  readonly fromMs: number;
  readonly toMs: number;
  /** Share of the agents in the first part. */
  readonly share: number;
}

/** The whole of a simulation. */
export interface SimulationSpec {
  readonly seed: string;
  readonly agents: number;
  readonly goal: GoalRequest;
  readonly durationMs: number;
  readonly profile: ProfileName;
  /** Share of frames that are lost, 0..1. */
  readonly loss: number;
  /** Clocks run up to so many ppm fast or slow. */
  readonly driftPpm: number;
  /** Neighbours each listens to, at most. */
  readonly neighbours: number;
  readonly compensation: Compensation;
  readonly changes: readonly Change[];
  readonly partitions: readonly Partition[];
  readonly liars: { readonly share: number; readonly attack: AttackName } | undefined;
  /** From a crash to the membership version that lists it, ms. */
  readonly detectMs: number;
  /** From a membership version to an agent that knows it: uniform from 0, ms. */
  readonly registryMs: number;
  /** Every so often one ring of the overlay is drawn anew; 0: never, ms. */
  readonly rewireMs: number;
  /** Pause between two looks at the phases, ms. */
  readonly sampleMs: number;
  readonly energy: EnergyBudget | undefined;
  readonly book: StrategyBook | undefined;
}

const defaults = {
  seed: "entrain",
  profile: "dc",
  loss: 0.01,
  driftPpm: 100,
  neighbours: 16,
  compensation: "four-timestamps",
  changes: [],
  partitions: [],
  liars: undefined,
  detectMs: 2_000,
  registryMs: 20,
  rewireMs: 0,
  sampleMs: 10,
  energy: undefined,
  book: undefined,
} as const satisfies Partial<SimulationSpec>;

const limits = {
  agents: [1, 100_000],
  durationMs: [1, 86_400_000],
  loss: [0, 1],
  driftPpm: [0, 100_000],
  neighbours: [1, 256],
  detectMs: [0, 600_000],
  registryMs: [0, 60_000],
  rewireMs: [0, 86_400_000],
  sampleMs: [1, 60_000],
} as const;

/**
 * The whole spec from what was said.
 * @throws EntrainError `invalid-argument` that names the field.
 */
export function checkSpec(
  asked: Pick<SimulationSpec, "agents" | "goal" | "durationMs"> & Partial<SimulationSpec>,
): SimulationSpec {
  const spec: SimulationSpec = { ...defaults, ...asked };
  const names = spec.book === undefined ? {} : { strategies: spec.book.names() };
  const goal = checkGoal(spec.goal, { agents: spec.agents, ...names });
  for (const [field, [min, max]] of Object.entries(limits)) {
    const value = spec[field as keyof typeof limits];
    if (!(value >= min && value <= max)) throw EntrainError.invalid(field, value, `choose from ${min} to ${max}`);
  }
  if (!Number.isInteger(spec.agents)) throw EntrainError.invalid("agents", spec.agents, "choose a whole number");
  if (!Object.hasOwn(delayProfiles, spec.profile))
    throw EntrainError.invalid("profile", spec.profile, `choose one of ${Object.keys(delayProfiles).join(", ")}`);
  if (spec.liars !== undefined && !attackNames.includes(spec.liars.attack))
    throw EntrainError.invalid("attack", spec.liars.attack, `choose one of ${attackNames.join(", ")}`);
  if (spec.liars !== undefined && !(spec.liars.share >= 0 && spec.liars.share < 1))
    throw EntrainError.invalid("liars", spec.liars.share, "choose a share from 0 to below 1");
  return { ...spec, goal };
}
