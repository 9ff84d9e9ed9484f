/**
 * The one error class of Entrain. The set of codes is closed, and a code says what the caller must do, not where the
 * fault happened: correct the request, wait and try again, read anew and decide again, or give up.
 */

/**
 * - `invalid-argument`: correct the named field; trying again unchanged cannot succeed.
 * - `invalid-config`: correct the environment, file or certificate (exit code 78).
 * - `not-found`: the named thing does not exist.
 * - `already-exists`: the named thing exists with other content.
 * - `conflict`: the base was stale; read anew and decide again (C2).
 * - `compacted`: that much history is not kept; `value` is the oldest version there is, or read the whole anew (C1).
 * - `stale-term`: the caller is no longer the leader of that term; its effect was refused (L3).
 * - `stale-generation`: the store may have lost writes since the caller last looked (S1); read anew.
 * - `recovering`: the store's recovery window is open; nothing new is granted until it closes (S1).
 * - `superseded`: a higher incarnation of this agent id is alive; this one must exit (M3).
 * - `store-unavailable`: Redis cannot be reached or answers no more; try again later.
 * - `unavailable`: a peer or service cannot be reached; try again later or elsewhere.
 * - `deadline-exceeded`: the budget of time ran out; the outcome may be unknown.
 * - `resource-exhausted`: a documented limit is reached; slow down or free something.
 * - `permission-denied`: the caller's identity does not allow it.
 * - `cancelled`: the caller's own signal aborted it.
 * - `internal`: a defect of Entrain; please report it.
 */
export type ErrorCode =
  | "invalid-argument"
  | "invalid-config"
  | "not-found"
  | "already-exists"
  | "conflict"
  | "compacted"
  | "stale-term"
  | "stale-generation"
  | "recovering"
  | "superseded"
  | "store-unavailable"
  | "unavailable"
  | "deadline-exceeded"
  | "resource-exhausted"
  | "permission-denied"
  | "cancelled"
  | "internal";

const retryableCodes: ReadonlySet<ErrorCode> = new Set([
  "stale-generation",
  "recovering",
  "store-unavailable",
  "unavailable",
  "deadline-exceeded",
  "resource-exhausted",
]);

/** A place in a text, counted from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** What an error says beside its sentence. */
export interface ErrorDetails {
  /** The input that is wrong: a field, flag, variable or JSON Pointer. */
  readonly field?: string;
  /** The value found there (never a secret). */
  readonly value?: unknown;
  /** What to do about it, as a phrase. */
  readonly remedy?: string;
  /** Where in the value, for a text that does not parse. */
  readonly position?: TextPosition;
  /** The nearest input that would be accepted, where there is one. */
  readonly nearest?: unknown;
  readonly cause?: unknown;
}

/** An error of Entrain: `code` for programs, `message` for people. */
export class EntrainError extends Error {
  override readonly name = "EntrainError";
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly value: unknown;
  readonly remedy: string | undefined;
  readonly position: TextPosition | undefined;
  readonly nearest: unknown;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.field = details.field;
    this.value = details.value;
    this.remedy = details.remedy;
    this.position = details.position;
    this.nearest = details.nearest;
  }

  /** True where the same call may succeed later without being changed. */
  get retryable(): boolean {
    return retryableCodes.has(this.code);
  }

  /** Wraps anything that was thrown; an EntrainError passes unchanged. */
  static from(thrown: unknown, code: ErrorCode = "internal"): EntrainError {
    if (thrown instanceof EntrainError) return thrown;
    if (thrown instanceof Error) return new EntrainError(code, thrown.message, { cause: thrown });
    return new EntrainError(code, typeof thrown === "string" ? thrown : shown(thrown), { cause: thrown });
  }

  /** A wrong input: names the field, the value and the remedy; with the nearest right one, or the place in a text. */
  static invalid(
    field: string,
    value: unknown,
    remedy: string,
    more: { readonly nearest?: unknown; readonly position?: TextPosition } = {},
  ): EntrainError {
    const message = `${field === "" ? "it" : field} is ${shown(value)}: ${remedy}`;
    return new EntrainError("invalid-argument", message, { field, value, remedy, ...more });
  }
}

/** Longest text that a message repeats, characters. */
const shownMax = 300;

/** A value as a message shows it. Objects are not asked for their text: what came over the wire may have broken it. */
function shown(value: unknown): string {
  if (typeof value === "string")
    return JSON.stringify(value.length > shownMax ? `${value.slice(0, shownMax)}…` : value);
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "function" ? "a function" : String(value);
}
