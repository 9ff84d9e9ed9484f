/** Decisions: telemetry in, one committed decision per incident out (D1 to D3). */
export { checkReading, type Reading, type ReadingValue } from "./reading.ts";
export { fingerprintKey, incidentIdOf, type Fingerprint, type IncidentRef } from "./incident.ts";
export { checkPolicy, noAction, type Policy, type Rule } from "./policy.ts";
export { defaultPolicy } from "./default-policy.ts";
export {
  safeVerdict,
  type Act,
  type ActSource,
  type Decision,
  type DecisionInput,
  type DecisionType,
  type Verdict,
} from "./decision.ts";
export { createBandTracker, type BandTracker } from "./band-tracker.ts";
export {
  createContextCache,
  type CacheRead,
  type ContextCache,
  type ContextCacheTimings,
  type TimedSnapshot,
  type GlobalSnapshot,
  type GlobalContext,
} from "./context-cache.ts";
export { nextCommitStep, type CommitFacts, type CommitStep } from "./commit-path.ts";
export { isDivergent } from "./divergence.ts";
