/** One agent's rhythm as data: what it pursues, where it stands, whom it hears. Stepped by rhythm-machine.ts. */
import { hash32 } from "@entrain/kernel";
import { preferredStrategies, strategyBookWith } from "./built-in-strategies.ts";
import { defaultEnergy, fullEnergy, type Energy, type EnergyBudget } from "./energy.ts";
import { shapeOffset, type Shape } from "./goal-shape.ts";
import { periodFromCycleOf, type GoalRecord } from "./goal.ts";
import type { Lineage } from "./lineage.ts";
import { settleNs, updateIntervalNs } from "./message-budget.ts";
import { cycleAt, instantOf, lineThrough, type Oscillator, type Slopes } from "./oscillator.ts";
import { lastBeatBy, offsetOfBeat, placedAt, replaced, type Placement } from "./placements.ts";
import { beginPursuit, type Pursuit } from "./pursuit.ts";
import type { SlotPlan } from "./slot-plan.ts";
import type { Strategy, StrategyBook } from "./strategy.ts";
import { checkTemperament, type Temperament } from "./temperament.ts";

/** What a neighbour's frame says, projected onto the local clock. */
export interface NeighbourSample {
  readonly agentId: string;
  /** Whose certificate vouches for it; the agent itself where nothing else is known. */
  readonly voterId?: string;
  /** The neighbour's own beat count at the local instant `atNs`. */
  readonly cycle: number;
  /** By how much its beat follows the reference, cycles (default 0). */
  readonly offsetCycles?: number;
  readonly atNs: number;
  readonly lineage: Lineage | undefined;
  readonly goal: GoalRecord;
  /** Weight with those who trust it (default 1). */
  readonly influence?: number;
}

/** Something that holds from a beat on. */
export interface InForce<T> {
  readonly fromBeat: number;
  readonly what: T;
}

/** One agent's whole rhythm. */
export interface RhythmState {
  readonly agentId: string;
  readonly goal: GoalRecord;
  /** The goals whose shapes still matter: the one of the next beat and those after it. */
  readonly shapes: readonly InForce<GoalRecord>[];
  readonly plans: readonly InForce<SlotPlan>[];
  readonly placements: readonly Placement[];
  /** The place that the strategy chose itself. */
  readonly ownOffset: number | undefined;
  /** The reference count: the own beat follows it by the placement. */
  readonly oscillator: Oscillator;
  readonly lineage: Lineage | undefined;
  /** Whom this agent listens to. */
  readonly neighbourIds: ReadonlySet<string>;
  /** The last word of each neighbour that was heard, in the order of their first. */
  readonly samples: readonly NeighbourSample[];
  /** The last moment at which nobody could be alone: the start, or a neighbour with a lineage. */
  readonly aloneSinceNs: number;
  readonly aloneForNs: number;
  /** Agents that the process hosts. */
  readonly crowd: number;
  /** Where it speaks that others of its host need not speak at once, 0..1: by its id. */
  readonly share: number;
  /** The last join, goal or new neighbour. */
  readonly renewedNs: number;
  readonly settledFromNs: number;
  readonly updateDueNs: number;
  readonly updatedNs: number | undefined;
  readonly round: number;
  /** The highest beat that fired or was skipped. */
  readonly lastBeat: number;
  /** Some beat fired: until then an agent that takes another count over has missed nothing. */
  readonly hasFired: boolean;
  readonly registryAway: boolean;
  readonly temperament: Temperament;
  readonly energy: Energy;
  readonly book: StrategyBook;
  /** The goal's strategies, best first. */
  readonly strategies: readonly Strategy[];
  readonly pursuit: Pursuit;
  /** What the active strategy wants to remember. */
  readonly memory: readonly number[];
}

/** What a newcomer is given. */
export interface RhythmOptions {
  readonly agentId: string;
  readonly goal: GoalRecord;
  readonly nowNs: number;
  /** The guess: the anchor's cycle count at this instant. */
  readonly cycle: number;
  /** How long to listen before founding a lineage, ns (default 2 s). */
  readonly aloneForNs?: number;
  /** Agents that the process hosts (default 1). */
  readonly crowd?: number;
  readonly temperament?: Partial<Temperament>;
  readonly energy?: EnergyBudget;
  /** The strategies that exist (default: the built-in ones). */
  readonly book?: StrategyBook;
}

const shareSalt = 77;
const builtInBook = strategyBookWith();

/** A joiner: it guesses its cycle from the wall clock and the goal's anchor, and is silent until it has a lineage. */
export function createRhythmState(options: RhythmOptions): RhythmState {
  const { agentId, goal, nowNs, cycle, book = builtInBook } = options;
  const joiner: RhythmState = {
    agentId,
    goal,
    shapes: fromOwnBeats([...(goal.before === undefined ? [] : [goal.before]), goal].map(inForceFromItsBeat)),
    plans: [],
    placements: placedAt(0),
    ownOffset: undefined,
    oscillator: lineThrough(slopesOf(goal), nowNs, cycle),
    lineage: undefined,
    neighbourIds: new Set(),
    samples: [],
    aloneSinceNs: nowNs,
    aloneForNs: options.aloneForNs ?? 2e9,
    crowd: options.crowd ?? 1,
    share: hash32(agentId, shareSalt) / 2 ** 32,
    renewedNs: nowNs,
    settledFromNs: nowNs + settleNs,
    updateDueNs: nowNs,
    updatedNs: undefined,
    round: 0,
    lastBeat: Math.floor(cycle),
    hasFired: false,
    registryAway: false,
    temperament: checkTemperament(options.temperament ?? {}),
    energy: fullEnergy(options.energy ?? defaultEnergy, nowNs),
    book,
    strategies: preferredStrategies(goal, book),
    pursuit: beginPursuit(nowNs),
    memory: [],
  };
  return placedFrom(joiner, -Infinity);
}

/** The goal's period, and the one that holds before it. */
function slopesOf(goal: GoalRecord): Slopes {
  const { periodNs, before } = goal;
  const past = before && { untilCycle: periodFromCycleOf(goal), periodNs: before.periodNs };
  return { periodNs, next: undefined, before: past };
}

function inForceFromItsBeat(goal: GoalRecord): InForce<GoalRecord> {
  return { fromBeat: goal.effectiveBeat, what: goal };
}

/** The strategy at work. */
export function activeStrategy(state: RhythmState): Strategy {
  const strategy = state.strategies[state.pursuit.active];
  if (strategy === undefined) throw new RangeError(`no strategy ${state.pursuit.active} for ${state.goal.kind}`);
  return strategy;
}

/** By how much the next beat follows the reference, cycles. */
export function offsetCyclesOf(state: RhythmState): number {
  return offsetOfBeat(state.placements, state.lastBeat + 1);
}

/** The agent's own beat count at a local instant: what observers and neighbours are told. */
export function ownCycleAt(state: RhythmState, nowNs: number): number {
  return cycleAt(state.oscillator, nowNs) - offsetCyclesOf(state);
}

/** The instant of the next beat that may fire, ns. */
export function nextBeatNs(state: RhythmState): number {
  const beat = state.lastBeat + 1;
  return instantOf(state.oscillator, beat + offsetOfBeat(state.placements, beat));
}

/** The next instant at which the machine wants a tick, ns: its next beat or its next update. */
export function nextTickNs(state: RhythmState): number {
  if (state.lineage === undefined) return Math.min(state.updateDueNs, state.aloneSinceNs + state.aloneForNs);
  return Math.min(state.updateDueNs, nextBeatNs(state));
}

/**
 * The update is due within half of the pause between two: near enough to go along when others of the same process speak. Of
 * groups that speak at different instants two are always that near. So in the end all agents of a process speak at the same
 * instants, and it sends one frame to each other process, not one per agent.
 */
export function isUpdateNear({ goal, updateDueNs, settledFromNs }: RhythmState, nowNs: number): boolean {
  return nowNs >= updateDueNs - updateIntervalNs(goal.periodNs, nowNs >= settledFromNs) / 2;
}

/** The last beat that has come by a reference count. */
export function beatBy(state: RhythmState, cycle: number): number {
  return lastBeatBy(state.placements, cycle);
}

/** The places from `fromBeat` on, anew: the strategy's own, else by the shapes and plans in force. */
export function placedFrom(state: RhythmState, fromBeat: number): RhythmState {
  const { shapes, plans, ownOffset, agentId } = state;
  // Until something fired, the count may still become another one, and go back to what seems to be past.
  const lastBeat = state.hasFired ? state.lastBeat : -Infinity;
  const breaks = [fromBeat, ...[...shapes, ...plans].map((entry) => entry.fromBeat).filter((at) => at > fromBeat)];
  const later = [...new Set(breaks)]
    .sort((a, b) => a - b)
    .map((beat) => ({ fromBeat: beat, offsetCycles: ownOffset ?? offsetBy(shapes, plans, agentId, beat) }));
  return {
    ...state,
    shapes: stillNeeded(shapes, lastBeat),
    plans: stillNeeded(plans, lastBeat),
    placements: replaced(state.placements, later, lastBeat),
  };
}

/** Shapes, plans and places after the count itself became another one: they count from their own beats again. */
export function rebased(state: RhythmState, nowNs: number): RhythmState {
  const shapes = fromOwnBeats(state.shapes.map(({ what }) => inForceFromItsBeat(what)));
  const plans = state.plans.map(({ what }) => ({ fromBeat: beginsBy(state.oscillator, nowNs, what), what }));
  return placedFrom({ ...state, shapes, plans }, -Infinity);
}

/** A plan is made known this long before its first beat at the very most, ns: one that lies further ahead counts other beats. */
const planAheadNs = 5e9;

/** The first beat of a plan by this count; -Infinity where the plan counts beats that are not of this count. */
export function beginsBy(oscillator: Oscillator, nowNs: number, { effectiveBeat }: SlotPlan): number {
  return effectiveBeat <= cycleAt(oscillator, nowNs + planAheadNs) + 2 ? effectiveBeat : -Infinity;
}

/** The first of the entries holds from ever. */
function fromOwnBeats<T>(entries: readonly InForce<T>[]): readonly InForce<T>[] {
  return entries.map((entry, index) => (index === 0 ? { ...entry, fromBeat: -Infinity } : entry));
}

/** What is in force at a beat: the last entry that begins no later. */
export function inForceAt<T>(entries: readonly InForce<T>[], beat: number): T | undefined {
  return entries.findLast(({ fromBeat }) => fromBeat <= beat)?.what;
}

function offsetBy(
  shapes: readonly InForce<Shape>[],
  plans: readonly InForce<SlotPlan>[],
  agentId: string,
  beat: number,
): number {
  const shape = inForceAt(shapes, beat);
  return shape === undefined ? 0 : shapeOffset(shape, agentId, inForceAt(plans, beat)?.placeOf(agentId));
}

function stillNeeded<T>(entries: readonly InForce<T>[], lastBeat: number): readonly InForce<T>[] {
  const first = entries.findLastIndex(({ fromBeat }) => fromBeat <= lastBeat + 1);
  return first > 0 ? entries.slice(first) : entries;
}
