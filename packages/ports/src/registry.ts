/** The registry: who is in the swarm. Staleness is judged by the store's clock alone. */
import type { FleetMember } from "@entrain/core/decision";
import type { MemberRecord, MembershipDelta, MembershipView } from "@entrain/core/membership";
import type { Unsubscribe } from "./subscription.ts";

/** What a process says of one agent when it joins. */
export type MemberOffer = Omit<
  MemberRecord,
  | "state"
  | "load"
  | "joining"
  | "joinedAtMs"
  | "changedAtMs"
  | "ticket"
  | "risk"
  | "refutations"
  | "suspect"
  | "role"
  | "roleSinceMs"
>;

/** Where the swarm's count of beats stands at an instant, as the agents know it: no clock says it (R4). */
export interface BeatCount {
  readonly cycle: number;
  readonly periodMs: number;
}

/** One agent's sign of life. */
export interface Heartbeat {
  readonly agentId: string;
  readonly incarnation: number;
  /** 0..1 */
  readonly health: number;
  /** 0..1 */
  readonly risk: number;
  /** 0..1; left out where it is as it was told last. */
  readonly load?: number;
}

/** A heartbeat's answer. */
export interface HeartbeatAnswer {
  /** Membership version of the store: a watcher that is behind reads the deltas. */
  readonly version: number;
  /** Agents that the store does not list as alive in this incarnation: to be registered anew. */
  readonly unknown: readonly string[];
  /** Agents whose id a higher incarnation has taken over (M3). */
  readonly superseded: readonly string[];
}

/** Registration, heartbeats and the membership log of one swarm. Errors: `store-unavailable`, `deadline-exceeded`. */
export interface Registry {
  /**
   * Lists the agents as alive.
   * @param options `takeOver`: whether from a lower incarnation that is alive (default true); `joining`: whether a life that the
   *   store does not know begins now, and has joined with its first heartbeat (default true), or has been a member before
   * @throws EntrainError `superseded` if a higher incarnation is alive (M3), `already-exists` if a lower one is and is not to
   *   be taken over
   */
  register(
    members: readonly MemberOffer[],
    options?: { readonly takeOver?: boolean; readonly joining?: boolean },
  ): Promise<void>;
  /**
   * Signs of life of one process's agents; sweeps out the silent ones on the way. `count` is what the store needs to say from
   * which beat on the places of a new membership version hold (R5); left out by those who keep no rhythm yet.
   */
  heartbeat(beats: readonly Heartbeat[], count?: BeatCount): Promise<HeartbeatAnswer>;
  /** The agent goes of its own will; idempotent, and without effect for another incarnation. */
  leave(agentId: string, incarnation: number): Promise<void>;
  snapshot(): Promise<MembershipView>;
  /** Who should be there, at one instant: members that are alive, and dead ones that still count as missing in the swarm's health. */
  fleet(): Promise<readonly FleetMember[]>;
  /** Deltas after `version`, in order; "resync" if the log no longer reaches back that far. */
  changesSince(version: number): Promise<readonly MembershipDelta[] | "resync">;
  /** Calls back soon after the membership version moved: a hint, to be followed by `changesSince`. */
  watch(onHint: (version: number) => void): Unsubscribe;
}
