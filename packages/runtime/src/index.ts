/** The runtime: the loops that drive the core's machines against ports. */
export { createActRecorder, type ActRecorder } from "./acts/act-recorder.ts";
export { followBudgetPolicy } from "./budget/follow-budget-policy.ts";
export type { RoomMove, RoomSought, RoomStrategy } from "./budget/make-room.ts";
export { createBudgetDesk, type AllocateOptions, type BudgetDesk } from "./budget/budget-desk.ts";
export { amendBudget } from "./budget/amend-budget.ts";
export { auditBudgets } from "./budget/audit-budgets.ts";
export { compactIfDue, keepBudgets } from "./budget/budget-keeper.ts";
export { seekGrant } from "./budget/seek-grant.ts";
export { observeBudgets } from "./budget/observe-budgets.ts";
export type { BudgetLease } from "./budget/budget-lease.ts";
export { createBatcher, type Batcher, type BatcherSurroundings, type BeatenBatcher } from "./batching/batcher.ts";
export type { BatchInfo, BatcherOptions, Flush } from "./batching/batcher-options.ts";
export type { Bus, Published, PublishOptions, SubscribeOptions } from "./bus/bus-contract.ts";
export { createBusDesk, type BusDesk } from "./bus/bus-desk.ts";
export type { MessageContext, MessageHandler } from "./bus/delivery.ts";
export type { HeardContext, MessageListener, ListenOptions, SendOptions, Sent } from "./bus/live-desk.ts";
export type { Subscription } from "./bus/group-worker.ts";
export { doze } from "./clock/doze.ts";
export { createSystemClock, systemTimers } from "./clock/system-clock.ts";
export { keepBlackboard } from "./context/blackboard-keeper.ts";
export { configuredCall, type ConfiguredCallOptions } from "./context/configured-call.ts";
export { createContextDesk } from "./context/context-desk.ts";
export { ContextFollower, type ContextSource } from "./context/context-follower.ts";
export { watchContext } from "./context/context-watch.ts";
export { initialDocument } from "./context/initial-document.ts";
export { createSharedContext, type HeldContext, type SharedContextOptions } from "./context/shared-context.ts";
export { auditDecisions, type DecisionAudit } from "./decision/audit-decisions.ts";
export { createDecisionLoop } from "./decision/decision-loop.ts";
export type { DecisionLoop, DecisionLoopOptions, DecisionStats } from "./decision/decision-loop-contract.ts";
export type { ActionContext, ActionHandler } from "./directive/action-run.ts";
export { createDirectiveSettler, type DirectiveSettler } from "./directive/directive-settler.ts";
export { anyAction, createDirectiveWorker, type DirectiveWorker } from "./directive/directive-worker.ts";
export { waitAtBarrier } from "./election/barrier-wait.ts";
export { ElectionLoop, type LeaderView } from "./election/election-loop.ts";
export { LockQueue, type AcquireOptions, type LockLease } from "./election/lock-queue.ts";
export { Succession } from "./election/succession.ts";
export { startNamedElection, type ElectionCallbacks, type NamedElection } from "./election/named-election.ts";
export { FleetCall } from "./fleet/fleet-call.ts";
export type { FleetBatchInfo, FleetCallOptions, FleetFlush, FleetSurroundings } from "./fleet/fleet-call-options.ts";
export { FailureDetector } from "./membership/failure-detector.ts";
export { RoleKeeper } from "./membership/role-keeper.ts";
export { createRolePolicyInUse } from "./membership/role-policy-in-use.ts";
export { MembershipLoop } from "./membership/membership-loop.ts";
export { createObservationHub, type ObservationHub } from "./observation/observation-hub.ts";
export { policeRates } from "./rate/police-rates.ts";
export { createRateDesk, type RateDesk, type RateWish } from "./rate/rate-desk.ts";
export type { SharedRate, TakeOptions } from "./rate/shared-rate.ts";
export { RhythmLoop } from "./rhythm/rhythm-loop.ts";
export { createSessionDesk, type SessionDesk, type SessionView } from "./session/session-desk.ts";
export { createSessionDriver } from "./session/session-driver.ts";
export type { Capability, TaskContext, TaskHandler } from "./task/capability.ts";
export type { HandoffRequest } from "./task/hand-over.ts";
export { createCapabilityWorker, type CapabilityWorker } from "./task/capability-worker.ts";
export {
  periodOf,
  type JobOptions,
  type RunHandler,
  type ScheduledRun,
  type SwarmJobOptions,
} from "./schedule/job-options.ts";
export { createScheduleDesk, type Schedule, type ScheduleDesk } from "./schedule/schedule-desk.ts";
export { openBallotBox, type Answerer, type Ballot } from "./vote/ballot-box.ts";
export { createSwarmApproval } from "./decision/swarm-approval.ts";
export { createVoteDesk, type VoteDesk, type VoteResult } from "./vote/vote-desk.ts";
export { createVoterLoop, type VoterLoop } from "./vote/voter-loop.ts";
export { feedTelemetry, sampled, type TelemetryFeedOptions } from "./telemetry/telemetry-feed.ts";
