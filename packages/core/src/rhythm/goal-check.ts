/**
 * Which goals can be pursued. An impossible one is refused with the field, the reason and the nearest goal that is
 * possible, as data, so that a caller can offer it.
 */
import { EntrainError } from "@entrain/kernel";
import { defaultShape, type GoalKind, type GoalRequest, type Trust } from "./goal.ts";

/** Shortest and longest period, ms: under 20 ms a timer's jitter is a tenth of the cycle. */
export const periodLimitsMs = { min: 20, max: 86_400_000 } as const;

/** How near to R* a coherence counts as held (R3). */
export const coherenceTolerance = 0.05;

/** Strategies that one goal may name. */
const strategiesMax = 16;

/** What is known of the swarm when a goal is judged. */
export interface GoalSwarm {
  /** Members alive; undefined where nobody knows yet, as at start. */
  readonly agents?: number;
  /** Names that exist; undefined: any name passes. */
  readonly strategies?: ReadonlySet<string>;
  /** Names that the asker may give in place of a kind; undefined: none. */
  readonly namedGoals?: readonly string[];
}

/** A goal as it comes from outside: nothing about it is certain yet. */
export interface UncheckedGoal {
  readonly kind: string;
  readonly periodMs: number;
  readonly groups?: number | undefined;
  readonly coherence?: number | undefined;
  readonly trust?: string | undefined;
  readonly strategies?: readonly string[] | undefined;
}

/** Why a goal is impossible, and the nearest one that is not. */
export interface GoalRefusal {
  readonly possible: false;
  readonly field: string;
  readonly value: unknown;
  readonly reason: string;
  readonly nearest: GoalRequest;
}

/** The verdict on a goal. */
export type GoalVerdict = { readonly possible: true; readonly goal: GoalRequest } | GoalRefusal;

type Fault = Pick<GoalRefusal, "field" | "value" | "reason">;

/** Judges a goal for a swarm and fills in what it leaves out; the first fault found is the reason given, and `nearest` repairs all of them. */
export function judgeGoal(asked: UncheckedGoal, swarm: GoalSwarm = {}): GoalVerdict {
  const faults: Fault[] = [];
  const refuse = (field: string, value: unknown, reason: string): void => {
    faults.push({ field, value, reason });
  };
  const kind = possibleKind(asked, swarm, refuse);
  const periodMs = possiblePeriod(asked.periodMs, refuse);
  const trust = possibleTrust(asked.trust, refuse);
  const strategies = possibleStrategies(asked.strategies, swarm, refuse);
  const goal: GoalRequest = {
    kind,
    periodMs,
    ...possibleShape(asked, kind, swarm, refuse),
    ...(trust === undefined ? {} : { trust }),
    ...(strategies === undefined ? {} : { strategies }),
  };
  const [fault] = faults;
  return fault === undefined ? { possible: true, goal } : { possible: false, ...fault, nearest: goal };
}

/**
 * Refuses a goal that cannot be pursued.
 * @returns the goal, its fields certain.
 * @throws EntrainError `invalid-argument` that names the field and the reason; `nearest` is the nearest possible goal.
 */
export function checkGoal(asked: UncheckedGoal, swarm: GoalSwarm = {}): GoalRequest {
  const verdict = judgeGoal(asked, swarm);
  if (verdict.possible) return verdict.goal;
  const { field, value, reason, nearest } = verdict;
  throw EntrainError.invalid(field, value, reason, { nearest });
}

type Refuse = (field: string, value: unknown, reason: string) => void;

const goalKinds: readonly GoalKind[] = ["sync", "spread", "cluster", "coherence"];

function possibleKind({ kind }: UncheckedGoal, { agents, namedGoals = [] }: GoalSwarm, refuse: Refuse): GoalKind {
  const known = goalKinds.find((name) => name === kind);
  if (known === undefined) refuse("kind", kind, `choose one of ${[...goalKinds, ...namedGoals].join(", ")}`);
  if (known !== "spread" || agents === undefined || agents >= 2) return known ?? "sync";
  refuse("kind", kind, `a spread needs at least 2 agents, and ${agents} is alive: a lone agent has nobody to avoid`);
  return "sync";
}

function possiblePeriod(periodMs: number, refuse: Refuse): number {
  const { min, max } = periodLimitsMs;
  if (periodMs >= min && periodMs <= max) return periodMs;
  const why = periodMs < min ? ": a timer's jitter is a tenth of anything shorter" : "";
  refuse("periodMs", periodMs, `choose a period from ${min} ms to ${max} ms (24 h)${why}`);
  if (Number.isNaN(periodMs)) return 1_000;
  return Math.min(Math.max(periodMs, min), max);
}

function possibleTrust(trust: string | undefined, refuse: Refuse): Trust | undefined {
  if (trust === undefined || trust === "trusted" || trust === "untrusted") return trust;
  refuse("trust", trust, "choose trusted or untrusted");
  return "untrusted";
}

function possibleShape(asked: UncheckedGoal, kind: GoalKind, swarm: GoalSwarm, refuse: Refuse) {
  const { groups, coherence } = asked;
  if (groups !== undefined && kind !== "cluster") refuse("groups", groups, "only a cluster has groups: leave it out");
  if (coherence !== undefined && kind !== "coherence")
    refuse("coherence", coherence, "only the goal coherence holds one: leave it out");
  if (kind === "cluster") return { groups: possibleGroups(groups, swarm, refuse) };
  if (kind === "coherence") return { coherence: possibleCoherence(coherence, swarm, refuse) };
  return {};
}

function possibleGroups(groups: number | undefined, { agents }: GoalSwarm, refuse: Refuse): number {
  const most = agents ?? Number.MAX_SAFE_INTEGER;
  if (groups === undefined) return Math.min(defaultShape.groups, most);
  if (Number.isInteger(groups) && groups >= 1 && groups <= most) return groups;
  const limit =
    agents === undefined ? "a whole number from 1 on" : `a whole number from 1 to ${agents}, one agent each`;
  refuse("groups", groups, `choose ${limit}`);
  return Number.isNaN(groups) ? 1 : Math.min(Math.max(Math.round(groups), 1), most);
}

function possibleCoherence(coherence: number | undefined, { agents }: GoalSwarm, refuse: Refuse): number {
  if (coherence === undefined) return agents === 1 ? 1 : defaultShape.coherence;
  if (!(coherence >= 0 && coherence <= 1)) {
    refuse("coherence", coherence, "an order parameter lies in 0..1");
    return agents === 1 || Number.isNaN(coherence) ? 1 : Math.min(Math.max(coherence, 0), 1);
  }
  if (agents === 1 && coherence < 1 - coherenceTolerance) {
    refuse("coherence", coherence, "the coherence of one agent is always 1");
    return 1;
  }
  return coherence;
}

function possibleStrategies(names: readonly string[] | undefined, swarm: GoalSwarm, refuse: Refuse) {
  if (names === undefined) return undefined;
  const known = names.filter((name) => swarm.strategies?.has(name) ?? true).slice(0, strategiesMax);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const exist = swarm.strategies === undefined ? "" : `; there are ${[...swarm.strategies].join(", ")}`;
    refuse("strategies", unknown, `name at most ${strategiesMax} registered strategies${exist}`);
  }
  if (names.length === 0) refuse("strategies", names, "name at least one strategy, or leave it out");
  return known.length === 0 ? undefined : known;
}
