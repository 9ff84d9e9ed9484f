/**
 * Calls back once when the process that started this one has died: a script that starts others must end with
 * its own parent, also when that one was killed with -9 and could say nothing.
 */
const POLL_MS = 250;

export function whenOrphaned(callback: () => void): void {
  const parent = process.ppid;
  const poll = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(poll);
    callback();
  }, POLL_MS);
  poll.unref();
}
