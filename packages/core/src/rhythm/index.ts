/** Rhythm: phases, the goal they serve, the strategies that pursue it, and the machine that keeps an agent in it (R1 to R5). */
export { createClockFilter, type ClockExchange, type ClockFilter } from "./clock-filter.ts";
export {
  createConvergenceMonitor,
  type ConvergenceMonitor,
  type ConvergenceReading,
  type Recovery,
} from "./convergence.ts";
export { orderOf, type Aim, type Order } from "./order.ts";
export { cadenceErrorPpm, type Cadence } from "./cadence.ts";
export { beatSpreads, type BeatReport } from "./beat-spread.ts";
export { convergenceWindowNs } from "./convergence-window.ts";
export {
  cycleAtUnixMs,
  firstGoal,
  initialGoal,
  isNewerGoal,
  nextGoal,
  periodFromCycleOf,
  type GoalKind,
  type GoalRecord,
  type GoalRequest,
  type Trust,
} from "./goal.ts";
export {
  checkGoal,
  coherenceTolerance,
  judgeGoal,
  periodLimitsMs,
  type GoalRefusal,
  type GoalSwarm,
  type GoalVerdict,
  type UncheckedGoal,
} from "./goal-check.ts";
export { coherenceOfArc, shapeOffset, type Shape } from "./goal-shape.ts";
export {
  goalByName,
  namedGoals,
  scales,
  type NamedGoal,
  type NamedGoalName,
  type Scale,
  type ScaleName,
} from "./named-goals.ts";
export { isOlderLineage, type Lineage } from "./lineage.ts";
export { clusterCoherence, coherence, maxGapRatio, medianOf, phaseOfCycle } from "./order-parameter.ts";
export { createOscillator, cycleAt, instantOf, periodAt, shifted, withGoal, type Oscillator } from "./oscillator.ts";
export { neighbourLimit, updateIntervalNs } from "./message-budget.ts";
export {
  circularShorth,
  meanDirection,
  shortestArc,
  weightedMedian,
  wrapCycles,
  type Arc,
} from "./phase-arithmetic.ts";
export {
  createSlotPlan,
  effectiveBeatOf,
  freeTicket,
  unplannedPlace,
  type Place,
  type PlannedMember,
  type SlotPlan,
} from "./slot-plan.ts";
export { distanceToBeat, pickFurthest } from "./pick-furthest.ts";
export { seenCycle } from "./seen-cycle.ts";
export { defaultEnergy, energyAt, type Energy, type EnergyBudget, type EnergyPrice } from "./energy.ts";
export { checkTemperament, evenTemperament, type Temperament } from "./temperament.ts";
export {
  createStrategyBook,
  type Proposal,
  type Sighting,
  type Strategy,
  type StrategyBook,
  type StrategyView,
} from "./strategy.ts";
export { builtInStrategies, preferredStrategies, strategyBookWith } from "./built-in-strategies.ts";
export { beginPursuit, judgePursuit, type Pursuit, type PursuitSample, type SwitchCause } from "./pursuit.ts";
export {
  activeStrategy,
  createRhythmState,
  isUpdateNear,
  nextBeatNs,
  nextTickNs,
  offsetCyclesOf,
  ownCycleAt,
  type NeighbourSample,
  type RhythmOptions,
  type RhythmState,
} from "./rhythm-state.ts";
export { stepRhythm, type RhythmEffect, type RhythmInput, type RhythmStep } from "./rhythm-machine.ts";
export { quantile } from "./quantile.ts";
