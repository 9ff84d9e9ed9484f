/** The pause of who drives a session that cannot go on now. What a hint tells of may end the session, so it ends the pause. */
import type { SessionStore, Timers } from "@entrain/ports";

/**
 * Resolves after `pauseMs`, or at a hint of the session.
 * @throws the signal's reason where it aborts
 */
export async function pauseDriving(
  around: { readonly sessions: Pick<SessionStore, "watch">; readonly timers: Timers },
  sessionId: string,
  pauseMs: number,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const ending = new AbortController();
  const end = (): void => {
    ending.abort();
  };
  const ended = new Promise<void>((resolve) => {
    ending.signal.addEventListener("abort", () => {
      resolve();
    });
  });
  const callOff = around.timers.after(pauseMs, end);
  const unwatch = around.sessions.watch((hint) => {
    if (hint.sessionId === sessionId) end();
  });
  signal.addEventListener("abort", end);
  await ended;
  callOff();
  unwatch();
  signal.removeEventListener("abort", end);
  signal.throwIfAborted();
}
