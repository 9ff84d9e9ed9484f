/**
 * The rhythm of one agent: how it comes in, what it fires, what it passes on. Where it should be and how far it moves is
 * its strategy's to say (strategy.ts); names of beats, goals, lineages and skipped beats are kept here, so that no
 * strategy can break them.
 *
 * Intuition. Whoever joins takes over the time of the first neighbour that keeps one (the flooded lineage), and with it
 * the number of the beat. From then on its strategy moves it at each update, every neighbour projected to this instant,
 * so that message delay costs nothing. The commanded period runs on the local monotonic clock. Each agent beats by its
 * placement after the common reference, which makes spread, clusters and partial coherence a matter of places.
 *
 * Under an untrusted goal no lineage has authority: a newcomer comes in where most of its neighbours are.
 *
 * R1: only this machine sets its phase. R2: a move is paid for. R4: no number fires twice, numbers that were jumped over
 * are reported; a joiner founds a lineage of its own only after it has been alone for `aloneForNs`. R5: a beat has one
 * place, whenever plans change.
 *
 * Effects of one step are to be carried out in their order: what fires, fires before anything is sent.
 */
import { coupled, projected, toleranceCycles, type StrategySwitch } from "./coupling.ts";
import { pay } from "./energy.ts";
import { isNewerGoal, type GoalRecord } from "./goal.ts";
import { isOlderLineage, isSameLineage, type Lineage } from "./lineage.ts";
import { betweenBeats, settleAtMostNs, settleNs, updateIntervalNs } from "./message-budget.ts";
import { cycleAt, instantOf, lineThrough, withGoal } from "./oscillator.ts";
import { offsetOfBeat } from "./placements.ts";
import { beginPursuit } from "./pursuit.ts";
import { preferredStrategies } from "./built-in-strategies.ts";
import {
  activeStrategy,
  beatBy,
  beginsBy,
  inForceAt,
  isUpdateNear,
  nextBeatNs,
  placedFrom,
  rebased,
  type NeighbourSample,
  type RhythmState,
} from "./rhythm-state.ts";
import type { SlotPlan } from "./slot-plan.ts";

/** A beat later than this share of a period is not fired any more but reported as skipped. */
const latestFiringCycles = 0.5;

/** What may happen to an agent. Every input carries the local monotonic instant of its arrival, ns. */
export type RhythmInput =
  | { readonly kind: "sample"; readonly nowNs: number; readonly sample: NeighbourSample }
  | { readonly kind: "neighbours"; readonly nowNs: number; readonly agentIds: ReadonlySet<string> }
  | { readonly kind: "goal"; readonly nowNs: number; readonly goal: GoalRecord }
  | { readonly kind: "plan"; readonly nowNs: number; readonly plan: SlotPlan }
  | { readonly kind: "registry"; readonly nowNs: number; readonly away: boolean }
  | {
      readonly kind: "tick";
      readonly nowNs: number;
      readonly unixMs: number;
      /** Others of the process speak at this instant: whoever is to speak soon does so, too (default false). */
      readonly early?: boolean;
    };

type Tick = Extract<RhythmInput, { kind: "tick" }>;

/** What the world is to do about it. */
export type RhythmEffect =
  | {
      readonly kind: "fire";
      readonly goalVersion: number;
      readonly beat: number;
      readonly intendedNs: number;
      /** How much later than the reference this beat was meant to fall, ns: its slot. */
      readonly offsetNs: number;
    }
  | { readonly kind: "skip"; readonly goalVersion: number; readonly fromBeat: number; readonly toBeat: number }
  | { readonly kind: "announce" }
  | { readonly kind: "adopted"; readonly lineage: Lineage; readonly movedCycles: number }
  | { readonly kind: "founded"; readonly lineage: Lineage }
  | { readonly kind: "goal"; readonly goal: GoalRecord }
  | ({ readonly kind: "strategy" } & StrategySwitch);

/** A state and what follows from it. */
export interface RhythmStep {
  readonly state: RhythmState;
  readonly effects: RhythmEffect[];
}

/** One input in, the next state and the effects out. */
export function stepRhythm(state: RhythmState, input: RhythmInput): RhythmStep {
  switch (input.kind) {
    case "tick":
      return onTick(state, input);
    case "sample":
      return onSample(state, input.nowNs, input.sample);
    case "goal":
      return onGoal(state, input.nowNs, input.goal);
    case "neighbours":
      return onNeighbours(state, input.nowNs, input.agentIds);
    case "plan":
      return onPlan(state, input.nowNs, input.plan);
    case "registry":
      return { state: { ...state, registryAway: input.away }, effects: [] };
  }
}

function onNeighbours(state: RhythmState, nowNs: number, agentIds: ReadonlySet<string>): RhythmStep {
  const newcomers = [...agentIds].some((id) => !state.neighbourIds.has(id));
  const samples = state.samples.filter(({ agentId }) => agentIds.has(agentId));
  const next = { ...state, neighbourIds: agentIds, samples };
  return { state: newcomers ? unsettled(next, nowNs) : next, effects: [] };
}

function onGoal(state: RhythmState, nowNs: number, goal: GoalRecord): RhythmStep {
  if (!isNewerGoal(goal, state.goal)) return { state, effects: [] };
  if (goal.before !== undefined && isNewerGoal(goal.before, state.goal)) {
    const first = onGoal(state, nowNs, goal.before);
    const then = onGoal(first.state, nowNs, goal);
    return { state: then.state, effects: [...first.effects, ...then.effects] };
  }
  const oscillator = withGoal(state.oscillator, nowNs, goal);
  const strategies = preferredStrategies(goal, state.book);
  const before = activeStrategy(state).name;
  const to = strategies[0]?.name ?? before;
  const shapes = [...state.shapes, { fromBeat: Math.max(goal.effectiveBeat, beatAhead(state, nowNs)), what: goal }];
  const changed = { ...state, goal, oscillator, shapes, strategies, ownOffset: undefined, memory: [] };
  const effects: RhythmEffect[] = [{ kind: "goal", goal }, { kind: "announce" }];
  if (to !== before) effects.push({ kind: "strategy", from: before, to, cause: "goal" });
  const placed = placedFrom({ ...changed, pursuit: beginPursuit(nowNs) }, shapes.at(-1)?.fromBeat ?? 0);
  return { state: unsettled(placed, nowNs), effects };
}

/** Takes a plan in; one of an older membership changes nothing, and a beat under way keeps its place. */
function onPlan(state: RhythmState, nowNs: number, plan: SlotPlan): RhythmStep {
  const known = state.plans.at(-1)?.what.membershipVersion ?? -Infinity;
  if (plan.membershipVersion <= known) return { state, effects: [] };
  const fromBeat = Math.max(beginsBy(state.oscillator, nowNs, plan), beatAhead(state, nowNs));
  const plans = [...state.plans.filter((entry) => entry.fromBeat < fromBeat), { fromBeat, what: plan }];
  return { state: placedFrom({ ...state, plans }, fromBeat), effects: [] };
}

/** The first beat that is not yet under way, for whatever place it has. */
function beatAhead(state: RhythmState, nowNs: number): number {
  return Math.floor(cycleAt(state.oscillator, nowNs)) + 1;
}

function onSample(before: RhythmState, nowNs: number, sample: NeighbourSample): RhythmStep {
  const { state, effects } = onGoal(before, nowNs, sample.goal);
  // A frame of an older goal is no measure of this one, and a stranger's frame is no neighbour's.
  if (sample.goal.goalVersion !== state.goal.goalVersion) return { state, effects };
  if (!state.neighbourIds.has(sample.agentId)) return { state, effects };
  const heard = { ...state, samples: withSample(state.samples, sample) };
  if (state.goal.trust === "untrusted" || sample.lineage === undefined) return { state: heard, effects };
  const accompanied = { ...heard, aloneSinceNs: nowNs };
  if (!isOlderLineage(sample.lineage, state.lineage)) return { state: accompanied, effects };
  const adopted = adopt(accompanied, nowNs, sample, sample.lineage);
  effects.push({ kind: "adopted", lineage: sample.lineage, movedCycles: adopted.movedCycles }, { kind: "announce" });
  return { state: firstBeatAhead(adopted.state, !before.hasFired, nowNs), effects };
}

/** A copy of a short list: a map of it would cost twenty times as much, and each sample makes one. */
function withSample(samples: readonly NeighbourSample[], sample: NeighbourSample): readonly NeighbourSample[] {
  const heard = samples.slice();
  const at = samples.findIndex(({ agentId }) => agentId === sample.agentId);
  heard[at < 0 ? heard.length : at] = sample;
  return heard;
}

/** Takes over an older lineage's count: whole, or only its number where the strategy comes into phase by itself. */
function adopt(state: RhythmState, nowNs: number, sample: NeighbourSample, lineage: Lineage) {
  const errorCycles = projected(sample, state, nowNs) - cycleAt(state.oscillator, nowNs);
  const { entry, price } = activeStrategy(state);
  const whole = Math.round(errorCycles);
  const free = { perUpdate: 0, perRad: price.perRad };
  const paid = pay(state.energy, nowNs, free, entry === "adopt" ? errorCycles - whole : 0);
  const movedCycles = whole + paid.moveCycles;
  // Not a shift: where the count goes back to before a goal's first beat, the slope before it holds again.
  const oscillator = lineThrough(state.oscillator, nowNs, cycleAt(state.oscillator, nowNs) + movedCycles);
  return {
    movedCycles,
    state: unsettled(rebased({ ...state, lineage, oscillator, energy: paid.energy }, nowNs), nowNs),
  };
}

function onTick(state: RhythmState, { nowNs, unixMs, early = false }: Tick): RhythmStep {
  const effects: RhythmEffect[] = [];
  const joins = state.lineage === undefined && state.goal.trust === "untrusted" && mayJoin(state, nowNs);
  let current = joins ? state : founded(state, nowNs, unixMs, effects);
  if (current.lineage !== undefined) current = fireDue(current, nowNs, effects);
  if (!joins && !(early ? isUpdateNear(current, nowNs) : nowNs >= current.updateDueNs))
    return { state: current, effects };
  const update = coupled(current, nowNs, unixMs, joins);
  current = joins ? joined(update.state, nowNs, unixMs, update.movedCycles, effects) : update.state;
  if (update.switched !== undefined) effects.push({ kind: "strategy", ...update.switched });
  current = stillNew(current, nowNs, update.distanceCycles);
  const interval = updateIntervalNs(current.goal.periodNs, nowNs >= current.settledFromNs, current.crowd);
  effects.push({ kind: "announce" });
  const updateDueNs = betweenBeats(nowNs + interval, nextBeatNs(current), current.goal.periodNs, current.share);
  return { state: { ...current, updateDueNs }, effects };
}

/** Founds a lineage if nobody else kept one for long enough. */
function founded(state: RhythmState, nowNs: number, unixMs: number, effects: RhythmEffect[]): RhythmState {
  if (state.lineage !== undefined || nowNs < state.aloneSinceNs + state.aloneForNs) return state;
  const lineage: Lineage = { epochUnixMs: Math.floor(unixMs), founderId: state.agentId };
  effects.push({ kind: "founded", lineage }, { kind: "announce" });
  return firstBeatAhead(rebased({ ...state, lineage }, nowNs), true, nowNs);
}

/** Under an untrusted goal: most neighbours were heard, or those that can be heard have had their time. */
function mayJoin(state: RhythmState, nowNs: number): boolean {
  const heard = state.samples.length;
  return heard > 0 && (2 * heard > state.neighbourIds.size || nowNs >= state.aloneSinceNs + state.aloneForNs);
}

/** In step with most neighbours; the lineage is the label that most of them carry, else a new one. */
function joined(state: RhythmState, nowNs: number, unixMs: number, movedCycles: number, effects: RhythmEffect[]) {
  const lineage = majorityLineage(state.samples);
  effects.push(
    lineage === undefined
      ? { kind: "founded", lineage: { epochUnixMs: Math.floor(unixMs), founderId: state.agentId } }
      : { kind: "adopted", lineage, movedCycles },
  );
  const label = lineage ?? { epochUnixMs: Math.floor(unixMs), founderId: state.agentId };
  return firstBeatAhead(rebased({ ...state, lineage: label }, nowNs), true, nowNs);
}

function majorityLineage(samples: readonly NeighbourSample[]): Lineage | undefined {
  return samples
    .flatMap(({ lineage }) => lineage ?? [])
    .find((lineage) => 2 * samples.filter((other) => isSameLineage(lineage, other.lineage)).length > samples.length);
}

/**
 * Fires the beats that are due and not too late, and reports the others. Two may be due together where a place moved from
 * the end of one cycle to the start of the next; lateness falls with the number, so those too late come first.
 */
function fireDue(state: RhythmState, nowNs: number, effects: RhythmEffect[]): RhythmState {
  const cycle = cycleAt(state.oscillator, nowNs);
  const last = beatBy(state, cycle);
  if (last <= state.lastBeat) return state;
  const isTooLate = (beat: number): boolean => cycle - dueCycle(state, beat) > latestFiringCycles;
  let first = Math.max(state.lastBeat + 1, last - 2);
  while (first <= last && isTooLate(first)) first++;
  if (first > state.lastBeat + 1)
    effects.push({
      kind: "skip",
      goalVersion: versionAt(state, first - 1),
      fromBeat: state.lastBeat + 1,
      toBeat: first - 1,
    });
  for (let beat = first; beat <= last; beat++) {
    const intendedNs = instantOf(state.oscillator, dueCycle(state, beat));
    const offsetNs = intendedNs - instantOf(state.oscillator, beat);
    effects.push({ kind: "fire", goalVersion: versionAt(state, beat), beat, intendedNs, offsetNs });
  }
  return { ...state, lastBeat: last, hasFired: state.hasFired || first <= last };
}

/** The goal in whose name a beat falls: an announced one gives no beat its name before it takes effect (R4). */
function versionAt(state: RhythmState, beat: number): number {
  return inForceAt(state.shapes, beat)?.goalVersion ?? state.goal.goalVersion;
}

/** The reference count at which a beat falls. */
function dueCycle(state: RhythmState, beat: number): number {
  return beat + offsetOfBeat(state.placements, beat);
}

/** A joiner's first beat is the next one: what passed before it had a lineage was not its to fire, nor is it skipped. */
function firstBeatAhead(state: RhythmState, joins: boolean, nowNs: number): RhythmState {
  return joins ? { ...state, lastBeat: Math.floor(cycleAt(state.oscillator, nowNs)) } : state;
}

/** Out of step is as good a reason for frequent updates as news, for a while. */
function stillNew(state: RhythmState, nowNs: number, distanceCycles: number | undefined): RhythmState {
  const isOut = (distanceCycles ?? 0) > toleranceCycles(state.goal.periodNs);
  if (!isOut || nowNs >= state.renewedNs + settleAtMostNs) return state;
  return { ...state, settledFromNs: Math.max(state.settledFromNs, nowNs + settleNs) };
}

function unsettled(state: RhythmState, nowNs: number): RhythmState {
  const interval = updateIntervalNs(state.goal.periodNs, false, state.crowd);
  return {
    ...state,
    renewedNs: nowNs,
    settledFromNs: nowNs + settleNs,
    updateDueNs: Math.min(state.updateDueNs, nowNs + interval),
  };
}
