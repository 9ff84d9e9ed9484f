/**
 * A reasoner that is asked over a network, with what keeps it from harming decisions: a deadline, a budget and a circuit
 * breaker. What it cannot or may not be asked fails at once, and the decision loop takes the safe action as the swarm's
 * decision; nothing waits in a line.
 *
 * Order of effects: the budget is looked at, the breaker admits, the question is asked, the cost is noted, the answer is
 * checked, and only then the breaker is told: an answer that is no verdict is a failure like any other.
 */
import { EntrainError } from "@entrain/kernel";
import {
  admitCall,
  checkVerdict,
  closedBreaker,
  fullSpending,
  settleCall,
  spend,
  spendingAt,
  type CallOutcome,
  type Verdict,
} from "@entrain/core/decision";
import type { Question, Reasoner } from "@entrain/ports";

/** What a reasoner over a network may take. */
export interface RemoteLimits {
  /** How long one answer may take, ms (default 2,000; the decision loop's own share of its budget holds as well). */
  readonly deadlineMs?: number;
  /** Failures in a row after which it is left alone (default 5), and for how long, ms (default 10,000). */
  readonly breaker?: { readonly failures?: number; readonly openMs?: number };
  /** In the reasoner's own unit of cost (default: no bounds). An answer that cost more than `perCall` is not taken. */
  readonly budget?: { readonly perCall?: number; readonly perMinute?: number };
}

/** One answer, and what it cost: that is paid whether or not a verdict can be read from it. */
export interface PaidAnswer {
  readonly cost: number;
  readonly read: () => unknown;
}

/** The time of one call. */
export interface AskedWithin {
  /** Aborts at its end, and where the answer has become pointless before that. */
  readonly signal: AbortSignal;
  /** All of it, for peers that want to be told, ms. */
  readonly deadlineMs: number;
}

/**
 * A reasoner that asks by `ask`.
 * @throws EntrainError `invalid-config` that names the limit.
 */
export function createGuardedReasoner(options: {
  readonly name: string;
  readonly limits: RemoteLimits;
  readonly ask: (question: Question, within: AskedWithin) => Promise<PaidAnswer>;
  /** Monotonic ms (default: the process's). */
  readonly nowMs?: () => number;
}): Reasoner {
  const { name, ask, nowMs = () => performance.now() } = options;
  const { deadlineMs = 2_000, breaker: { failures = 5, openMs = 10_000 } = {}, budget = {} } = options.limits;
  const { perCall = Infinity, perMinute = Infinity } = budget;
  for (const [field, value] of Object.entries({ deadlineMs, failures, openMs, perCall, perMinute }))
    positive(field, value);
  let breaker = closedBreaker;
  let lastCost = 0;
  let spending = fullSpending(perMinute, nowMs());

  /** Another call is taken to cost what the last one did. */
  function refuseOverBudget(): void {
    if (perMinute === Infinity || spendingAt(spending, perMinute, nowMs()).left >= Math.min(lastCost, perMinute))
      return;
    throw new EntrainError("resource-exhausted", `${name} has spent its budget of ${perMinute} a minute`);
  }

  function pay(cost: number): void {
    lastCost = cost;
    if (perMinute !== Infinity) spending = spend(spending, cost, perMinute, nowMs());
    if (cost > perCall) throw new EntrainError("resource-exhausted", `${name} cost ${cost}, at most ${perCall} a call`);
  }

  async function asked(question: Question): Promise<Verdict> {
    const deadline = deadlineOf(question, deadlineMs);
    try {
      const { cost, read } = await ask(question, { signal: deadline.signal, deadlineMs });
      pay(cost);
      return checkVerdict(read(), question.policy);
    } catch (thrown) {
      throw deadline.signal.aborted
        ? EntrainError.from(deadline.signal.reason)
        : EntrainError.from(thrown, "unavailable");
    } finally {
      deadline.callOff();
    }
  }

  return {
    name,
    async reason(question) {
      refuseOverBudget();
      const { state, admitted } = admitCall(breaker, nowMs());
      breaker = state;
      if (admitted === "refused")
        throw new EntrainError("unavailable", `${name} is left alone for a while after ${failures} failures in a row`);
      const settle = (outcome: CallOutcome): void => {
        breaker = settleCall(breaker, admitted, outcome, nowMs(), { failures, openMs });
      };
      try {
        const verdict = await asked(question);
        settle("succeeded");
        return verdict;
      } catch (thrown) {
        settle(EntrainError.from(thrown).code === "cancelled" ? "pointless" : "failed");
        throw thrown;
      }
    },
  };
}

function positive(field: string, value: number): void {
  if (value > 0) return;
  throw new EntrainError("invalid-config", `${field} is ${value}: give a number above 0`, { field, value });
}

/** The time that one call has. */
interface Deadline {
  readonly signal: AbortSignal;
  /** The call is over. */
  callOff(): void;
}

/** Aborts at the deadline, or when the question has become pointless or late; its reason says which. */
function deadlineOf({ signal }: Question, deadlineMs: number): Deadline {
  const controller = new AbortController();
  const pass = (): void => {
    controller.abort(signal.reason);
  };
  const timer = setTimeout(() => {
    controller.abort(new EntrainError("deadline-exceeded", `no answer within ${deadlineMs} ms`));
  }, deadlineMs).unref();
  if (signal.aborted) pass();
  else signal.addEventListener("abort", pass, { once: true });
  return {
    signal: controller.signal,
    callOff() {
      clearTimeout(timer);
      signal.removeEventListener("abort", pass);
    },
  };
}
