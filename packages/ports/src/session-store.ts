/** Sessions in the store: what was asked for, and the log of what happened. */
import type { TraceCarrier } from "@entrain/kernel";
import type { SessionEntry, SessionEvent, SessionSpec, SessionState } from "@entrain/core/session";
import type { Unsubscribe } from "./subscription.ts";

/** A session at a glance. */
export interface SessionHeader {
  readonly spec: SessionSpec;
  readonly state: SessionState;
  /** 0 to 100; null before a result. */
  readonly score: number | null;
  /** Empty where nothing went wrong. */
  readonly cause: string;
  /** The store's clock, Unix ms. */
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  /** Why it is to be cancelled; null while nobody wants that. */
  readonly cancelling: string | null;
}

/** A session and its log, or the end of it. */
export interface StoredSession {
  readonly header: SessionHeader;
  readonly entries: readonly SessionEntry[];
  /** The store's clock now, Unix ms. */
  readonly nowMs: number;
}

export interface SessionPage {
  readonly sessions: readonly SessionHeader[];
  /** Where the next page begins; undefined: there is none. */
  readonly next: number | undefined;
}

/** What is appended, and by whom: `token` of the task that drives the session, after `known` entries. */
export interface SessionAppend {
  readonly sessionId: string;
  readonly taskId: string;
  readonly token: number;
  readonly known: number;
  readonly events: readonly SessionEvent[];
}

/** The entries' instant; or the session is somebody else's by now, and nothing was done (P1). */
export type AppendAnswer = { readonly kind: "done"; readonly atMs: number } | { readonly kind: "lost" };

/** Errors: `store-unavailable`, `deadline-exceeded`; `resource-exhausted` where the store is full. */
export interface SessionStore {
  /** Makes a session and offers the task that drives it, caused by `trace`, together; the same once. `reused`: the id has another one. */
  create(spec: SessionSpec, trace?: TraceCarrier): Promise<"created" | "repeated" | "reused" | "full">;
  append(append: SessionAppend): Promise<AppendAnswer>;
  /** The session, and its entries after `after`; undefined where there is none. */
  read(sessionId: string, after: number): Promise<StoredSession | undefined>;
  /** Newest first, before `before`. */
  list(limit: number, before?: number): Promise<SessionPage>;
  /** Asks for its end; false where it has ended, or there is none. */
  cancel(sessionId: string, cause: string): Promise<boolean>;
  /** Calls back with what moved on: a hint. */
  watch(onHint: (hint: { readonly sessionId: string; readonly state: SessionState }) => void): Unsubscribe;
}
