/** Exit codes of a service (from BSD's sysexits where they fit). Supervisors and orchestrators rely on them. */
import type { EntrainError } from "@entrain/kernel";

export const exitCodes = {
  /** Stopped because it was told to, by a signal or its supervisor. */
  done: 0,
  /** Wrong command line. */
  usage: 2,
  /** The store, or what else the start needs, cannot be reached. */
  unreachable: 69,
  /** A defect, or a stop that had to be forced. */
  internal: 70,
  /** Wrong environment, file or certificate; a second process with the same agent id. */
  badConfig: 78,
} as const;

/** What a service's error means for whoever started it. */
export function exitCodeOf(error: EntrainError): number {
  switch (error.code) {
    case "invalid-config":
    case "invalid-argument":
    case "permission-denied":
    case "superseded":
    case "already-exists":
      return exitCodes.badConfig;
    case "store-unavailable":
    case "unavailable":
    case "deadline-exceeded":
    case "recovering":
      return exitCodes.unreachable;
    case "cancelled":
      return exitCodes.done;
    default:
      return exitCodes.internal;
  }
}
