/** Wakes who drives a session: when a task of it has ended, when the session itself is hinted, or when it asks to be. */
import type { SessionStore, TaskStore, Timers } from "@entrain/ports";

export interface WakeUp {
  /** Resolves at the next reason, also one since the last call, or after `mostMs`. */
  next(mostMs: number): Promise<void>;
  wake(): void;
  /** Whether the session was hinted since the last call. */
  sessionHinted(): boolean;
  end(): void;
}

/** Watches from now on. */
export function createWakeUp(
  around: { readonly sessions: SessionStore; readonly tasks: TaskStore; readonly timers: Timers },
  sessionId: string,
  signal: AbortSignal,
): WakeUp {
  const prefix = `${sessionId}/`;
  let pending = false;
  // What was asked before the watch began may have been missed.
  let hinted = true;
  let resolve: () => void = () => undefined;
  const wake = (): void => {
    pending = true;
    resolve();
  };
  const unwatchTasks = around.tasks.watch(({ ended }) => {
    if (ended.some((taskId) => taskId.startsWith(prefix))) wake();
  });
  const unwatchSession = around.sessions.watch((hint) => {
    if (hint.sessionId !== sessionId) return;
    hinted = true;
    wake();
  });
  signal.addEventListener("abort", wake, { once: true });
  return {
    async next(mostMs) {
      if (!pending) {
        const callOff = around.timers.after(mostMs, () => {
          // The poll looks at everything: a hint may have been lost.
          hinted = true;
          resolve();
        });
        await new Promise<void>((done) => {
          resolve = done;
        });
        callOff();
      }
      pending = false;
    },
    wake,
    sessionHinted() {
      const was = hinted;
      hinted = false;
      return was;
    },
    end() {
      unwatchTasks();
      unwatchSession();
      signal.removeEventListener("abort", wake);
    },
  };
}
