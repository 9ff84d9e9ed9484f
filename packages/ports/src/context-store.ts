/** The shared document in the store: versions, changes, history (C1 to C3). */
import type {
  Change,
  ContextDocument,
  ContextEntry,
  ContextPatch,
  ContextProposal,
  HistoryLimits,
  SharedDocument,
} from "@entrain/core/context";
import type { Unsubscribe } from "./subscription.ts";

/** A part of the history. */
export interface HistoryPage {
  /** The store's clock when it answered, Unix ms. */
  readonly nowMs: number;
  /** The present version. */
  readonly present: number;
  /** The oldest version that is kept; 0 where there is none. */
  readonly oldest: number;
  readonly entries: readonly ContextEntry[];
}

/** A hint of new versions, the last of which is `version` (NaN: it is not known); small entries come with it, in order. */
export interface ContextHint {
  readonly version: number;
  readonly entries?: readonly ContextEntry[];
}

/** Errors: `store-unavailable`, `deadline-exceeded`. */
export interface ContextStore {
  /** The present document; version 0 and empty before there is one. */
  read(): Promise<ContextDocument>;
  /** The present document; `initial` is written as the first version and answered if there is none. */
  readOrCreate(initial: SharedDocument, author: string): Promise<ContextDocument>;
  /** The version that a request id has made with that patch, if any. Errors: `already-exists` for another patch. */
  findRequest(requestId: string, patch: ContextPatch): Promise<number | undefined>;
  /**
   * Writes the next version (C1), or answers the one that the request id has made. Errors: `conflict` with the present
   * version as its value (C2), `already-exists`, `recovering`, `resource-exhausted`.
   */
  commit(proposal: ContextProposal, keep: HistoryLimits): Promise<number>;
  /** The versions after `version`, oldest first, at most 200; not all that there are since where some are compacted. */
  changesSince(version: number): Promise<HistoryPage>;
  /** The versions before `version` (default: all), newest first. */
  history(limit: number, version?: number): Promise<HistoryPage>;
  /** Calls back soon after a change: a hint, some may be missed. */
  watch(onHint: (hint: ContextHint) => void): Unsubscribe;
}

/** What a patch makes of a document, and whether that may be written. Errors: `invalid-argument` with a JSON Pointer. */
export interface DocumentRules {
  apply(document: SharedDocument, patch: Extract<ContextPatch, { readonly kind: "merge" | "json" }>): SharedDocument;
  /** Refuses a document that breaks a limit, a schema or its policy; answers its JSON text. */
  check(document: SharedDocument, changes: readonly Change[]): string;
}
