/**
 * Writes into the shared document which sessions run (core's execution.ts says what), so that whoever watches it sees them. At
 * most one change in `/configuration/coordination/executionEveryMs` (5 s where nothing is said), for each is a version that
 * everybody is told and the history keeps; the first after a while comes at once. `/configuration/coordination/execution: false`
 * turns it off.
 *
 * Every process that drives sessions has one, for those that it drives. A change is written on the version that it was made of
 * (C2) and made anew where another was first. What a crash left behind is looked for once a minute, in the sessions' own
 * records. An account: no session waits for it, and what cannot be written is told with the next change.
 */
import { EntrainError, type Random } from "@entrain/kernel";
import {
  diffDocuments,
  memberAt,
  operationsOf,
  type ContextDocument,
  type SharedDocument,
} from "@entrain/core/context";
import {
  executionNote,
  isEnded,
  nextExecution,
  patternName,
  runningSessions,
  type SessionRun,
} from "@entrain/core/session";
import type { Clock, ContextDesk, EventSink, SessionHeader, SessionStore, Timers } from "@entrain/ports";
import type { ContextSource } from "../context/context-follower.ts";
import { keepLooking } from "../clock/keep-looking.ts";

/** What a board needs. */
export interface ExecutionBoardOptions {
  readonly sessions: Pick<SessionStore, "read">;
  readonly desk: Pick<ContextDesk, "read" | "patch">;
  readonly source: Pick<ContextSource, "current">;
  readonly clock: Pick<Clock, "monoMs">;
  readonly timers: Timers;
  readonly random: Random;
  readonly events: EventSink;
}

/** Tells of the sessions that a process drives. */
export interface ExecutionBoard {
  /** The session has moved on; `tell` is asked how it stands when that is written. */
  note(sessionId: string, tell: () => SessionRun): void;
  /** Whoever drove it drives it no more: how it stands now is what is told of it, or nothing where it is another's. */
  leave(sessionId: string, isOthers: boolean): void;
  /** Begins to look for what a crash left behind. */
  start(): void;
  /** Writes no more. */
  stop(): Promise<void>;
}

/** Pause before the first change after a while, ms: a session that begins has moved on several times. */
const leadMs = 50;
const usualEveryMs = 5_000;
const sweepEveryMs = 60_000;
/** Sessions of which nothing was written yet. */
const notedMax = 1_000;
/** Tries of one change on newer versions; the next one comes with the next change. */
const attemptsMax = 5;

/** A board that writes nothing before the first note. */
export function createExecutionBoard(options: ExecutionBoardOptions): ExecutionBoard {
  const { clock, timers, random } = options;
  const noted = new Map<string, () => SessionRun | null>();
  let writtenAtMs = -Infinity;
  let callOff: (() => void) | undefined;
  let writing: Promise<void> = Promise.resolve();
  let stopped = false;

  const coordination = (name: string): unknown =>
    memberAt(options.source.current()?.document["configuration"], ["coordination", name]);

  function everyMs(): number {
    const said = coordination("executionEveryMs");
    return typeof said === "number" && said >= 100 ? said : usualEveryMs;
  }

  function put(sessionId: string, tell: () => SessionRun | null): void {
    if (stopped || (noted.size >= notedMax && !noted.has(sessionId))) return;
    noted.set(sessionId, tell);
    plan();
  }

  function plan(): void {
    if (callOff !== undefined || stopped || noted.size === 0) return;
    callOff = timers.after(Math.max(leadMs, writtenAtMs + everyMs() - clock.monoMs()), () => {
      writing = write().finally(() => {
        callOff = undefined;
        plan();
      });
    });
  }

  async function write(): Promise<void> {
    writtenAtMs = clock.monoMs();
    const taken = new Map(noted);
    noted.clear();
    if (coordination("execution") === false) return;
    try {
      await writeNotes(options, new Map([...taken].map(([sessionId, tell]) => [sessionId, tell()])));
    } catch (thrown) {
      const { code, message, retryable } = EntrainError.from(thrown);
      options.events({ kind: "follow.failed", what: "the account of sessions in the shared document", code, message });
      // What the swarm's own schema refuses is not refused again and again.
      if (!retryable && code !== "conflict") return;
      for (const [sessionId, tell] of taken) if (!noted.has(sessionId)) noted.set(sessionId, tell);
    }
  }

  let stopSweeping: (() => Promise<void>) | undefined;
  async function sweep(): Promise<void> {
    for (const [sessionId, run] of await endedMeanwhile(options)) put(sessionId, () => run);
  }

  return {
    note: put,
    leave(sessionId, isOthers) {
      const tell = noted.get(sessionId);
      if (tell === undefined) return;
      const run = tell();
      if (isOthers) noted.delete(sessionId);
      else noted.set(sessionId, () => run);
    },
    start() {
      stopSweeping ??= keepLooking({ everyMs: sweepEveryMs, timers, random, look: sweep });
    },
    async stop() {
      stopped = true;
      callOff?.();
      await Promise.all([stopSweeping?.(), writing]);
    },
  };
}

/** Writes what has moved on, as one change; nothing where the document says so already. */
async function writeNotes(
  { source, desk }: ExecutionBoardOptions,
  notes: ReadonlyMap<string, SessionRun | null>,
): Promise<void> {
  let present: ContextDocument = source.current() ?? (await desk.read());
  for (let attempt = 1; ; attempt++) {
    const { version, document } = present;
    const next: SharedDocument = { ...document, execution: nextExecution(document["execution"], notes) };
    const patch = operationsOf(diffDocuments(document, next));
    if (patch.length === 0) return;
    try {
      await desk.patch({ kind: "json", patch }, { ...executionNote, baseVersion: version });
      return;
    } catch (thrown) {
      if (EntrainError.from(thrown).code !== "conflict" || attempt >= attemptsMax) throw thrown;
      present = await desk.read();
    }
  }
}

/** Of the sessions that the document says are running those that are not, as they stand; null for one that is not known. */
async function endedMeanwhile({
  source,
  sessions,
}: ExecutionBoardOptions): Promise<ReadonlyMap<string, SessionRun | null>> {
  const ended = new Map<string, SessionRun | null>();
  for (const sessionId of runningSessions(source.current()?.document["execution"])) {
    const header = (await sessions.read(sessionId, Number.MAX_SAFE_INTEGER))?.header;
    if (header === undefined) ended.set(sessionId, null);
    else if (isEnded(header.state)) ended.set(sessionId, runOf(header));
  }
  return ended;
}

function runOf({ spec, state, score, cause, createdAtMs, changedAtMs }: SessionHeader): SessionRun {
  return { pattern: patternName(spec), state, by: "", createdAtMs, changedAtMs, score, cause, agents: [] };
}
