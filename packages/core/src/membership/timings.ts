/** The registry's default timings and the inequalities they must keep. */
import { EntrainError } from "@entrain/kernel";

/** All in ms. */
export interface MembershipTimings {
  /** Pause between two heartbeats of a process (default 500). */
  readonly heartbeatMs: number;
  /** Silence after which a member of this process is dead, in time during which the store was seen to run (default 3,000). */
  readonly deadAfterMs: number;
  /** How long a dead member still counts as missing in the swarm's health (default 60,000). */
  readonly missingForMs: number;
  /** How long dead and left members stay listed (default 600,000). */
  readonly forgetAfterMs: number;
}

/**
 * The timings with defaults filled in.
 * @throws EntrainError `invalid-config` that names the inequality a setting breaks.
 */
export function membershipTimings(given: Partial<MembershipTimings> = {}): MembershipTimings {
  const timings = { heartbeatMs: 500, deadAfterMs: 3_000, missingForMs: 60_000, forgetAfterMs: 600_000, ...given };
  if (timings.deadAfterMs < 3 * timings.heartbeatMs)
    throw new EntrainError(
      "invalid-config",
      `deadAfterMs (${timings.deadAfterMs}) must be at least 3 × heartbeatMs (${timings.heartbeatMs}): ` +
        "one lost heartbeat must not kill a member",
      { field: "deadAfterMs", value: timings.deadAfterMs },
    );
  return timings;
}
