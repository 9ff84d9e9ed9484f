/** Holds the thread for fractions of a millisecond, which timers cannot wait for, without using a core. */

/** A word that nobody changes or notifies. */
const never = new Int32Array(new SharedArrayBuffer(4));

/** Returns after `ms` ms, a few hundredths later at best; nothing else runs on this thread meanwhile. */
export function doze(ms: number): void {
  Atomics.wait(never, 0, 0, ms);
}
