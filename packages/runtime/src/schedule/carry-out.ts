/** Carries one run out: calls the handler, and says how that ended as soon as it is known, whatever the handler does then. */
import { EntrainError } from "@entrain/kernel";
import type { Timers } from "@entrain/ports";
import type { RunHandler, ScheduledRun } from "./job-options.ts";

/** Why a run was taken from its handler. */
export type CutCause = "lost" | "stopped";

/** How a run ended. */
export type Verdict =
  | { readonly kind: "completed" }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "cut"; readonly cause: CutCause };

/** A run under way. */
export interface RunUnderWay {
  /** Never rejects. */
  readonly verdict: Promise<Verdict>;
  /** Resolves when the handler has really ended: until then it is not called again. Never rejects. */
  readonly ended: Promise<void>;
  /** Takes the run from its handler: the signal aborts first. */
  cut(cause: CutCause): void;
}

/** Begins the run. */
export function carryOut(
  handler: RunHandler,
  run: Omit<ScheduledRun, "signal">,
  { timeoutMs, timers }: { readonly timeoutMs: number; readonly timers: Timers },
): RunUnderWay {
  const { promise: verdict, resolve } = Promise.withResolvers<Verdict>();
  const controller = new AbortController();
  const callOff = timers.after(timeoutMs, () => {
    const message = `the run was not done within ${timeoutMs} ms`;
    controller.abort(new EntrainError("deadline-exceeded", message));
    resolve({ kind: "failed", message });
  });
  const ended = call(handler, { ...run, signal: controller.signal }).then((end) => {
    callOff();
    resolve(end);
  });
  return {
    verdict,
    ended,
    cut(cause) {
      callOff();
      controller.abort(
        cause === "lost"
          ? new EntrainError("stale-term", "the run's lease is over: another agent may take it over")
          : new EntrainError("cancelled", "the agent stops: another one takes the run over"),
      );
      resolve({ kind: "cut", cause });
    },
  };
}

async function call(handler: RunHandler, run: ScheduledRun): Promise<Verdict> {
  try {
    await handler(run);
    return { kind: "completed" };
  } catch (thrown) {
    return { kind: "failed", message: EntrainError.from(thrown).message };
  }
}
