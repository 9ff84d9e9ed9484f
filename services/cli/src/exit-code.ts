/** Exit codes of the `entrain` command; programs outside rely on them. */
import type { EntrainError } from "@entrain/kernel";

export const exitCodes = {
  /** Done, or ended by Ctrl-C. */
  done: 0,
  /** The goal did not hold, or a service failed. */
  failed: 1,
  /** Wrong command line. */
  usage: 2,
  /** Redis unreachable at start. */
  storeUnreachable: 69,
  /** Wrong environment, file or certificate. */
  badConfig: 78,
} as const;

/** The exit code that tells a program what to do about an error. */
export function exitCodeOf(error: EntrainError): number {
  switch (error.code) {
    case "invalid-argument":
      return exitCodes.usage;
    case "invalid-config":
      return exitCodes.badConfig;
    case "store-unavailable":
      return exitCodes.storeUnreachable;
    default:
      return exitCodes.failed;
  }
}
