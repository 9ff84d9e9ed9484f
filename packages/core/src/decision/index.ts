/** Decisions: telemetry in, one committed decision per incident out (D1 to D3). */
export { checkNumbers, checkReading, type Reading, type ReadingValue } from "./reading.ts";
export {
  checkIncidentId,
  fingerprintKey,
  incidentIdOf,
  isLoneIncident,
  loneIncidentId,
  normalFingerprint,
  subjectOf,
  type Fingerprint,
  type IncidentRef,
} from "./incident.ts";
export { arbitrate, type Arbitration, type Rating } from "./arbitration.ts";
export { checkPolicy, noAction, policyLimits, type Policy, type Rule, type Scope } from "./policy.ts";
export { defaultPolicy } from "./default-policy.ts";
export { decisionTypes, isAnomaly, isDecisionType, type DecisionType } from "./decision-type.ts";
export { type Act, type ActSource, type Decision, type DecisionInput, type Verdict } from "./decision.ts";
export { checkVerdict, isSafeMode, normalVerdict, ruleVerdict, safeVerdict } from "./verdict.ts";
export type { Observation } from "./band-state.ts";
export { createBandTracker, type BandTracker } from "./band-tracker.ts";
export {
  globalContextOf,
  type ContextFacts,
  type GlobalContext,
  type GlobalSnapshot,
  type TimedSnapshot,
} from "./global-context.ts";
export { createContextCache, type CacheRead, type ContextCache, type ContextCacheTimings } from "./context-cache.ts";
export {
  admitCall,
  closedBreaker,
  settleCall,
  type BreakerLimits,
  type BreakerState,
  type CallOutcome,
} from "./circuit-breaker.ts";
export {
  ballotFrom,
  ballotQuestion,
  isBallotQuestion,
  refusalOf,
  type Approval,
  type DecisionBallot,
} from "./decision-ballot.ts";
export { createSafeModeClock, type SafeModeClock } from "./safe-mode-clock.ts";
export { gateError, judgeFleetAction, type FleetMember, type GateVerdict, type SafetyGate } from "./safety-gate.ts";
export {
  applyDirective,
  complianceOf,
  directiveLimits,
  lackingIn,
  openDirective,
  type Directive,
  type DirectiveAnswer,
  type DirectiveCommand,
  type DirectiveTarget,
  type TargetName,
  type TargetState,
} from "./directive.ts";
export type { DirectiveTerms, Propagation } from "./propagation.ts";
export { fullSpending, spend, spendingAt, type Spending } from "./spending.ts";
export { nextCommitStep, type CommitFacts, type CommitStep } from "./commit-path.ts";
export {
  createDecidingState,
  nextDecidingTickMs,
  stepDeciding,
  type DecidingEffect,
  type DecidingInput,
  type DecidingOutcome,
  type DecidingState,
  type DecidingTimings,
} from "./deciding.ts";
export {
  createAnswerMemory,
  type AnswerMemory,
  type AskedIncident,
  type GivenAnswer,
  type Losses,
} from "./answer-memory.ts";
export { createDecisionHistory, type DecisionHistory, type DecisionRecord } from "./decision-history.ts";
export { createDecisionMemory, type DecisionMemory } from "./decision-memory.ts";
export { createLoneActs, wayToLookUp, type LoneAct, type LoneActs } from "./lone-acts.ts";
export { createFailureWindow, type FailureWindow } from "./failure-window.ts";
export { decisionTimings, withinBudgetMs, type DecisionTimings } from "./decision-timings.ts";
export { replayDecision, type ReplayOutcome, type RulesSay } from "./decision-audit.ts";
export { isDivergent } from "./divergence.ts";
