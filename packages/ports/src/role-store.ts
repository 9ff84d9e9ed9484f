/** The roles of members in the store: samples of all, and changes, fenced by the swarm's leadership (L1, L3). */
import type { Leadership } from "@entrain/core/election";
import type { RoleChange, RoleSample } from "@entrain/core/membership";

/** A member as it is known now. */
export interface SampledMember extends Omit<RoleSample, "risk"> {
  /** As last reported, 0..1. */
  readonly risk: number;
  /** Grows with each sign of life that reached the store. */
  readonly heardAt: number;
}

/** Errors: `store-unavailable`, `deadline-exceeded`. */
export interface RoleStore {
  /** Everybody who is alive; one command to the store. */
  sample(): Promise<readonly SampledMember[]>;
  /**
   * Makes the changes, each where the member still lives in that incarnation and has the role that the change starts from;
   * answers whose it made. All that follow the membership learn of them.
   * @throws EntrainError `stale-term` where the leadership is not the live one, `recovering` in the recovery window
   */
  assign(held: Leadership, changes: readonly RoleChange[]): Promise<readonly string[]>;
}
