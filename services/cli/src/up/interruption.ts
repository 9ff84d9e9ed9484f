/**
 * What ends a run before its time: Ctrl-C, SIGTERM, SIGHUP, the death of the process that started this one, and readers
 * of stdout that went away. The first aborts the signal, with what to tell people as its reason; a second Ctrl-C asks
 * for haste.
 */

/** Watches for the end. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Aborts when somebody insists. */
  readonly haste: AbortSignal;
  /** Undoes all listeners. */
  [Symbol.dispose](): void;
}

const parentPollMs = 250;
/** One Ctrl-C may come twice: from the terminal, and passed on by the script that started this process. */
const sameGestureMs = 400;
const signals = { SIGINT: "Ctrl-C", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP" } as const;

/** Begins to watch. */
export function watchForInterruption(): Interruption {
  const end = new AbortController();
  const haste = new AbortController();
  let firstAt = 0;
  const interrupt = (because: string): void => {
    if (!end.signal.aborted) {
      firstAt = performance.now();
      end.abort(because);
    } else if (performance.now() - firstAt > sameGestureMs) haste.abort(because);
  };
  const handlers = Object.entries(signals).map(([name, because]) => [name, () => interrupt(because)] as const);
  for (const [name, handler] of handlers) process.on(name, handler);

  const parent = process.ppid;
  const parentDied = (): void => {
    clearInterval(poll);
    if (!end.signal.aborted) interrupt("the process that started this one has ended");
  };
  const poll = setInterval(() => {
    if (process.ppid !== parent) parentDied();
  }, parentPollMs);
  poll.unref();
  if (isOrphanedFromBirth()) parentDied();

  const readerLeft = (): void => {
    if (!end.signal.aborted) interrupt("nobody reads the output any more");
  };
  process.stdout.on("error", readerLeft);
  // Nothing can be told on a broken stderr, and nothing must fail for it.
  process.stderr.on("error", readerLeft);

  return {
    signal: end.signal,
    haste: haste.signal,
    [Symbol.dispose]() {
      clearInterval(poll);
      for (const [name, handler] of handlers) process.off(name, handler);
    },
  };
}

/** Under npm there is always a script between this process and the system's first one. */
function isOrphanedFromBirth(): boolean {
  return process.ppid === 1 && process.env["npm_lifecycle_event"] !== undefined;
}
