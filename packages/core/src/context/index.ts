/** The shared context: one document in versions, its changes, its history (C1 to C3). */
export {
  expiredItems,
  expiringItems,
  viewChanges,
  viewDocument,
  viewEntry,
  viewNews,
  type ContextReader,
} from "./blackboard.ts";
export { callSettings, type CallSettings } from "./call-settings.ts";
export { diffDocuments, equalJson, operationsOf, redo, undo, type Change } from "./changes.ts";
export {
  checkDocument,
  checkPatchSize,
  documentLimits,
  emptyDocument,
  type ContextDocument,
  type SharedDocument,
} from "./document.ts";
export {
  checkNote,
  checkRequestId,
  type ChangeNote,
  type ContextEntry,
  type ContextPatch,
  type ContextProposal,
} from "./entry.ts";
export { featureOf, isSwarmMode, type FeatureValue } from "./features.ts";
export { createSieve, type ContextFilter, type ContextSieve } from "./filter.ts";
export { advance, type Advance, type ContextNews } from "./following.ts";
export {
  compactedError,
  compactedNote,
  documentAt,
  historyLimits,
  historyLimitsOf,
  type HistoryLimits,
} from "./history.ts";
export { formatPointer, parsePointer } from "./json-pointer.ts";
export { memberAt } from "./member-at.ts";
export { severities, type Severity } from "./severity.ts";
