/**
 * One session in the hands of its owner: reads the log, asks the core what is to be done, writes down what it is about to do,
 * does it, and writes down what came of it, until the session is over.
 *
 * Order within a round: ends of steps are written first, then what the core makes of them; a step is written down as begun
 * before its task is offered. Everything written is fenced by the token of the driving task (P1).
 */
import { EntrainError, type TraceCarrier } from "@entrain/kernel";
import { budgetLimits, type Amounts } from "@entrain/core/budget";
import {
  endFromOutside,
  evaluateSession,
  foldSession,
  patternName,
  runOfRecord,
  sessionTaskId,
  type EvaluationOptions,
  type Score,
  type SessionEnd,
  type SessionEntry,
  type SessionEvent,
  type SessionPlan,
  type SessionSpec,
  type WantedStep,
} from "@entrain/core/session";
import {
  noTracing,
  type Clock,
  type EventSink,
  type SessionHeader,
  type SessionStore,
  type TaskStore,
  type Timers,
  type Tracing,
} from "@entrain/ports";
import type { BudgetDesk } from "../budget/budget-desk.ts";
import type { ExecutionBoard } from "./execution-board.ts";
import { createSessionBudget, type SessionBudget } from "./session-budget.ts";
import { createSessionChanges, type ChangeStore, type SessionChanges } from "./session-changes.ts";
import { createSessionSteps, type SessionSteps } from "./session-steps.ts";
import { createSessionTrace, type SessionTrace } from "./session-trace.ts";
import { createWakeUp, type WakeUp } from "./wake-up.ts";

/** What driving needs. */
export interface DriveSurroundings extends EvaluationOptions {
  readonly sessions: SessionStore;
  readonly tasks: TaskStore;
  readonly budget: Pick<BudgetDesk, "allocate" | "read">;
  readonly context: ChangeStore;
  /** Where is told which sessions run (default: nowhere). */
  readonly execution?: Pick<ExecutionBoard, "note" | "leave">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly events: EventSink;
  /** Default: nothing is recorded. */
  readonly tracing?: Tracing;
  /** Who drives. */
  readonly owner: string;
}

/** Longest pause between two looks where no hint comes, ms. */
const pollMs = 500;
/** The requests of an ended session are remembered that long at least: later they would be new ones, ms. */
const settledWithinMs = budgetLimits.rememberedMs / 2;

/**
 * Drives a session to its end.
 * @param token of the task that drives it
 * @throws the signal's reason where it aborts; EntrainError `unavailable` where somebody else drives it; errors of the store
 */
export async function driveSession(
  around: DriveSurroundings,
  sessionId: string,
  token: number,
  signal: AbortSignal,
): Promise<SessionEnd> {
  const stored = await around.sessions.read(sessionId, 0);
  if (stored === undefined) throw new EntrainError("not-found", `there is no session ${sessionId}`);
  const trace = createSessionTrace(around.tracing ?? noTracing, stored.header.spec, around.owner);
  return trace.run(async () => {
    const drive = new Drive(around, stored.header, { token, trace }, signal);
    try {
      return await drive.toEnd(stored.entries, stored.nowMs);
    } finally {
      drive.close();
    }
  });
}

class Drive {
  readonly #around: DriveSurroundings;
  readonly #spec: SessionSpec;
  readonly #createdAtMs: number;
  readonly #changedAtMs: number;
  readonly #token: number;
  readonly #trace: SessionTrace;
  readonly #signal: AbortSignal;
  readonly #fold = foldSession();
  readonly #steps: SessionSteps;
  readonly #wakeUp: WakeUp;
  readonly #changes: SessionChanges;
  /** The store's clock less this process's monotonic one, ms. */
  #offsetMs = 0;
  readonly #budget: SessionBudget;
  #cancelling: string | null;
  #isLost = false;
  #lookedAtMs = -Infinity;

  constructor(
    around: DriveSurroundings,
    header: SessionHeader,
    { token, trace }: { readonly token: number; readonly trace: SessionTrace },
    signal: AbortSignal,
  ) {
    this.#around = around;
    this.#spec = header.spec;
    this.#createdAtMs = header.createdAtMs;
    this.#changedAtMs = header.changedAtMs;
    this.#cancelling = header.cancelling;
    this.#token = token;
    this.#trace = trace;
    this.#signal = signal;
    this.#steps = createSessionSteps(around.tasks, header.spec, this.#fold.record);
    this.#wakeUp = createWakeUp(around, header.spec.sessionId, signal);
    this.#changes = createSessionChanges(around.context, () => {
      this.#wakeUp.wake();
    });
    this.#budget = createSessionBudget(around.budget, header.spec, this.#fold.record, {
      append: (events) => this.#append(events),
      wake: () => {
        this.#wakeUp.wake();
      },
      leftMs: () => this.#leftMs(),
    });
  }

  async toEnd(entries: readonly SessionEntry[], nowMs: number): Promise<SessionEnd> {
    for (const entry of entries) this.#fold.enter(entry);
    this.#offsetMs = nowMs - this.#around.clock.monoMs();
    // Its last owner may have died before it gave the budget back.
    const { end } = this.#fold.record;
    if (end !== null) this.#note();
    if (end !== null) return nowMs - this.#changedAtMs < settledWithinMs ? this.#settled(end) : end;
    const { owner } = this.#around;
    // One that reads the log anew is in it already.
    if (lastOwner(entries) !== owner) await this.#append([{ kind: "owned", owner }]);
    // Before the budget, which may not answer for as long as the session has time.
    const outside = this.#endFromOutside();
    if (outside !== undefined) return this.#close(outside, []);
    await this.#budget.take();
    for (;;) {
      this.#signal.throwIfAborted();
      const ended = await this.#round();
      if (ended !== undefined) return ended;
    }
  }

  close(): void {
    this.#wakeUp.end();
    this.#changes.end();
    this.#budget.leave();
    this.#around.execution?.leave(this.#spec.sessionId, this.#isLost);
  }

  /** One look at everything; the end, or undefined where there is more to do. */
  async #round(): Promise<SessionEnd | undefined> {
    await this.#lookForCancel();
    const outside = this.#endFromOutside();
    if (outside !== undefined) return this.#close(outside, []);
    const plan = evaluateSession(this.#spec, this.#fold.record, this.#around);
    if (plan.end !== null) return this.#close(plan.end, plan.scores);
    const rosters = await this.#rosters(plan);
    const isFresh = ({ path }: WantedStep): boolean => !this.#fold.record.started.has(path);
    if (await this.#budget.look(this.#steps.consuming(), plan.wanted.some(isFresh))) return undefined;
    const begun = plan.wanted.filter((step) => !isFresh(step) || this.#budget.allows(step));
    const left = this.#budget.left(this.#steps.consuming());
    const fresh = begun.filter(isFresh).map((step) => startedEvent(step, left, this.#trace.begin(step)));
    const written = [...this.#iterations(plan.scores), ...rosters, ...fresh, ...this.#stateOf(plan)];
    if (written.length > 0) await this.#append(written);
    const ends = [
      ...(await this.#steps.offer(begun)),
      ...(await this.#steps.ends(begun, this.#nowMs())),
      ...(await this.#steps.drop(plan.wanted, "it is not needed any more")),
    ];
    ends.push(...(await this.#changes.look(plan.watches, plan.changes)));
    if (ends.length > 0) await this.#append(ends);
    if (ends.length > 0 || rosters.some(({ kind }) => kind === "roster")) return undefined;
    await this.#wakeUp.next(Math.min(pollMs, Math.max(1, this.#leftMs())));
    return undefined;
  }

  #endFromOutside(): SessionEnd | undefined {
    if (this.#cancelling !== null) return endFromOutside("cancelled", this.#cancelling);
    const gone = this.#budget.gone();
    if (gone !== undefined) return endFromOutside("failed", gone);
    if (this.#leftMs() <= 0) return endFromOutside("failed", `it took longer than ${this.#spec.timeoutMs} ms`);
    return undefined;
  }

  async #close(end: SessionEnd, scores: readonly Score[]): Promise<SessionEnd> {
    const dropped = await this.#steps.drop([], "its session is over");
    await this.#append([...dropped, ...this.#iterations(scores), { kind: "closed", ...end }]);
    return this.#settled(end);
  }

  async #settled(end: SessionEnd): Promise<SessionEnd> {
    await this.#budget.settle();
    return end;
  }

  /** Agents for what asks for them; while nobody offers the capability it is asked again. */
  async #rosters({ rosters }: SessionPlan): Promise<readonly SessionEvent[]> {
    if (rosters.length === 0) return [];
    const { capabilities } = await this.#around.tasks.figures(0);
    return rosters.flatMap(({ path, capability, count }): readonly SessionEvent[] => {
      const agents = capabilities[capability] ?? [];
      return agents.length === 0 ? [] : [{ kind: "roster", path, agents: agents.slice(0, count) }];
    });
  }

  #iterations(scores: readonly Score[]): readonly SessionEvent[] {
    return scores.slice(this.#fold.record.iterated).map(({ score, parts }, index) => {
      return { kind: "iterated", iteration: this.#fold.record.iterated + index + 1, score, parts };
    });
  }

  #stateOf({ state }: SessionPlan): readonly SessionEvent[] {
    return state === this.#fold.record.state ? [] : [{ kind: "state", state }];
  }

  /** Where there is a hint of it, and at times without one, however busy the session is: a hint may have been lost. */
  async #lookForCancel(): Promise<void> {
    const nowMs = this.#nowMs();
    if (!this.#wakeUp.sessionHinted() && nowMs - this.#lookedAtMs < pollMs) return;
    this.#lookedAtMs = nowMs;
    const stored = await this.#around.sessions.read(this.#spec.sessionId, this.#fold.record.entries);
    this.#cancelling = stored?.header.cancelling ?? null;
  }

  async #append(events: readonly SessionEvent[]): Promise<void> {
    const { sessions, events: tell } = this.#around;
    const { sessionId } = this.#spec;
    const known = this.#fold.record.entries;
    const taskId = sessionTaskId(sessionId);
    const answer = await sessions.append({ sessionId, taskId, token: this.#token, known, events });
    this.#isLost = answer.kind === "lost";
    if (answer.kind === "lost") throw new EntrainError("unavailable", `somebody else drives session ${sessionId}`);
    this.#trace.note(events);
    for (const [index, event] of events.entries()) {
      this.#fold.enter({ number: known + index + 1, atMs: answer.atMs, event });
      if (event.kind !== "state" && event.kind !== "closed") continue;
      const [score, cause] = event.kind === "closed" ? [event.score, event.cause] : [null, ""];
      const pattern = patternName(this.#spec);
      const tookMs = answer.atMs - this.#createdAtMs;
      tell({ kind: "session.changed", sessionId, pattern, state: event.state, score, tookMs, cause });
    }
    this.#note();
  }

  #note(): void {
    const told = { by: this.#around.owner, createdAtMs: this.#createdAtMs };
    this.#around.execution?.note(this.#spec.sessionId, () => runOfRecord(this.#spec, this.#fold.record, told));
  }

  /** Until the session's time is over, ms. */
  #leftMs(): number {
    return this.#createdAtMs + this.#spec.timeoutMs - this.#nowMs();
  }

  #nowMs(): number {
    return this.#offsetMs + this.#around.clock.monoMs();
  }
}

function lastOwner(entries: readonly SessionEntry[]): string | undefined {
  const entry = entries.findLast(({ event }) => event.kind === "owned");
  return entry?.event.kind === "owned" ? entry.event.owner : undefined;
}

function startedEvent(
  { path, step, agentId }: WantedStep,
  budget: Amounts | undefined,
  trace: TraceCarrier | undefined,
): SessionEvent {
  return {
    ...{ kind: "started", path, capability: step.capability, agentId },
    ...(budget === undefined ? {} : { budget }),
    ...(trace === undefined ? {} : { trace }),
  };
}
