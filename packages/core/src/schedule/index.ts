/** Schedules: fire times, slots and claims on runs. */
export { claimDelayMs, claimRank } from "./claim-order.ts";
export {
  dueRun,
  everyTimes,
  type Due,
  type FireTimes,
  type LatePolicy,
  type MissedPolicy,
  type MissedRuns,
} from "./due-run.ts";
export {
  claimRun,
  defineJob,
  settleRun,
  type ClaimAnswer,
  type HeldRun,
  type JobTable,
  type RunClaim,
  type RunEntry,
  type RunHolder,
  type RunOutcome,
} from "./run-table.ts";
export { catchUpSlot, firstSlot, replanSlot, slotAfter, slotAtMs, type PlannedSlot } from "./slot.ts";
