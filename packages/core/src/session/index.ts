/** Sessions: goals that several agents work towards, by patterns over steps. */
export {
  endFromOutside,
  evaluateSession,
  type Evaluate,
  type EvaluationOptions,
  type SessionPlan,
  type WantedChange,
  type WantedRoster,
  type WantedStep,
} from "./evaluate-session.ts";
export type { CheckWorld, CompositeNode, Pattern, PatternNode, PatternWorld, StepNode, StepOutcome } from "./node.ts";
export { patterns, patternsByName } from "./patterns/index.ts";
export type { CheckExpression } from "./goal.ts";
export {
  executionNote,
  nextExecution,
  patternName,
  runningSessions,
  runOfRecord,
  tellsOfSessions,
  type SessionRun,
} from "./execution.ts";
export { foldSession, type BudgetRecord, type SessionFold, type SessionRecord } from "./session-record.ts";
export { sessionDefaults, type SessionDefaults } from "./session-defaults.ts";
export { driverCapability, driverTask, sessionIdFrom, sessionTaskId, stepTask, stepTaskId } from "./session-tasks.ts";
export { capabilitiesOf, refuseCycles, sessionSpec, type SpecOptions } from "./session-spec.ts";
export {
  isEnded,
  sessionLimits,
  type ContextChange,
  type Criterion,
  type ExhaustionPolicy,
  type Outcome,
  type Score,
  type ScorePart,
  type SessionEnd,
  type SessionEntry,
  type SessionEvent,
  type SessionBudgetSpec,
  type SessionGoal,
  type SessionSpec,
  type SessionState,
} from "./session.ts";
