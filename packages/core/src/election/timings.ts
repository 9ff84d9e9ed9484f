/** The election's timings and the inequalities they must keep (L4), and a candidate's priority. */
import { EntrainError } from "@entrain/kernel";

/** All in ms, but `priority`. */
export interface ElectionTimings {
  /** How long a leadership holds without renewal, by the store's clock (default 2,000). */
  readonly leaseMs: number;
  /** Pause between two renewals (default 500). */
  readonly renewEveryMs: number;
  /** How long one request to the store may take (default 400). */
  readonly requestTimeoutMs: number;
  /** How long before the lease's end a leader stops acting, by its own monotonic clock (default 300). */
  readonly stopMarginMs: number;
  /** Longest pause between two looks at the record of others: the floor under pub/sub (default 500). */
  readonly pollMs: number;
  /**
   * Of this candidate, 0 to 100 (default 50): the highest of those present goes first where the leadership is free, the others
   * wait `priorityWaitMs` for it. Nobody who leads is deposed for it. Locks know none.
   */
  readonly priority: number;
}

/** How long a free leadership is left to candidates of higher priority at most, ms: ample for their hint and their request. */
export const priorityWaitMs = 100;

/**
 * The timings with defaults filled in.
 * @throws EntrainError `invalid-config` that names the inequality a setting breaks.
 */
export function electionTimings(given: Partial<ElectionTimings> = {}): ElectionTimings {
  const timings = {
    leaseMs: 2_000,
    renewEveryMs: 500,
    requestTimeoutMs: 400,
    stopMarginMs: 300,
    pollMs: 500,
    ...given,
  };
  const priority = given.priority ?? 50;
  if (!(Number.isInteger(priority) && priority >= 0 && priority <= 100))
    throw new EntrainError("invalid-config", `priority (${priority}) must be a whole number from 0 to 100`, {
      field: "priority",
      value: priority,
    });
  for (const [field, value] of Object.entries({ ...timings, priority: 1 }))
    if (!Number.isFinite(value) || value <= 0)
      throw new EntrainError("invalid-config", `${field} (${value}) must be a positive number of ms`, { field, value });
  const { leaseMs, renewEveryMs, requestTimeoutMs, stopMarginMs } = timings;
  if (renewEveryMs + requestTimeoutMs + stopMarginMs >= leaseMs)
    throw new EntrainError(
      "invalid-config",
      `renewEveryMs (${renewEveryMs}) + requestTimeoutMs (${requestTimeoutMs}) + stopMarginMs (${stopMarginMs}) ` +
        `must be less than leaseMs (${leaseMs}): one slow renewal must not cost the lease`,
      { field: "leaseMs", value: leaseMs },
    );
  return { ...timings, priority };
}

/** How long a candidate counts as present after it asked, ms: twice what it lets pass until the store is told again. */
export function presenceMs({ pollMs }: Pick<ElectionTimings, "pollMs">): number {
  return 4 * pollMs;
}
