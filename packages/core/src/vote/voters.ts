/**
 * The voters' record (M2): whose votes count. It is versioned and changed one member at a time, in the store: a process's first
 * agent becomes a voter after two leases alive, stops being one when it leaves, and when it is dead it stays one until a
 * majority of the voters has evicted it, or an operator has.
 */
import { EntrainError } from "@entrain/kernel";
import type { MembershipView } from "../membership/index.ts";

/** One voter. */
export interface Voter {
  readonly agentId: string;
  /** Since when, by the store's clock, Unix ms. */
  readonly sinceMs: number;
  /** Whether the registry lists it as dead, or not at all. */
  readonly dead: boolean;
}

/** All voters, in the order of their names. */
export interface VotersRecord {
  readonly version: number;
  readonly voters: readonly Voter[];
}

/** All in ms, but `votersMin`. */
export interface VoterTimings {
  /** How long an agent must have been alive to become a voter: two leases. */
  readonly aliveForMs: number;
  /** How long a voter must have been dead to be evicted (default 60,000), in time during which the store was seen to run. */
  readonly evictAfterMs: number;
  /** The least number of voters that is a quorum, however few there are (default and least 2). */
  readonly votersMin: number;
}

/**
 * The timings with defaults filled in.
 * @throws EntrainError `invalid-config` that names the setting
 */
export function voterTimings(
  leaseMs: number,
  given: Partial<Pick<VoterTimings, "evictAfterMs" | "votersMin">> = {},
): VoterTimings {
  const timings = { aliveForMs: 2 * leaseMs, evictAfterMs: 60_000, votersMin: 2, ...given };
  const { evictAfterMs, votersMin } = timings;
  if (!(Number.isSafeInteger(votersMin) && votersMin >= 2 && votersMin <= 1_000))
    throw new EntrainError("invalid-config", `votersMin (${votersMin}) must be a whole number from 2 to 1000`, {
      field: "votersMin",
      value: votersMin,
      remedy: "an agent that is alone is never a quorum",
    });
  if (!(Number.isFinite(evictAfterMs) && evictAfterMs > 0))
    throw new EntrainError("invalid-config", `evictAfterMs (${evictAfterMs}) must be a positive number of ms`, {
      field: "evictAfterMs",
      value: evictAfterMs,
    });
  return timings;
}

/** Which of the voters that may be evicted this agent votes out: those that it does not see alive itself. */
export function evictionsBy(view: MembershipView, due: readonly string[]): readonly string[] {
  return due.filter((agentId) => view.members.get(agentId)?.state !== "alive");
}
