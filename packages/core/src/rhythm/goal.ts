/**
 * The rhythm's goal (R4): a persisted record, carried in every frame, that names what the swarm pursues and how its
 * beats are numbered. A beat's name is (goalVersion, n), the same n for all; a change takes effect at a beat far enough
 * ahead for everyone to know. What can be asked for at all is judged in goal-check.ts.
 */

/** What the phases of the swarm are to look like. */
export type GoalKind = "sync" | "spread" | "cluster" | "coherence";

/** Whether neighbours' phases are believed; the defence against liars holds where they are not. */
export type Trust = "trusted" | "untrusted";

/** What a caller asks for. */
export interface GoalRequest {
  readonly kind: GoalKind;
  /** Commanded period, ms. */
  readonly periodMs: number;
  /** `cluster` only: how many groups (default 2). */
  readonly groups?: number;
  /** `coherence` only: the order parameter R* to hold, 0..1 (default 0.5). */
  readonly coherence?: number;
  /** Default `trusted`. */
  readonly trust?: Trust;
  /** Names of strategies, best first; without them the defaults of kind and trust (strategy-preference.ts). */
  readonly strategies?: readonly string[];
}

/** A goal as it is persisted and flooded. */
export interface GoalRecord extends Omit<GoalRequest, "periodMs"> {
  /** 1, 2, 3 …: the highest known goal is in force. */
  readonly goalVersion: number;
  /** Commanded period, nanoseconds of each agent's own monotonic clock. */
  readonly periodNs: number;
  /** Wall-clock instant of beat `anchorBeat`, Unix ms: a first guess for those who know nothing better. */
  readonly anchorUnixMs: number;
  readonly anchorBeat: number;
  /** The first beat of this goal; before it the previous goal's period and shape hold. */
  readonly effectiveBeat: number;
  /** The goal that holds until then, for those who join in between; without the one before it. */
  readonly before?: GoalRecord;
}

/** How far ahead a change is announced, ms: a flood through 5,000 agents over a wide-area network took 170. */
const noticeMs = 1_000;

/** What a cluster and a coherence are where nothing more is said. */
export const defaultShape = { groups: 2, coherence: 0.5 } as const;

/** The first goal of a swarm: beat 0 at the instant of its creation. */
export function initialGoal(kind: GoalKind, periodMs: number, unixMs: number): GoalRecord {
  return firstGoal({ kind, periodMs }, unixMs);
}

/** The first goal of a swarm from a whole request. */
export function firstGoal(request: GoalRequest, unixMs: number): GoalRecord {
  return {
    goalVersion: 1,
    ...shapeOf(request),
    periodNs: request.periodMs * 1e6,
    anchorUnixMs: unixMs,
    anchorBeat: 0,
    effectiveBeat: 0,
  };
}

/**
 * The goal that follows `current`: it takes effect at the first beat that is at least a second and two periods away
 * from `cycle`, the swarm's count at `unixMs`. Where `current` itself is still ahead, the new one takes its place at the
 * same beat if everyone can know in time, and otherwise follows on it.
 */
export function nextGoal(current: GoalRecord, request: GoalRequest, at: { unixMs: number; cycle: number }): GoalRecord {
  const begins = firstBeatAfter(current, at);
  const { before: past, ...present } = current;
  const before = begins.effectiveBeat > current.effectiveBeat ? present : past;
  return {
    goalVersion: current.goalVersion + 1,
    ...shapeOf(request),
    periodNs: request.periodMs * 1e6,
    ...begins,
    ...(before === undefined ? {} : { before }),
  };
}

/** Where the count of `current` comes to a beat that is far enough away. */
function firstBeatAfter(current: GoalRecord, { unixMs, cycle }: { unixMs: number; cycle: number }) {
  const noticeBeats = Math.max(2, Math.ceil((noticeMs * 1e6) / current.periodNs));
  const isAhead = cycle < current.effectiveBeat;
  const isInTime = isAhead && current.anchorUnixMs - unixMs >= noticeMs && current.effectiveBeat - cycle >= 2;
  const from = isAhead ? current.effectiveBeat : Math.ceil(cycle);
  const beat = isInTime ? from : from + noticeBeats;
  const known = isAhead ? { unixMs: current.anchorUnixMs, cycle: current.anchorBeat } : { unixMs, cycle };
  const anchorUnixMs = known.unixMs + ((beat - known.cycle) * current.periodNs) / 1e6;
  return { anchorUnixMs, anchorBeat: beat, effectiveBeat: beat };
}

/** True where `a` replaces `b`. */
export function isNewerGoal(a: GoalRecord, b: GoalRecord | undefined): boolean {
  return b === undefined || a.goalVersion > b.goalVersion;
}

/** Cycle count at a wall-clock instant by the goal's anchor: beat number plus the fraction of the cycle since, or until. */
export function cycleAtUnixMs(goal: GoalRecord, unixMs: number): number {
  const sinceNs = (unixMs - goal.anchorUnixMs) * 1e6;
  const { periodNs } = sinceNs < 0 ? (goal.before ?? goal) : goal;
  return goal.anchorBeat + sinceNs / periodNs;
}

function shapeOf(request: GoalRequest): Omit<GoalRequest, "periodMs"> {
  const { periodMs: _, ...shape } = request;
  const { kind, groups = defaultShape.groups, coherence = defaultShape.coherence } = shape;
  if (kind === "cluster") return { ...shape, groups };
  return kind === "coherence" ? { ...shape, coherence } : shape;
}
