/** One entry of the document's history: a version, who made it and why, and what it changed. */
import { EntrainError, type Json } from "@entrain/kernel";
import type { Change } from "./changes.ts";
import { documentLimits } from "./document.ts";

/** A change as it was asked for. */
export type ContextPatch =
  /** RFC 7396. */
  | { readonly kind: "merge"; readonly patch: Json }
  /** RFC 6902. */
  | { readonly kind: "json"; readonly patch: readonly Json[] }
  /** The document is to be again what it was in that version (C3). */
  | { readonly kind: "rollback"; readonly toVersion: number }
  /** The first document, or the one that a process knew when the store had lost it. */
  | { readonly kind: "initial" };

/** Who changes the document, and why. */
export interface ChangeNote {
  /** 1 to 128 characters. */
  readonly author: string;
  /** At most 1,024 characters. */
  readonly reason: string;
}

/** A version of the document in its history. */
export interface ContextEntry extends ChangeNote {
  readonly version: number;
  /** The version that it was made of: one less within a generation of the store. */
  readonly baseVersion: number;
  /** The store's clock, Unix ms. */
  readonly atMs: number;
  readonly patch: ContextPatch;
  readonly changes: readonly Change[];
}

/** A change that may be written: the whole next document, and what led to it. */
export interface ContextProposal extends ChangeNote {
  /** The version that it was made of; any other makes the store refuse it (C2). */
  readonly baseVersion: number;
  /** The next document as JSON. */
  readonly text: string;
  readonly patch: ContextPatch;
  readonly changes: readonly Change[];
  /** The same id with the same change is carried out once; 1 to 128 characters. */
  readonly requestId?: string | undefined;
}

/**
 * Checks a note.
 * @throws EntrainError `invalid-argument` that names the field.
 */
export function checkNote({ author, reason }: ChangeNote): void {
  checkText("author", author, 1, documentLimits.author);
  checkText("reason", reason, 0, documentLimits.reason);
}

/** Checks a request id. @throws EntrainError `invalid-argument` that names it. */
export function checkRequestId(requestId: string | undefined): void {
  if (requestId !== undefined) checkText("requestId", requestId, 1, documentLimits.requestId);
}

function checkText(field: string, text: string, min: number, max: number): void {
  if (text.length >= min && text.length <= max) return;
  throw EntrainError.invalid(field, `${text.length} characters`, `give ${min} to ${max}`);
}
