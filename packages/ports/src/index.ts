/** Ports: what the core needs of the world. Interfaces only; adapters implement them, the runtime drives them. */
export type { AgentDecision, AgentEnergy, AgentProcess, FiredBeat, Observation, ObservedAct } from "./agent-process.ts";
export type { BudgetPage, BudgetStore } from "./budget-store.ts";
export type { Clock, Timers } from "./clock.ts";
export type { ChangeOutcome, ChangeRequest, ContextDesk, DocumentPatch } from "./context-desk.ts";
export type { ContextHint, ContextStore, DocumentRules, HistoryPage } from "./context-store.ts";
export type {
  ContextWatch,
  ResyncCause,
  NamedWatches,
  SharedContext,
  VersionNews,
  WatchListing,
  WatchNews,
  WatchOptions,
  WatchStats,
} from "./context-watch.ts";
export { watchOptionNames } from "./context-watch.ts";
export type { BusEvent } from "./bus-events.ts";
export type { BusFigures, BusStore, GroupFigures } from "./bus-store.ts";
export type { DecideOutcome, DecideRequest, Decider } from "./decider.ts";
export type {
  CampaignAnswer,
  CandidateRank,
  ElectionStore,
  RenewAnswer,
  SuccessionAnswer,
  SuccessionStore,
} from "./election.ts";
export type { DecisionEvent } from "./decision-events.ts";
export type { DirectiveFigures, DirectiveStore, OpenTarget } from "./directive-store.ts";
export type { EventSink, RuntimeEvent } from "./events.ts";
export type { GlobalState } from "./global-state.ts";
export type { GoalSetting, GoalStore } from "./goal-store.ts";
export type { Ledger, LedgerEntry, LedgerStats, Proposal, Reoffered } from "./ledger.ts";
export type { BarrierStore, LockStore } from "./lock.ts";
export type { MemberProbe, ProbedProcess, ProbeHelper } from "./member-probe.ts";
export type { LiveMessage, MessageLinks, Spread } from "./message-links.ts";
export type { PhaseFrame, PhaseSample, PhaseTransport, ReceivedFrame } from "./phase-transport.ts";
export type { Contribution, ContributionState, PoolRound, PoolStore, RoundAnswer } from "./pool-store.ts";
export type { RateStore } from "./rate-store.ts";
export type { Classification, CompiledPolicy, PolicyCompiler, Question, Reasoner, Signal } from "./reasoner.ts";
export type { BeatCount, Heartbeat, HeartbeatAnswer, MemberOffer, Registry } from "./registry.ts";
export type {
  AppendAnswer,
  SessionAppend,
  SessionHeader,
  SessionPage,
  SessionStore,
  StoredSession,
} from "./session-store.ts";
export type {
  ClaimedRun,
  JobNote,
  ScheduledJob,
  ScheduleStore,
  SlotClaim,
  StoreClaimAnswer,
} from "./schedule-store.ts";
export type { RoleStore, SampledMember } from "./role-store.ts";
export type { MemberReport, SuspectLife, SuspicionStore } from "./suspicion-store.ts";
export type { StoreHealth, StoreStatus } from "./store.ts";
export type { Unsubscribe } from "./subscription.ts";
export type { CastAnswer, EnrollAnswer, VoterClaim, VoteStore } from "./vote-store.ts";
export type { TaskFigures, TaskHint, TaskStore } from "./task-store.ts";
export { noTracing, type Span, type SpanAttributes, type SpanWish, type Tracing } from "./tracing.ts";
