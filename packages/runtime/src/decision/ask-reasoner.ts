/**
 * One question to a reasoner that nobody vouches for: it may throw, hang, answer late or answer nonsense. Whatever it does,
 * the answer here is a verdict under the policy or the way in which it failed.
 */
import { EntrainError } from "@entrain/kernel";
import { checkVerdict, type Verdict } from "@entrain/core/decision";
import type { Clock, Question, Reasoner, Timers } from "@entrain/ports";

/** What came of it. */
export type ReasonerAnswer =
  | { readonly kind: "verdict"; readonly verdict: Verdict }
  | { readonly kind: "failed"; readonly cause: "threw" | "late" | "invalid"; readonly message: string };

/** Even where the budget is all but spent a reasoner gets this long, ms: the one that ships needs microseconds. */
const leastMs = 10;

/** Asks, and aborts the question's signal when `untilMs` (monotonic) has come or `stop` aborts. Never rejects. */
export async function askReasoner(options: {
  readonly reasoner: Reasoner;
  readonly question: Omit<Question, "signal">;
  readonly untilMs: number;
  readonly stop: AbortSignal;
  readonly clock: Clock;
  readonly timers: Timers;
}): Promise<ReasonerAnswer> {
  const { reasoner, question, stop, clock, timers } = options;
  const askedMs = clock.monoMs();
  const deadlineMs = Math.max(options.untilMs, askedMs + leastMs);
  const late = new AbortController();
  const callOff = timers.after(deadlineMs - askedMs, () => {
    late.abort(new EntrainError("deadline-exceeded", "the reasoner's share of the budget is spent"));
  });
  const signal = AbortSignal.any([late.signal, stop]);
  try {
    const given: unknown = await beforeAbort(signal, () => reasoner.reason({ ...question, signal }));
    // A reasoner that blocks the process is late without a timer having had the chance to say so.
    if (late.signal.aborted || clock.monoMs() > deadlineMs) return lateBy(clock.monoMs() - askedMs);
    return judged(given, question);
  } catch (thrown) {
    if (late.signal.aborted) return lateBy(clock.monoMs() - askedMs);
    return { kind: "failed", cause: "threw", message: EntrainError.from(thrown).message };
  } finally {
    callOff();
  }
}

function judged(given: unknown, question: Omit<Question, "signal">): ReasonerAnswer {
  try {
    return { kind: "verdict", verdict: checkVerdict(given, question.policy) };
  } catch (thrown) {
    return { kind: "failed", cause: "invalid", message: EntrainError.from(thrown).message };
  }
}

function lateBy(tookMs: number): ReasonerAnswer {
  return { kind: "failed", cause: "late", message: `no answer after ${Math.round(tookMs)} ms` };
}

/** The outcome of `run`, or the signal's reason as a rejection; a rejection that comes later is taken note of by nobody. */
function beforeAbort(signal: AbortSignal, run: () => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(EntrainError.from(signal.reason)), { once: true });
    new Promise((answer) => {
      answer(run());
    }).then(resolve, reject);
  });
}
