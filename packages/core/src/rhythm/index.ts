/** Rhythm: phases, the goal they serve, and the machine that brings an agent into step (R1 to R4). */
export { createClockFilter, type ClockExchange, type ClockFilter } from "./clock-filter.ts";
export {
  convergenceWindowNs,
  createConvergenceMonitor,
  type ConvergenceMonitor,
  type ConvergenceReading,
} from "./convergence.ts";
export { cadenceErrorPpm, type Cadence } from "./cadence.ts";
export { beatSpreads, type BeatReport } from "./beat-spread.ts";
export {
  checkGoal,
  cycleAtUnixMs,
  initialGoal,
  isNewerGoal,
  periodLimitsMs,
  type GoalKind,
  type GoalRecord,
} from "./goal.ts";
export { isOlderLineage, type Lineage } from "./lineage.ts";
export { coherence, maxGapRatio, medianOf, phaseOfCycle } from "./order-parameter.ts";
export { createOscillator, cycleAt, instantOf, shifted, withGoal, type Oscillator } from "./oscillator.ts";
export { neighbourLimit, updateIntervalNs } from "./message-budget.ts";
export {
  createSyncState,
  nextBeatNs,
  nextTickNs,
  stepSync,
  type NeighbourSample,
  type SyncEffect,
  type SyncInput,
  type SyncState,
} from "./sync.ts";
export { quantile } from "./quantile.ts";
