/**
 * One update of one agent: what it sees, what its strategy wants, what it can pay, where that leaves it, and whether the
 * strategy is still the right one. The order matters: the proposal is paid before it moves anything (R2), and a switch
 * takes effect at the next update.
 */
import { energyAt, isPrice, pay } from "./energy.ts";
import { cycleAtUnixMs } from "./goal.ts";
import { shapeOffset } from "./goal-shape.ts";
import { convergenceWindowNs } from "./convergence-window.ts";
import { isSameLineage } from "./lineage.ts";
import { medianOf } from "./order-parameter.ts";
import { cycleAt, lineThrough, shifted } from "./oscillator.ts";
import { wrapCycles } from "./phase-arithmetic.ts";
import { judgePursuit, type SwitchCause } from "./pursuit.ts";
import { referenceDistance } from "./reference-distance.ts";
import {
  activeStrategy,
  inForceAt,
  offsetCyclesOf,
  placedFrom,
  type NeighbourSample,
  type RhythmState,
} from "./rhythm-state.ts";
import type { Proposal, Sighting, Strategy, StrategyView } from "./strategy.ts";
import { listens } from "./temperament.ts";

/** A neighbour that said nothing for this long no longer counts, ns. */
const neighbourSilenceNs = 3e9;

/** A change of strategy, by name. */
export interface StrategySwitch {
  readonly from: string;
  readonly to: string;
  readonly cause: SwitchCause;
}

/** What an update leaves behind. */
export interface Coupled {
  readonly state: RhythmState;
  readonly movedCycles: number;
  /** Median distance of the neighbours' references, cycles; undefined with nobody to compare with. */
  readonly distanceCycles: number | undefined;
  readonly switched: StrategySwitch | undefined;
}

/** Makes one update. `joining`: the agent comes in with it, so a jump harms nobody. */
export function coupled(before: RhythmState, nowNs: number, unixMs: number, joining: boolean): Coupled {
  const state = withoutSilent(before, nowNs);
  const view = viewOf(state, nowNs, unixMs, joining);
  const { proposal, failed } = proposalOf(state, view);
  const price = proposal.price ?? activeStrategy(state).price;
  const renumbered = activeStrategy(state).entry === "number" ? wholeCyclesApart(view.neighbours) : 0;
  const wanted = joining ? proposal.moveCycles : proposal.moveCycles * strengthOf(state, proposal);
  // A whole cycle is another number for the same phase: it moves nothing and costs nothing.
  const whole = Math.round(wanted);
  const paid = pay(state.energy, nowNs, price, wanted - whole);
  const movedCycles = renumbered + whole + paid.moveCycles;
  const moved: RhythmState = {
    ...state,
    energy: paid.energy,
    oscillator: shifted(state.oscillator, nowNs, movedCycles),
    memory: proposal.memory ?? [],
    round: state.round + 1,
    updatedNs: nowNs,
  };
  const aimed = aimErrorOf(state, view);
  const placed = withOwnPlace(moved, proposal.offsetCycles, nowNs);
  const seen = { distanceCycles: aimed.cycles, failed: failed || aimed.failed, short: paid.short };
  return { movedCycles, distanceCycles: referenceDistance(view), ...judged(placed, view, seen) };
}

/** Distance within which a reference counts as held: R3's spread, max(5 ms, T/100), as a share of the period. */
export function toleranceCycles(periodNs: number): number {
  return Math.min(0.05, Math.max(5e6 / periodNs, 0.01));
}

/** The neighbour's reference count at `nowNs`: from its sample on, it is taken to run at the goals that both follow. */
export function projected(sample: NeighbourSample, state: RhythmState, nowNs: number): number {
  const heard = sample.cycle + (sample.offsetCycles ?? 0);
  return cycleAt(lineThrough(state.oscillator, sample.atNs, heard), nowNs);
}

function withoutSilent(state: RhythmState, nowNs: number): RhythmState {
  const isSilent = ({ atNs }: NeighbourSample): boolean => nowNs - atNs > neighbourSilenceNs;
  if (!state.samples.some(isSilent)) return state;
  return { ...state, samples: state.samples.filter((sample) => !isSilent(sample)) };
}

function viewOf(state: RhythmState, nowNs: number, unixMs: number, joining: boolean): StrategyView {
  const cycle = cycleAt(state.oscillator, nowNs);
  const offsetCycles = offsetCyclesOf(state);
  const trusting = state.goal.trust !== "untrusted";
  const neighbours: Sighting[] = [];
  for (const sample of state.samples) {
    // Trusting agents compare themselves with their own lineage only; to the others a lineage is no more than a label.
    if (trusting && (sample.lineage === undefined || !isSameLineage(sample.lineage, state.lineage))) continue;
    const errorCycles = projected(sample, state, nowNs) - cycle;
    const { agentId, voterId = agentId, influence = 1 } = sample;
    const beatAheadCycles = wrapCycles(errorCycles - (sample.offsetCycles ?? 0) + offsetCycles);
    neighbours.push({ agentId, voterId, errorCycles, beatAheadCycles, influence: trusting ? influence : 1 });
  }
  return {
    agentId: state.agentId,
    goal: state.goal,
    nowNs,
    elapsedNs: state.updatedNs === undefined ? 0 : nowNs - state.updatedNs,
    cycle,
    offsetCycles,
    place: inForceAt(state.plans, Math.max(state.lastBeat + 1, lastPlanned(state)))?.placeOf(state.agentId),
    planHolds: !(state.registryAway && state.samples.length < state.neighbourIds.size),
    neighbours,
    wallCycle: cycleAtUnixMs(state.goal, unixMs),
    round: state.round,
    joining,
    energyShare: energyAt(state.energy, nowNs) / state.energy.budget.capacity,
    memory: state.memory,
  };
}

/** A place counts as soon as it is planned, even if its first beat is still ahead. */
function lastPlanned(state: RhythmState): number {
  return state.plans.at(-1)?.fromBeat ?? -Infinity;
}

/** What the strategy wants; a user's own that throws, or proposes or asks what is no number, moves nobody. */
function proposalOf(state: RhythmState, view: StrategyView): { proposal: Proposal; failed: boolean } {
  const quiet: Proposal = {
    moveCycles: 0,
    memory: state.memory,
    price: { perUpdate: 0, perRad: 0 },
    ...(state.ownOffset === undefined ? {} : { offsetCycles: state.ownOffset }),
  };
  if (!view.joining && !listens(state.temperament, state.agentId, state.round))
    return { proposal: quiet, failed: false };
  try {
    const proposal = activeStrategy(state).propose(view);
    const { moveCycles, offsetCycles = 0, price } = proposal;
    const isSound =
      Number.isFinite(moveCycles) && Number.isFinite(offsetCycles) && (price === undefined || isPrice(price));
    return isSound ? { proposal, failed: false } : { proposal: quiet, failed: true };
  } catch {
    return { proposal: quiet, failed: true };
  }
}

/** By strategy: whether it can work now; undefined where a user's own throws in place of an answer. */
function readinessOf(strategies: readonly Strategy[], view: StrategyView): readonly (boolean | undefined)[] {
  return strategies.map((strategy) => {
    try {
      return strategy.ready?.(view) ?? true;
    } catch {
      return undefined;
    }
  });
}

/** How far the agent is from what its strategy aims at, cycles; undefined where nothing can be said. */
function aimErrorOf(state: RhythmState, view: StrategyView): { cycles: number | undefined; failed: boolean } {
  const strategy = activeStrategy(state);
  if (strategy.error === undefined) return { cycles: distanceFromAim(state, view), failed: false };
  try {
    const cycles = strategy.error(view);
    const isSound = cycles === undefined || (Number.isFinite(cycles) && cycles >= 0);
    return isSound ? { cycles, failed: false } : { cycles: undefined, failed: true };
  } catch {
    return { cycles: undefined, failed: true };
  }
}

/** From the neighbours' references; a place of the strategy's own counts as well, against the plan's. */
function distanceFromAim({ ownOffset, goal, agentId }: RhythmState, view: StrategyView): number | undefined {
  const distance = referenceDistance(view);
  const isPlaced = goal.kind === "spread" || goal.kind === "cluster";
  if (distance === undefined || !isPlaced || ownOffset === undefined || view.place === undefined || !view.planHolds)
    return distance;
  return Math.max(distance, Math.abs(wrapCycles(ownOffset - shapeOffset(goal, agentId, view.place))));
}

/** The factor on a move; a jump is whole as it is. */
function strengthOf({ temperament }: RhythmState, { isJump = false }: Proposal): number {
  return isJump ? Math.min(1, temperament.couplingStrength) : temperament.couplingStrength;
}

/** How many beats most neighbours' numbers are ahead of one's own: phases may agree where numbers do not. */
function wholeCyclesApart(neighbours: readonly Sighting[]): number {
  const apart = medianOf(neighbours.map(({ errorCycles }) => errorCycles)) ?? 0;
  return Math.abs(apart) > 0.5 ? Math.round(apart) : 0;
}

function withOwnPlace(state: RhythmState, ownOffset: number | undefined, nowNs: number): RhythmState {
  if (ownOffset === state.ownOffset) return state;
  const from = Math.max(Math.floor(cycleAt(state.oscillator, nowNs)) + 1, state.goal.effectiveBeat);
  return placedFrom({ ...state, ownOffset }, from);
}

function judged(
  state: RhythmState,
  view: StrategyView,
  seen: { distanceCycles: number | undefined; failed: boolean; short: boolean },
): Pick<Coupled, "state" | "switched"> {
  const { nowNs, goal } = view;
  const readiness = readinessOf(state.strategies, view);
  const { pursuit, switched } = judgePursuit(state.pursuit, {
    ...seen,
    failed: seen.failed || readiness[state.pursuit.active] === undefined,
    nowNs,
    windowNs: convergenceWindowNs(goal.periodNs),
    toleranceCycles: toleranceCycles(goal.periodNs),
    ready: readiness.map((ready) => ready === true),
  });
  if (switched === undefined) return { state: { ...state, pursuit }, switched };
  const name = (index: number): string => state.strategies[index]?.name ?? "";
  const named = { from: name(switched.from), to: name(switched.to), cause: switched.cause };
  const anew = withOwnPlace({ ...state, pursuit, memory: [] }, undefined, nowNs);
  return { state: anew, switched: named };
}
