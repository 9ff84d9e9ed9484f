/**
 * A start and an end, each once, in any order and at any time. A start that fails, takes too long or is stopped half-way
 * undoes itself; an end lets the start under way go first, so that nothing is opened after everything was closed.
 *
 * Phases: idle → starting → running → ended, and ended from anywhere. What has ended does not start again.
 */
import { EntrainError } from "@entrain/kernel";

/** Where in its life something is. */
export type LifePhase = "idle" | "starting" | "running" | "ended";

/** What begins and ends. */
export interface LifeCycle {
  phase(): LifePhase;
  /**
   * Opens; later calls wait for the same outcome.
   * @throws EntrainError `invalid-argument` for no duration, `deadline-exceeded` after `timeoutMs`, `cancelled` where it was
   *   stopped before or meanwhile, or what opening met. Whatever was opened is closed by then.
   */
  start(timeoutMs: number): Promise<void>;
  /** Makes the start under way fail with `reason`; without effect at any other time. */
  abandon(reason: EntrainError): void;
  /**
   * Closes; later calls wait for the first.
   * @throws EntrainError `invalid-argument` for no duration.
   */
  end(drainMs: number): Promise<void>;
}

/** What to do when. */
export interface LifeCycleOptions {
  /** Opens everything; lets go soon after the signal aborts (see `unlessEnding`). */
  readonly open: (ending: AbortSignal) => Promise<void>;
  /** Closes what was opened, finished (`wasRunning`) or not. Called at most once, and not while `open` is under way. */
  readonly close: (drainMs: number, wasRunning: boolean) => Promise<void>;
}

/** Longest delay of Node's timers, ms. */
const durationMaxMs = 2_147_483_647;

/** A life that has not begun. */
export function createLifeCycle({ open, close }: LifeCycleOptions): LifeCycle {
  const ending = new AbortController();
  let opening: Promise<void> | undefined;
  let starting: Promise<void> | undefined;
  let closing: Promise<void> | undefined;
  let running = false;

  async function begin(timeoutMs: number): Promise<void> {
    // It holds the process on purpose: somebody waits for this start.
    const deadline = setTimeout(() => {
      ending.abort(new EntrainError("deadline-exceeded", `the start took longer than ${timeoutMs} ms`));
    }, timeoutMs);
    try {
      ending.signal.throwIfAborted();
      opening = open(ending.signal);
      await opening;
      ending.signal.throwIfAborted();
      running = true;
    } catch (thrown) {
      const error = EntrainError.from(ending.signal.aborted ? ending.signal.reason : thrown);
      await finish(0);
      throw error;
    } finally {
      clearTimeout(deadline);
    }
  }

  function finish(drainMs: number): Promise<void> {
    closing ??= closeAfterOpening(drainMs);
    return closing;
  }

  async function closeAfterOpening(drainMs: number): Promise<void> {
    ending.abort(hasStopped());
    await opening?.catch(() => undefined);
    await close(drainMs, running);
  }

  return {
    phase() {
      if (closing !== undefined) return "ended";
      return running ? "running" : starting === undefined ? "idle" : "starting";
    },
    async start(timeoutMs) {
      checkDuration("timeoutMs", timeoutMs, 1);
      if (running && closing !== undefined) throw hasStopped();
      starting ??= begin(timeoutMs);
      await starting;
    },
    abandon(reason) {
      if (opening !== undefined && !running) ending.abort(reason);
    },
    async end(drainMs) {
      checkDuration("drainMs", drainMs, 0);
      await finish(drainMs);
    },
  };
}

/** The work's outcome, or the signal's reason as soon as it aborts; the work itself goes on to its own end. */
export function unlessEnding<T>(ending: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(EntrainError.from(ending.reason));
    };
    if (ending.aborted) abort();
    else ending.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => {
      ending.removeEventListener("abort", abort);
    });
  });
}

function hasStopped(): EntrainError {
  return new EntrainError("cancelled", "it has stopped, and what has stopped does not start again: create another one");
}

function checkDuration(field: string, ms: number, min: number): void {
  if (typeof ms === "number" && ms >= min && ms <= durationMaxMs) return;
  throw EntrainError.invalid(field, ms, `give a duration from ${min} to ${durationMaxMs} ms`);
}
