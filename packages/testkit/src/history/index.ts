/** Histories of real processes, and the check that they are linearizable. */
export { judgeBarrier, type BarrierWait } from "./barrier-checker.ts";
export { createHistoryRecorder, readHistory, type HistoryRecorder } from "./history-log.ts";
export {
  checkDecisions,
  type DecisionHistory,
  type DecisionJudgement,
  type RecordedAct,
  type ReplayedDecision,
} from "./divergence-checker.ts";
export {
  leadershipModel,
  resolveCampaigns,
  type HeldTerm,
  type LeadershipInput,
  type LeadershipOutput,
} from "./leadership-model.ts";
export { checkLinearizable, historiesByObject, type Verdict } from "./linearizability.ts";
export { listLoneActs, type LoneAct } from "./lone-acts.ts";
export { lockModel, type LockInput, type LockOutput } from "./lock-model.ts";
export type { Operation, SequentialModel } from "./operation.ts";
export {
  decisionModel,
  registerModel,
  type DecisionInput,
  type DecisionOutput,
  type RegisterInput,
  type RegisterOutput,
} from "./register-models.ts";
