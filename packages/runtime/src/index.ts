/** The runtime: the loops that drive the core's machines against ports. */
export { createActRecorder, type ActRecorder } from "./acts/act-recorder.ts";
export { createBatcher, type Batcher, type BatcherSurroundings, type BeatenBatcher } from "./batching/batcher.ts";
export type { BatchInfo, BatcherOptions, Flush } from "./batching/batcher-options.ts";
export { createSystemClock, systemTimers } from "./clock/system-clock.ts";
export {
  createContextDesk,
  type ChangeOutcome,
  type ChangeRequest,
  type ContextDesk,
  type DocumentPatch,
} from "./context/context-desk.ts";
export { ContextFollower, type ContextSource } from "./context/context-follower.ts";
export { initialDocument } from "./context/initial-document.ts";
export {
  createDecisionLoop,
  type DecisionLoop,
  type DecisionLoopOptions,
  type DecisionRecord,
  type DecisionStats,
} from "./decision/decision-loop.ts";
export { ElectionLoop, type LeaderView } from "./election/election-loop.ts";
export { MembershipLoop } from "./membership/membership-loop.ts";
export { createObservationHub, type ObservationHub } from "./observation/observation-hub.ts";
export { RhythmLoop } from "./rhythm/rhythm-loop.ts";
export { feedTelemetry, sampled, type TelemetryFeedOptions } from "./telemetry/telemetry-feed.ts";
