/**
 * The rhythm's goal (R4): a persisted record, carried in every frame, that names what the swarm pursues and how its
 * beats are numbered. A beat's name is (goalVersion, n), the same n for all; a change takes effect at a beat far enough
 * ahead for everyone to know.
 */
import { EntrainError } from "@entrain/kernel";

/** What the phases of the swarm are to look like. */
export type GoalKind = "sync" | "spread" | "cluster" | "coherence";

/** A goal as it is persisted and flooded. */
export interface GoalRecord {
  /** 1, 2, 3 …: the highest known goal is in force. */
  readonly goalVersion: number;
  readonly kind: GoalKind;
  /** Commanded period, nanoseconds of each agent's own monotonic clock. */
  readonly periodNs: number;
  /** Wall-clock instant of beat `anchorBeat`, Unix ms: a first guess for those who know nothing better. */
  readonly anchorUnixMs: number;
  readonly anchorBeat: number;
  /** The first beat of this goal; before it the previous goal's period holds. */
  readonly effectiveBeat: number;
}

/** Shortest and longest period, ms: under 20 ms a timer's jitter is a tenth of the cycle. */
export const periodLimitsMs = { min: 20, max: 86_400_000 } as const;

/**
 * Refuses a goal that cannot be pursued.
 * @throws EntrainError `invalid-argument` that names the field and the nearest possible value.
 */
export function checkGoal(goal: { readonly kind: string; readonly periodMs: number }): void {
  if (goal.kind !== "sync") throw EntrainError.invalid("kind", goal.kind, "this release pursues the goal sync");
  const { min, max } = periodLimitsMs;
  if (!Number.isFinite(goal.periodMs) || goal.periodMs < min || goal.periodMs > max)
    throw EntrainError.invalid("periodMs", goal.periodMs, `choose a period from ${min} ms to ${max} ms (24 h)`);
}

/** The first goal of a swarm: beat 0 at the instant of its creation. */
export function initialGoal(kind: GoalKind, periodMs: number, unixMs: number): GoalRecord {
  return {
    goalVersion: 1,
    kind,
    periodNs: periodMs * 1e6,
    anchorUnixMs: unixMs,
    anchorBeat: 0,
    effectiveBeat: 0,
  };
}

/** True where `a` replaces `b`. */
export function isNewerGoal(a: GoalRecord, b: GoalRecord | undefined): boolean {
  return b === undefined || a.goalVersion > b.goalVersion;
}

/** Cycle count at a wall-clock instant by the goal's anchor: beat number plus the fraction of the cycle since. */
export function cycleAtUnixMs(goal: GoalRecord, unixMs: number): number {
  return goal.anchorBeat + ((unixMs - goal.anchorUnixMs) * 1e6) / goal.periodNs;
}
