/**
 * Goals by the purpose they serve, and swarms by their scale: names for people, each standing for a goal of the four
 * kinds with a documented target (docs/goals.md says the same, and a test compares them).
 */
import { EntrainError } from "@entrain/kernel";
import type { GoalRequest } from "./goal.ts";

/** What a named goal stands for. */
export interface NamedGoal {
  /** What it is good for, one line. */
  readonly purpose: string;
  readonly goal: GoalRequest;
  /** What is promised, in the words of R3. */
  readonly target: string;
  /** Sizes of swarm for which it makes sense. */
  readonly agents: { readonly min: number; readonly max: number };
}

const any = { min: 1, max: 5_000 } as const;

/** The named goals. */
export const namedGoals = {
  "minimise-api-calls": {
    purpose: "everyone calls upstream in the same instant, so that one batch serves all",
    goal: { kind: "sync", periodMs: 1_000, strategies: ["flooded-reference", "pulse-coupling", "frequency-lock"] },
    target: "R ≥ 0.99",
    agents: any,
  },
  "distribute-load": {
    purpose: "beats evenly over the period, so that nothing stampedes",
    goal: { kind: "spread", periodMs: 1_000, strategies: ["rank-slots", "desync-repair", "phase-nudge"] },
    target: "max-gap ratio ≤ 1.1",
    agents: { min: 2, max: 5_000 },
  },
  "reach-consensus": {
    purpose: "a majority beats together while the rest stays apart to object",
    goal: {
      kind: "coherence",
      coherence: 0.6,
      periodMs: 500,
      strategies: ["rank-slots", "frequency-lock", "pulse-coupling"],
    },
    target: "R = 0.6 ± 0.05",
    agents: { min: 3, max: 5_000 },
  },
  "minimise-latency": {
    purpose: "short periods, nearly together: no item waits long and no instant takes them all",
    goal: {
      kind: "coherence",
      coherence: 0.85,
      periodMs: 100,
      strategies: ["rank-slots", "frequency-lock", "pulse-coupling"],
    },
    target: "R = 0.85 ± 0.05",
    agents: { min: 2, max: 5_000 },
  },
  "save-energy": {
    purpose: "long periods and small steps, half in step",
    goal: { kind: "coherence", coherence: 0.5, periodMs: 5_000, strategies: ["energy-aware", "phase-nudge"] },
    target: "R = 0.5 ± 0.05",
    agents: { min: 2, max: 5_000 },
  },
  "maintain-rhythm": {
    purpose: "a steady common beat, held gently",
    goal: { kind: "sync", periodMs: 1_000, strategies: ["flooded-reference", "phase-nudge", "frequency-lock"] },
    target: "R ≥ 0.99",
    agents: any,
  },
  "recover-from-failure": {
    purpose: "loosely coupled while parts come back, so that retries do not coincide",
    goal: {
      kind: "coherence",
      coherence: 0.3,
      periodMs: 200,
      strategies: ["rank-slots", "adaptive", "energy-aware"],
    },
    target: "R = 0.3 ± 0.05",
    agents: { min: 3, max: 5_000 },
  },
  "adapt-to-traffic": {
    purpose: "mostly together, with the strategy chosen by how well it goes",
    goal: { kind: "coherence", coherence: 0.7, periodMs: 200, strategies: ["adaptive", "rank-slots"] },
    target: "R = 0.7 ± 0.05",
    agents: { min: 2, max: 5_000 },
  },
} as const satisfies Readonly<Record<string, NamedGoal>>;

/** The name of a named goal. */
export type NamedGoalName = keyof typeof namedGoals;

/** What a scale stands for. */
export interface Scale {
  readonly agents: number;
  /** Neighbours an agent listens to. */
  readonly neighbours: number;
  /** One process per agent up to 50, then many to a process. */
  readonly agentsPerProcess: number;
  /** Aim from the last join to R3's coherence and spread, T = 200 ms, ms. */
  readonly settleWithinMs: number;
}

/** The scales. */
export const scales = {
  tiny: { agents: 20, neighbours: 8, agentsPerProcess: 1, settleWithinMs: 500 },
  small: { agents: 50, neighbours: 8, agentsPerProcess: 1, settleWithinMs: 500 },
  medium: { agents: 200, neighbours: 16, agentsPerProcess: 25, settleWithinMs: 500 },
  large: { agents: 1_000, neighbours: 16, agentsPerProcess: 125, settleWithinMs: 500 },
  huge: { agents: 2_000, neighbours: 16, agentsPerProcess: 250, settleWithinMs: 500 },
} as const satisfies Readonly<Record<string, Scale>>;

/** The name of a scale. */
export type ScaleName = keyof typeof scales;

/**
 * The goal that a name stands for, with another period if one is given.
 * @throws EntrainError `invalid-argument` for an unknown name.
 */
export function goalByName(name: string, periodMs?: number): GoalRequest {
  const named = Object.entries(namedGoals).find(([known]) => known === name)?.[1];
  if (named === undefined)
    throw EntrainError.invalid("goal", name, `choose one of ${Object.keys(namedGoals).join(", ")}`);
  return { ...named.goal, ...(periodMs === undefined ? {} : { periodMs }) };
}
