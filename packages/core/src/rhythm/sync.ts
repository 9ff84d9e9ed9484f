/**
 * The trusted sync: how one agent comes into step and stays there.
 *
 * Intuition. Whoever joins takes over the time of the first neighbour that keeps one (the flooded lineage), at once and
 * whole: beat number and phase. From then on each update moves it a third of the way to the median of its neighbours,
 * each of them projected to this instant, so that message delay costs nothing. The commanded period runs on the local
 * monotonic clock; no integrator corrects it, for those run away.
 *
 * R1: only this machine sets its phase. R4: a beat's number comes from the lineage; no number fires twice, numbers that
 * were jumped over are reported; a joiner founds a lineage of its own only after it has been alone for `aloneForNs`.
 *
 * Effects of one step are to be carried out in their order: what fires, fires before anything is sent.
 */
import { compareIds } from "@entrain/kernel";
import { isNewerGoal, type GoalRecord } from "./goal.ts";
import { isOlderLineage, type Lineage } from "./lineage.ts";
import { updateIntervalNs } from "./message-budget.ts";
import { medianOf } from "./order-parameter.ts";
import { createOscillator, cycleAt, instantOf, shifted, withGoal, type Oscillator } from "./oscillator.ts";

/** How far towards the neighbours' median one update goes; 0.3 was the measured optimum. */
const couplingGain = 0.3;
/** Beyond this many cycles from the median an agent jumps instead of creeping. */
const jumpBeyondCycles = 0.1;
/** A neighbour that said nothing for this long no longer counts, ns. */
const neighbourSilenceNs = 3e9;
/** After a join, a new goal or a new neighbour, updates are frequent for this long, ns. */
const settleNs = 1e9;
/** A beat later than this share of a period is not fired any more but reported as skipped. */
const latestFiringCycles = 0.5;

/** What a neighbour's frame says, projected onto the local clock. */
export interface NeighbourSample {
  readonly agentId: string;
  /** The neighbour's cycle count at the local instant `atNs`. */
  readonly cycle: number;
  readonly atNs: number;
  readonly lineage: Lineage | undefined;
  readonly goal: GoalRecord;
}

/** One agent's whole rhythm. */
export interface SyncState {
  readonly agentId: string;
  readonly goal: GoalRecord;
  readonly oscillator: Oscillator;
  readonly lineage: Lineage | undefined;
  /** Whom this agent listens to. */
  readonly neighbourIds: ReadonlySet<string>;
  readonly samples: ReadonlyMap<string, NeighbourSample>;
  /** The last moment at which nobody could be alone: the start, or a neighbour with a lineage. */
  readonly aloneSinceNs: number;
  readonly aloneForNs: number;
  readonly settledFromNs: number;
  readonly updateDueNs: number;
  /** The highest beat that fired or was skipped. */
  readonly lastBeat: number;
}

/** What may happen to an agent. Every input carries the local monotonic instant of its arrival, ns. */
export type SyncInput =
  | { readonly kind: "sample"; readonly nowNs: number; readonly sample: NeighbourSample }
  | { readonly kind: "neighbours"; readonly nowNs: number; readonly agentIds: ReadonlySet<string> }
  | { readonly kind: "goal"; readonly nowNs: number; readonly goal: GoalRecord }
  | { readonly kind: "tick"; readonly nowNs: number; readonly unixMs: number };

/** What the world is to do about it. */
export type SyncEffect =
  | { readonly kind: "fire"; readonly goalVersion: number; readonly beat: number; readonly intendedNs: number }
  | { readonly kind: "skip"; readonly goalVersion: number; readonly fromBeat: number; readonly toBeat: number }
  | { readonly kind: "announce" }
  | { readonly kind: "adopted"; readonly lineage: Lineage; readonly movedCycles: number }
  | { readonly kind: "founded"; readonly lineage: Lineage }
  | { readonly kind: "goal"; readonly goal: GoalRecord };

/** A joiner: it guesses its cycle from the wall clock and the goal's anchor, and is silent until it has a lineage. */
export function createSyncState(options: {
  readonly agentId: string;
  readonly goal: GoalRecord;
  readonly nowNs: number;
  /** The guess: the anchor's cycle count at this instant. */
  readonly cycle: number;
  /** How long to listen before founding a lineage, ns (default 2 s). */
  readonly aloneForNs?: number;
}): SyncState {
  const { agentId, goal, nowNs, cycle } = options;
  return {
    agentId,
    goal,
    oscillator: createOscillator(nowNs, cycle, goal.periodNs),
    lineage: undefined,
    neighbourIds: new Set(),
    samples: new Map(),
    aloneSinceNs: nowNs,
    aloneForNs: options.aloneForNs ?? 2e9,
    settledFromNs: nowNs + settleNs,
    updateDueNs: nowNs,
    lastBeat: Math.floor(cycle),
  };
}

/** The next instant at which the machine wants a tick, ns: its next beat or its next update. */
export function nextTickNs(state: SyncState): number {
  if (state.lineage === undefined) return Math.min(state.updateDueNs, state.aloneSinceNs + state.aloneForNs);
  return Math.min(state.updateDueNs, nextBeatNs(state));
}

/** The instant of the next beat that may fire, ns. */
export function nextBeatNs(state: SyncState): number {
  return instantOf(state.oscillator, state.lastBeat + 1);
}

/** One input in, the next state and the effects out. */
export function stepSync(state: SyncState, input: SyncInput): { state: SyncState; effects: SyncEffect[] } {
  switch (input.kind) {
    case "tick":
      return onTick(state, input.nowNs, input.unixMs);
    case "sample":
      return onSample(state, input.nowNs, input.sample);
    case "goal":
      return onGoal(state, input.nowNs, input.goal);
    case "neighbours":
      return onNeighbours(state, input.nowNs, input.agentIds);
  }
}

function onNeighbours(state: SyncState, nowNs: number, agentIds: ReadonlySet<string>) {
  const newcomers = [...agentIds].some((id) => !state.neighbourIds.has(id));
  const samples = new Map([...state.samples].filter(([id]) => agentIds.has(id)));
  const next = { ...state, neighbourIds: agentIds, samples };
  return { state: newcomers ? unsettled(next, nowNs) : next, effects: [] };
}

function onGoal(state: SyncState, nowNs: number, goal: GoalRecord) {
  if (!isNewerGoal(goal, state.goal)) return { state, effects: [] };
  const oscillator = withGoal(state.oscillator, nowNs, goal);
  const effects: SyncEffect[] = [{ kind: "goal", goal }, { kind: "announce" }];
  return { state: unsettled({ ...state, goal, oscillator }, nowNs), effects };
}

function onSample(state: SyncState, nowNs: number, sample: NeighbourSample) {
  const { state: current, effects } = onGoal(state, nowNs, sample.goal);
  // A frame of an older goal is no measure of this one, and a stranger's frame is no neighbour's.
  if (sample.goal.goalVersion !== current.goal.goalVersion) return { state: current, effects };
  if (!current.neighbourIds.has(sample.agentId)) return { state: current, effects };
  const samples = new Map(current.samples).set(sample.agentId, sample);
  const heard = { ...current, samples };
  if (sample.lineage === undefined) return { state: heard, effects };
  const accompanied = { ...heard, aloneSinceNs: nowNs };
  if (!isOlderLineage(sample.lineage, current.lineage)) return { state: accompanied, effects };
  const movedCycles = projected(sample, accompanied, nowNs) - cycleAt(accompanied.oscillator, nowNs);
  const adopted = unsettled(
    { ...accompanied, lineage: sample.lineage, oscillator: shifted(accompanied.oscillator, nowNs, movedCycles) },
    nowNs,
  );
  effects.push({ kind: "adopted", lineage: sample.lineage, movedCycles }, { kind: "announce" });
  return { state: firstBeatAhead(adopted, state.lineage === undefined, nowNs), effects };
}

function onTick(state: SyncState, nowNs: number, unixMs: number) {
  const effects: SyncEffect[] = [];
  let current = state;
  if (current.lineage === undefined && nowNs >= current.aloneSinceNs + current.aloneForNs) {
    const lineage: Lineage = { epochUnixMs: Math.floor(unixMs), founderId: current.agentId };
    current = firstBeatAhead({ ...current, lineage }, true, nowNs);
    effects.push({ kind: "founded", lineage }, { kind: "announce" });
  }
  if (current.lineage !== undefined) current = fireDue(current, nowNs, effects);
  if (nowNs < current.updateDueNs) return { state: current, effects };
  current = coupled(current, nowNs);
  const interval = updateIntervalNs(current.goal.periodNs, nowNs >= current.settledFromNs);
  effects.push({ kind: "announce" });
  return { state: { ...current, updateDueNs: nowNs + interval }, effects };
}

/** Moves towards the median of the neighbours that keep the same lineage. */
function coupled(state: SyncState, nowNs: number): SyncState {
  const samples = new Map([...state.samples].filter(([, sample]) => nowNs - sample.atNs <= neighbourSilenceNs));
  const own = cycleAt(state.oscillator, nowNs);
  const errors = [...samples.values()]
    .filter((sample) => sample.lineage !== undefined && !isOtherLineage(sample.lineage, state.lineage))
    .map((sample) => projected(sample, state, nowNs) - own);
  const error = medianOf(errors);
  if (error === undefined || state.lineage === undefined) return { ...state, samples };
  const step = Math.abs(error) > jumpBeyondCycles ? error : couplingGain * error;
  return { ...state, samples, oscillator: shifted(state.oscillator, nowNs, step) };
}

/** Fires the beat that is due; of several that became due at once only the newest, and only if it is not too late. */
function fireDue(state: SyncState, nowNs: number, effects: SyncEffect[]): SyncState {
  const cycle = cycleAt(state.oscillator, nowNs);
  const beat = Math.floor(cycle);
  if (beat <= state.lastBeat) return state;
  const { goalVersion } = state.goal;
  const tooLate = cycle - beat > latestFiringCycles;
  const lastSkipped = tooLate ? beat : beat - 1;
  if (lastSkipped > state.lastBeat)
    effects.push({ kind: "skip", goalVersion, fromBeat: state.lastBeat + 1, toBeat: lastSkipped });
  if (!tooLate) effects.push({ kind: "fire", goalVersion, beat, intendedNs: instantOf(state.oscillator, beat) });
  return { ...state, lastBeat: beat };
}

/** A joiner's first beat is the next one: what passed before it had a lineage was not its to fire, nor is it skipped. */
function firstBeatAhead(state: SyncState, joins: boolean, nowNs: number): SyncState {
  return joins ? { ...state, lastBeat: Math.floor(cycleAt(state.oscillator, nowNs)) } : state;
}

/** The neighbour's cycle count at `nowNs`: from its sample on, it is taken to run at the goal that both follow. */
function projected(sample: NeighbourSample, state: SyncState, nowNs: number): number {
  const theirs: Oscillator = { ...state.oscillator, anchorNs: sample.atNs, anchorCycle: sample.cycle };
  return cycleAt(theirs, nowNs);
}

function isOtherLineage(a: Lineage, b: Lineage | undefined): boolean {
  return b === undefined || a.epochUnixMs !== b.epochUnixMs || compareIds(a.founderId, b.founderId) !== 0;
}

function unsettled(state: SyncState, nowNs: number): SyncState {
  const interval = updateIntervalNs(state.goal.periodNs, false);
  return {
    ...state,
    settledFromNs: nowNs + settleNs,
    updateDueNs: Math.min(state.updateDueNs, nowNs + interval),
  };
}
