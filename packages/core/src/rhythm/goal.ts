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
  /**
   * The count from which on its period holds, where that is before its first beat: what follows an hourly beat does not wait
   * for the next hour, the rest of the cycle under way passes at the new pace (default: `effectiveBeat`).
   */
  readonly periodFromCycle?: number;
  /** The goal that holds until then, for those who join in between; without the one before it. */
  readonly before?: GoalRecord;
}

/** How far ahead a change is announced, ms: a flood through 5,000 agents over a wide-area network took 170. */
const noticeMs = 1_000;
/** A whole beat is waited for no longer than this, ms; where it would take longer, the period changes within a cycle. */
const waitMaxMs = 15_000;
/** How far ahead a change of the period within a cycle is announced, ms. */
const withinCycleMs = 2_000;

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

/** A count and the wall-clock instant (Unix ms) at which the swarm has it. */
interface CountAt {
  readonly unixMs: number;
  readonly cycle: number;
}

/** Where a goal begins. */
type Beginning = Pick<GoalRecord, "anchorUnixMs" | "anchorBeat" | "effectiveBeat" | "periodFromCycle">;

/**
 * The goal that follows `current`: it takes effect at the first beat that is at least a second and two periods away
 * from `cycle`, the swarm's count at `unixMs`. Where `current` itself is still ahead, the new one takes its place at the
 * same beat if everyone can know in time, and otherwise follows on it. Where that beat is more than fifteen seconds away, the
 * new period holds from two seconds on, in the midst of a cycle, and the new shape from the beat that ends it.
 */
export function nextGoal(current: GoalRecord, request: GoalRequest, at: CountAt): GoalRecord {
  const { before: past, ...present } = current;
  const common = {
    goalVersion: current.goalVersion + 1,
    ...shapeOf(request),
    periodNs: request.periodMs * 1e6,
  };
  const begins = firstBeatAfter(current, at);
  const isSplit = current.periodFromCycle !== undefined && at.cycle < current.effectiveBeat;
  if (isSplit && past !== undefined && hasNotice(current, at))
    return { ...common, ...inPlaceOf(current, common.periodNs), before: past };
  if (isSplit || begins.anchorUnixMs - at.unixMs > waitMaxMs)
    return { ...common, ...withinCycle(current, common.periodNs, at), before: present };
  const before = begins.effectiveBeat > current.effectiveBeat ? present : past;
  return { ...common, ...begins, ...(before === undefined ? {} : { before }) };
}

/** The period of `current` begins so late that everyone can hear of another one in its place. */
function hasNotice(current: GoalRecord, { unixMs, cycle }: CountAt): boolean {
  const start = periodFromCycleOf(current);
  return cycle < start && unixMsAtCycle(current, start) - unixMs >= noticeMs;
}

/** From the count on from which the period of `current` was to hold. */
function inPlaceOf(current: GoalRecord, periodNs: number): Beginning {
  const periodFromCycle = periodFromCycleOf(current);
  const beat = Math.ceil(periodFromCycle);
  const anchorUnixMs = unixMsAtCycle(current, periodFromCycle) + ((beat - periodFromCycle) * periodNs) / 1e6;
  return { anchorUnixMs, anchorBeat: beat, effectiveBeat: beat, periodFromCycle };
}

/** Two seconds on, or after the period of `current` has begun: the count then, and the first whole beat after it. */
function withinCycle(current: GoalRecord, periodNs: number, at: CountAt): Beginning {
  const start = periodFromCycleOf(current);
  const from = at.cycle < start ? { cycle: start, unixMs: unixMsAtCycle(current, start) } : at;
  const periodFromCycle = from.cycle + (withinCycleMs * 1e6) / current.periodNs;
  const beat = Math.ceil(periodFromCycle);
  const anchorUnixMs = from.unixMs + withinCycleMs + ((beat - periodFromCycle) * periodNs) / 1e6;
  return { anchorUnixMs, anchorBeat: beat, effectiveBeat: beat, periodFromCycle };
}

/** Where the count of `current` comes to a beat that is far enough away. */
function firstBeatAfter(current: GoalRecord, { unixMs, cycle }: CountAt): Beginning {
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

/** The count from which on a goal's period holds. */
export function periodFromCycleOf({ periodFromCycle, effectiveBeat }: GoalRecord): number {
  return periodFromCycle ?? effectiveBeat;
}

/** Cycle count at a wall-clock instant by the goal's anchor: beat number plus the fraction of the cycle since, or until. */
export function cycleAtUnixMs(goal: GoalRecord, unixMs: number): number {
  const cycle = goal.anchorBeat + ((unixMs - goal.anchorUnixMs) * 1e6) / goal.periodNs;
  const from = periodFromCycleOf(goal);
  if (goal.before === undefined || cycle >= from) return cycle;
  return from + ((cycle - from) * goal.periodNs) / goal.before.periodNs;
}

/** The wall-clock instant (Unix ms) of a count under the goal's own period, by its anchor. */
function unixMsAtCycle({ anchorUnixMs, anchorBeat, periodNs }: GoalRecord, cycle: number): number {
  return anchorUnixMs + ((cycle - anchorBeat) * periodNs) / 1e6;
}

function shapeOf(request: GoalRequest): Omit<GoalRequest, "periodMs"> {
  const { periodMs: _, ...shape } = request;
  const { kind, groups = defaultShape.groups, coherence = defaultShape.coherence } = shape;
  if (kind === "cluster") return { ...shape, groups };
  return kind === "coherence" ? { ...shape, coherence } : shape;
}
