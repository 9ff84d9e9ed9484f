/** Sessions as a process uses them: makes them, looks at them, waits for them, ends them. Others drive them. */
import { canonicalJson, EntrainError, nearestName } from "@entrain/kernel";
import {
  capabilitiesOf,
  foldSession,
  isEnded,
  sessionSpec,
  type CheckExpression,
  type Pattern,
  type SessionDefaults,
  type SessionEnd,
  type SessionRecord,
  type SessionSpec,
  type SessionState,
} from "@entrain/core/session";
import {
  noTracing,
  type EventSink,
  type SessionHeader,
  type SessionPage,
  type SessionStore,
  type TaskStore,
  type Timers,
  type Tracing,
} from "@entrain/ports";

/** A session and what is known of it. */
export interface SessionView {
  readonly header: SessionHeader;
  readonly record: SessionRecord;
}

/** Sessions of the swarm. Errors: `store-unavailable`, `deadline-exceeded`. */
export interface SessionDesk {
  /**
   * Makes a session; the same one under the same id is made once.
   * @param wish goal, pattern, input, limits and budget: see docs/sessions.md
   * @throws EntrainError `invalid-argument` that names the field, also for a capability that nobody offers;
   *   `already-exists`, `resource-exhausted`
   */
  create(wish: unknown): Promise<string>;
  /** @throws EntrainError `not-found` */
  read(sessionId: string): Promise<SessionView>;
  /**
   * How it stands now, and again whenever that has changed, up to its end; what comes while the caller is busy is seen as one change.
   * @throws EntrainError `not-found`; the signal's reason where it aborts
   */
  watch(sessionId: string, options?: { readonly signal?: AbortSignal }): AsyncIterable<SessionView>;
  /** Newest first. */
  list(limit: number, before?: number): Promise<SessionPage>;
  /**
   * Waits for its end.
   * @param options `timeoutMs`: default the session's own, and 10,000 for its end to be written
   * @throws EntrainError `not-found`, `deadline-exceeded`; the signal's reason where it aborts. The session goes on.
   */
  wait(
    sessionId: string,
    options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal },
  ): Promise<SessionEnd>;
  /** Asks for its end; false where it has ended. @throws EntrainError `not-found` */
  cancel(sessionId: string, cause?: string): Promise<boolean>;
}

/** What a desk needs. */
export interface SessionDeskOptions {
  readonly sessions: SessionStore;
  readonly tasks: TaskStore;
  readonly timers: Timers;
  readonly patterns: ReadonlyMap<string, Pattern>;
  readonly checkExpression: CheckExpression;
  /** What counts in a session that is made now and says nothing itself (default: what is documented). */
  readonly defaults?: () => SessionDefaults;
  /** A name that no other session has. */
  readonly nextSessionId: () => string;
  /** Is told once a wait where nobody drives the session that is waited for (default: nobody is told). */
  readonly events?: EventSink;
  /** How long it waits to be driven until that is told, ms (default 4,000, two leases). */
  readonly undrivenAfterMs?: number;
  /** Leads from whoever makes a session to it (default: nothing does). */
  readonly tracing?: Tracing;
}

/** Longest pause between two looks where no hint comes, ms. */
const pollMs = 500;
/** How long a wait goes on after the session's own time is over, for whoever drives it to end it, ms. */
const waitMarginMs = 10_000;
/** Longest delay of Node's timers, ms. */
const waitMaxMs = 2_147_483_647;

/** A desk over a store. */
export function createSessionDesk(options: SessionDeskOptions): SessionDesk {
  const { sessions, tasks, nextSessionId, tracing = noTracing } = options;

  async function refuseUnknown(pattern: Parameters<typeof capabilitiesOf>[0]): Promise<void> {
    const offered = Object.keys((await tasks.figures(0)).capabilities).filter((name) => !name.startsWith("entrain."));
    for (const name of capabilitiesOf(pattern)) {
      if (offered.includes(name)) continue;
      const near = nearestName(name, offered);
      const hint = near === undefined ? "" : `; did you mean ${near}?`;
      const told = offered.length === 0 ? "no agent offers any" : `offered are ${offered.join(", ")}`;
      throw EntrainError.invalid("pattern.capability", name, `${told}${hint}`);
    }
  }

  async function read(sessionId: string): Promise<SessionView> {
    const stored = await sessions.read(sessionId, 0);
    if (stored === undefined) throw new EntrainError("not-found", `there is no session ${sessionId}`);
    const fold = foldSession();
    for (const entry of stored.entries) fold.enter(entry);
    return { header: stored.header, record: fold.record };
  }

  return {
    async create(wish) {
      const specWith = (defaults: SessionDefaults) => sessionSpec(wish, nextSessionId(), { ...options, defaults });
      const spec = specWith(options.defaults?.() ?? {});
      await refuseUnknown(spec.pattern as Parameters<typeof capabilitiesOf>[0]);
      const outcome = await sessions.create(spec, tracing.carried());
      if (outcome === "reused" && !(await isMade(sessions, spec.sessionId, specWith)))
        throw new EntrainError("already-exists", `there is another session ${spec.sessionId}: choose another id`);
      if (outcome === "full") throw new EntrainError("resource-exhausted", "too many tasks wait: try again later");
      return spec.sessionId;
    },
    read,
    async *watch(sessionId, { signal } = {}) {
      let seen = 0;
      for (;;) {
        signal?.throwIfAborted();
        const moved = movedOn(options, sessionId, signal);
        try {
          const view = await read(sessionId);
          // Nothing is written before somebody drives it.
          const stands = 1 + view.record.entries;
          if (stands !== seen) yield view;
          seen = stands;
          if (isEnded(view.header.state)) return;
          await moved.promise;
        } finally {
          moved.end();
        }
      }
    },
    list: (limit, before) => sessions.list(limit, before),
    wait: (sessionId, how) => waitForEnd(options, read, sessionId, how),
    async cancel(sessionId, cause = "it was cancelled") {
      if (await sessions.cancel(sessionId, cause)) return true;
      await read(sessionId);
      return false;
    },
  };
}

async function waitForEnd(
  options: SessionDeskOptions,
  read: SessionDesk["read"],
  sessionId: string,
  { timeoutMs, signal }: Parameters<SessionDesk["wait"]>[1] = {},
): Promise<SessionEnd> {
  const { timers, events = () => undefined, undrivenAfterMs = 4_000 } = options;
  signal?.throwIfAborted();
  let { header, record } = await read(sessionId);
  const limitMs = checkLimit(timeoutMs ?? header.spec.timeoutMs + waitMarginMs);
  const ending = new AbortController();
  const callOff = timers.after(limitMs, () => {
    ending.abort(lateError(sessionId, limitMs, header.state));
  });
  const callOffWarning = timers.after(undrivenAfterMs, () => {
    if (header.state === "initializing") events({ kind: "session.undriven", sessionId, forMs: undrivenAfterMs });
  });
  try {
    for (;;) {
      signal?.throwIfAborted();
      const moved = movedOn(options, sessionId, signal);
      try {
        ({ header, record } = await read(sessionId));
        if (isEnded(header.state) && record.end !== null) return record.end;
        ending.signal.throwIfAborted();
        await moved.promise;
      } finally {
        moved.end();
      }
    }
  } finally {
    callOff();
    callOffWarning();
  }
}

function checkLimit(timeoutMs: number): number {
  if (typeof timeoutMs === "number" && timeoutMs >= 1 && timeoutMs <= waitMaxMs) return timeoutMs;
  throw EntrainError.invalid("timeoutMs", timeoutMs, `give a duration from 1 to ${waitMaxMs} ms`);
}

function lateError(sessionId: string, limitMs: number, state: SessionState): EntrainError {
  if (state !== "initializing")
    return new EntrainError("deadline-exceeded", `session ${sessionId} goes on after ${limitMs} ms`);
  const remedy = "start a coordinator or make an agent with coordinate: true";
  const message = `session ${sessionId} was not begun in ${limitMs} ms, for nobody drives sessions: ${remedy}`;
  return new EntrainError("deadline-exceeded", message, { remedy });
}

/** True where the session is the one that was asked for, made under other defaults. */
async function isMade(
  sessions: SessionStore,
  sessionId: string,
  specWith: (defaults: SessionDefaults) => SessionSpec,
): Promise<boolean> {
  const made = (await sessions.read(sessionId, Number.MAX_SAFE_INTEGER))?.header.spec;
  return made !== undefined && canonicalJson(specWith(made.defaults ?? {})) === canonicalJson(made);
}

/** Resolves with the next hint of the session, or when it is time to look again; watching begins at once. */
function movedOn(
  { sessions, timers }: SessionDeskOptions,
  sessionId: string,
  signal: AbortSignal | undefined,
): { readonly promise: Promise<void>; end(): void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  const unwatch = sessions.watch((hint) => {
    if (hint.sessionId === sessionId) resolve();
  });
  const callOff = timers.after(pollMs, resolve);
  signal?.addEventListener("abort", resolve, { once: true });
  return {
    promise,
    end() {
      unwatch();
      callOff();
      signal?.removeEventListener("abort", resolve);
    },
  };
}
