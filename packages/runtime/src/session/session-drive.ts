/**
 * One session in the hands of its owner: reads the log, asks the core what is to be done, writes down what it is about to do,
 * does it, and writes down what came of it, until the session is over.
 *
 * Order within a round: ends of steps are written first, then what the core makes of them; a step is written down as begun
 * before its task is offered. Everything written is fenced by the token of the driving task (P1).
 */
import { EntrainError } from "@entrain/kernel";
import {
  endFromOutside,
  evaluateSession,
  foldSession,
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
import type { Clock, EventSink, SessionHeader, SessionStore, TaskStore, Timers } from "@entrain/ports";
import type { BudgetDesk } from "../budget/budget-desk.ts";
import type { BudgetLease } from "../budget/budget-lease.ts";
import { createSessionSteps, type SessionSteps } from "./session-steps.ts";
import { createWakeUp, type WakeUp } from "./wake-up.ts";

/** What driving needs. */
export interface DriveSurroundings extends EvaluationOptions {
  readonly sessions: SessionStore;
  readonly tasks: TaskStore;
  readonly budget: Pick<BudgetDesk, "allocate">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly events: EventSink;
  /** Who drives. */
  readonly owner: string;
}

/** Longest pause between two looks where no hint comes, ms. */
const pollMs = 500;

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
  const drive = new Drive(around, stored.header, token, signal);
  try {
    return await drive.toEnd(stored.entries, stored.nowMs);
  } finally {
    await drive.close();
  }
}

class Drive {
  readonly #around: DriveSurroundings;
  readonly #spec: SessionSpec;
  readonly #createdAtMs: number;
  readonly #token: number;
  readonly #signal: AbortSignal;
  readonly #fold = foldSession();
  readonly #steps: SessionSteps;
  readonly #wakeUp: WakeUp;
  /** The store's clock less this process's monotonic one, ms. */
  #offsetMs = 0;
  #lease: BudgetLease | undefined;
  #budgetGone: string | undefined;
  #cancelling: string | null;

  constructor(around: DriveSurroundings, header: SessionHeader, token: number, signal: AbortSignal) {
    this.#around = around;
    this.#spec = header.spec;
    this.#createdAtMs = header.createdAtMs;
    this.#cancelling = header.cancelling;
    this.#token = token;
    this.#signal = signal;
    this.#steps = createSessionSteps(around.tasks, header.spec.sessionId, this.#fold.record);
    this.#wakeUp = createWakeUp(around, header.spec.sessionId, signal);
  }

  async toEnd(entries: readonly SessionEntry[], nowMs: number): Promise<SessionEnd> {
    for (const entry of entries) this.#fold.enter(entry);
    this.#offsetMs = nowMs - this.#around.clock.monoMs();
    if (this.#fold.record.end !== null) return this.#fold.record.end;
    await this.#append([{ kind: "owned", owner: this.#around.owner }]);
    await this.#takeBudget();
    for (;;) {
      this.#signal.throwIfAborted();
      const ended = await this.#round();
      if (ended !== undefined) return ended;
    }
  }

  async close(): Promise<void> {
    this.#wakeUp.end();
    // A session that goes on under another owner keeps its budget: the same request is granted to it again.
    if (this.#fold.record.end === null) return;
    await this.#lease?.release().catch(() => undefined);
  }

  /** One look at everything; the end, or undefined where there is more to do. */
  async #round(): Promise<SessionEnd | undefined> {
    const nowMs = this.#nowMs();
    const untilMs = this.#createdAtMs + this.#spec.timeoutMs;
    const outside = this.#endFromOutside(nowMs >= untilMs);
    if (outside !== undefined) return this.#close(outside, []);
    const plan = evaluateSession(this.#spec, this.#fold.record, this.#around);
    if (plan.end !== null) return this.#close(plan.end, plan.scores);
    const rosters = await this.#rosters(plan);
    const fresh = plan.wanted.filter(({ path }) => !this.#fold.record.started.has(path));
    const written = [...this.#iterations(plan.scores), ...rosters, ...fresh.map(startedEvent), ...this.#stateOf(plan)];
    if (written.length > 0) await this.#append(written);
    const ends = [
      ...(await this.#steps.offer(plan.wanted)),
      ...(await this.#steps.ends(plan.wanted, this.#nowMs())),
      ...(await this.#steps.drop(plan.wanted)),
    ];
    if (ends.length > 0) await this.#append(ends);
    if (ends.length > 0 || rosters.some(({ kind }) => kind === "roster")) return undefined;
    await this.#wakeUp.next(Math.min(pollMs, Math.max(1, untilMs - nowMs)));
    await this.#lookForCancel();
    return undefined;
  }

  #endFromOutside(isLate: boolean): SessionEnd | undefined {
    if (this.#cancelling !== null) return endFromOutside("cancelled", this.#cancelling);
    if (this.#budgetGone !== undefined) return endFromOutside("failed", this.#budgetGone);
    if (isLate) return endFromOutside("failed", `it took longer than ${this.#spec.timeoutMs} ms`);
    return undefined;
  }

  async #close(end: SessionEnd, scores: readonly Score[]): Promise<SessionEnd> {
    await this.#steps.cancel("its session is over");
    await this.#append([...this.#iterations(scores), { kind: "closed", ...end }]);
    return end;
  }

  async #takeBudget(): Promise<void> {
    const { budget, sessionId } = this.#spec;
    if (budget === null) return;
    try {
      this.#lease = await this.#around.budget.allocate(budget.budgetId, {
        amounts: budget.amounts,
        requestId: `session.${sessionId}`,
      });
      this.#lease.signal.addEventListener("abort", () => {
        this.#budgetGone = `its budget: ${EntrainError.from(this.#lease?.signal.reason).message}`;
        this.#wakeUp.wake();
      });
    } catch (thrown) {
      const error = EntrainError.from(thrown);
      if (error.retryable && error.code !== "resource-exhausted") throw error;
      this.#budgetGone = `its budget: ${error.message}`;
    }
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

  async #lookForCancel(): Promise<void> {
    if (!this.#wakeUp.sessionHinted()) return;
    const stored = await this.#around.sessions.read(this.#spec.sessionId, this.#fold.record.entries);
    this.#cancelling = stored?.header.cancelling ?? null;
  }

  async #append(events: readonly SessionEvent[]): Promise<void> {
    const { sessions, events: tell } = this.#around;
    const { sessionId } = this.#spec;
    const known = this.#fold.record.entries;
    const taskId = sessionTaskId(sessionId);
    const answer = await sessions.append({ sessionId, taskId, token: this.#token, known, events });
    if (answer.kind === "lost") throw new EntrainError("unavailable", `somebody else drives session ${sessionId}`);
    for (const [index, event] of events.entries()) {
      this.#fold.enter({ number: known + index + 1, atMs: answer.atMs, event });
      if (event.kind !== "state" && event.kind !== "closed") continue;
      const [score, cause] = event.kind === "closed" ? [event.score, event.cause] : [null, ""];
      const pattern = "pattern" in this.#spec.pattern ? this.#spec.pattern.pattern : "step";
      const tookMs = answer.atMs - this.#createdAtMs;
      tell({ kind: "session.changed", sessionId, pattern, state: event.state, score, tookMs, cause });
    }
  }

  #nowMs(): number {
    return this.#offsetMs + this.#around.clock.monoMs();
  }
}

const startedEvent = ({ path, step, agentId }: WantedStep): SessionEvent => {
  return { kind: "started", path, capability: step.capability, agentId };
};
