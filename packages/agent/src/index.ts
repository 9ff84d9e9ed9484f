/** Entrain: keeps a fleet of Node.js services in rhythm, of one mind and within budget. */
export {
  createAgent,
  type Agent,
  type AgentDecided,
  type AgentOptions,
  type DecideOptions,
  type PinoLike,
  type PromRegistry,
} from "./agent.ts";
export {
  type AgentEvents,
  type BeatEvent,
  type DegradedEvent,
  type EscalationEvent,
  type LeaderEvent,
  type Listener,
  type Off,
  type RoleEvent,
} from "./agent-emitter.ts";
export { createAgentId, type Address, type HostOptions, type ReasonerLike } from "./agent-options.ts";
export type { ClusterAddress, RedisAddress } from "@entrain/redis";
export type { RhythmOptions } from "./rhythm-options.ts";
export { createAgentHost } from "./agent-host.ts";
export type { AgentHost, HostListeners, Readiness } from "./host-contract.ts";
export {
  type AgentBarrier,
  type AgentLock,
  type ElectionOptions,
  type LockOptions,
  type WaitOptions,
} from "./leases.ts";
export type { Batcher, BatcherOptions, BatchInfo, Flush, LockLease, NamedElection } from "@entrain/runtime";
export { EntrainError, type ErrorCode } from "@entrain/kernel";
export type { AgentRole } from "@entrain/core/membership";
export type { Decision, Reading, Verdict } from "@entrain/core/decision";
export type {
  EnergyBudget,
  GoalRecord,
  Proposal,
  Sighting,
  Strategy,
  StrategyView,
  Temperament,
} from "@entrain/core/rhythm";
export type { DecideOutcome, Question, Reasoner } from "@entrain/ports";
export type { RateWish, SharedRate, TakeOptions } from "@entrain/runtime";
export type { FleetBatcherOptions } from "./fleet-batcher.ts";
export type { FleetBatchInfo, FleetFlush } from "@entrain/runtime";
export type { PickedReplica, Picker, PickerOptions } from "./agent-picker.ts";
export type { When } from "./agent-schedule.ts";
export type { RunHandler, Schedule, ScheduledRun } from "@entrain/runtime";
export type { AllocateOptions, BudgetDesk, BudgetLease, RoomMove, RoomSought, RoomStrategy } from "@entrain/runtime";
export type {
  Amounts,
  Budget,
  BudgetChange,
  BudgetExhaustion,
  BudgetPolicy,
  BudgetStrategyName,
  BudgetWish,
  ForecastSettings,
  ResourceKind,
} from "@entrain/core/budget";
export type { CheckWorld, CompositeNode, Pattern, PatternNode, PatternWorld } from "@entrain/core/session";
export type { AgentWork, CapabilityHandler, CapabilityOptions, OfferCapability } from "./agent-work.ts";
export type { ActionOptions } from "./host-directives.ts";
export type { ActionContext, ActionHandler } from "@entrain/runtime";
export type { HandoffRequest, SessionDesk, SessionView, TaskContext } from "@entrain/runtime";
export type { HandedOver, HandoffOffer, HandoffReason } from "@entrain/core/task";
export type { Outcome, SessionEnd, SessionSpec, SessionState } from "@entrain/core/session";
export type {
  Bus,
  HeardContext,
  MessageContext,
  MessageHandler,
  MessageListener,
  ListenOptions,
  Published,
  PublishOptions,
  SendOptions,
  Sent,
  SubscribeOptions,
  Subscription,
} from "@entrain/runtime";
export type { BusFigures } from "@entrain/ports";
export type { DeadLetter, Effects } from "@entrain/core/bus";
export type { Answerer, Ballot, VoteDesk, VoteResult } from "@entrain/runtime";
export type { ProposalWish, Voter, VotePolicy } from "@entrain/core/vote";
export type { AgentContext, ChangeOptions } from "./agent-context.ts";
export type { ConfiguredCallOptions } from "@entrain/runtime";
export type { ContextWatch, WatchNews, WatchOptions, WatchStats } from "@entrain/ports";
export type { Change, ContextDocument, ContextEntry, ContextFilter, ContextNews } from "@entrain/core/context";
export { connectCoordinator, type Coordinator, type CoordinatorOptions } from "./connect-coordinator.ts";
export type { ContextClient, RemoteChange, RemoteDocument, RemoteHistory, RemoteVersion } from "@entrain/rpc";
export type { TlsMaterial, TlsSource } from "@entrain/rpc";
export { createGrpcReasoner, type GrpcReasoner, type GrpcReasonerOptions } from "./grpc-reasoner.ts";
export {
  createChatReasoner,
  createHttpReasoner,
  type ChatReasonerOptions,
  type HttpReasonerOptions,
  type RemoteLimits,
} from "@entrain/reasoners";
