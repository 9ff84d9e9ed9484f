/** Changes and history of the shared document, as whoever may write it works with them (C2, C3). */
import type { ChangeNote, ContextDocument, ContextPatch } from "@entrain/core/context";
import type { HistoryPage } from "./context-store.ts";

/** Whose change, and under which condition. */
export interface ChangeRequest extends ChangeNote {
  /** Refused unless this is the present version (default: whatever is). */
  readonly baseVersion?: number | undefined;
  /** The same id with the same change is carried out once, however often it is sent. */
  readonly requestId?: string | undefined;
}

/** What a change came to. */
export interface ChangeOutcome {
  readonly version: number;
}

/** The patches that a caller may send. */
export type DocumentPatch = Extract<ContextPatch, { readonly kind: "merge" | "json" }>;

/** Changes and history of the shared document. Errors: those of `ContextStore`. */
export interface ContextDesk {
  read(): Promise<ContextDocument>;
  /** Errors: `conflict` with the present version, `invalid-argument` with a JSON Pointer. */
  patch(patch: DocumentPatch, request: ChangeRequest): Promise<ChangeOutcome>;
  /** Makes a new version that is what `toVersion` was (C3). Errors: also `compacted`, `not-found`. */
  rollback(toVersion: number, request: ChangeRequest): Promise<ChangeOutcome>;
  /** The versions before `before` (default: all), newest first. */
  history(limit: number, before?: number): Promise<HistoryPage>;
}
