/** Pools in the store: what the agents of a swarm contribute to one call, and claims on the round that makes it. */
import type { Unsubscribe } from "./subscription.ts";

/** What one agent hands over. */
export interface Contribution {
  /** The same for all attempts of one batch, and of no other. */
  readonly id: string;
  /** How many items. */
  readonly count: number;
  /** The items, JSON. */
  readonly text: string;
}

/** A round: the contributions of one call, held by one agent. */
export interface PoolRound {
  readonly agentId: string;
  readonly incarnation: number;
  /** Fencing token (L2). */
  readonly token: number;
  readonly generation: number;
  /** The same for all attempts of this round, and of no other. */
  readonly key: string;
  /** 1, or more where the agent that made the call died. */
  readonly attempt: number;
  readonly contributions: readonly Contribution[];
}

/** What became of a claim. `done`: this beat has had its call; `empty`: nothing waits. */
export type RoundAnswer =
  | { readonly kind: "granted"; readonly round: PoolRound }
  | { readonly kind: "held"; readonly remainingMs: number }
  | { readonly kind: "done" }
  | { readonly kind: "empty" };

/** What is known of a contribution; `outcome` is what its round was settled with. */
export type ContributionState =
  { readonly kind: "waiting" } | { readonly kind: "settled"; readonly outcome: string } | { readonly kind: "unknown" };

/** Errors: `store-unavailable`, `deadline-exceeded`. */
export interface PoolStore {
  /**
   * Hands a contribution over, once: again, it says what became of it.
   * @throws EntrainError `resource-exhausted` where too much waits, `recovering` (S1)
   */
  contribute(pool: string, contribution: Contribution, replyTo: string): Promise<ContributionState>;
  look(pool: string, id: string): Promise<ContributionState>;
  /**
   * Takes what waits, oldest first, for one call; a round whose holder's lease is over goes to the claimant as it was,
   * under a higher token. A beat has one round, and lower ones have none for two leases after it; undefined: of no beat.
   * @throws EntrainError `recovering` (S1)
   */
  claim(
    pool: string,
    claim: {
      readonly agentId: string;
      readonly incarnation: number;
      readonly beat: number | undefined;
      readonly highestToken: number;
      readonly leaseMs: number;
      readonly itemsMax: number;
    },
  ): Promise<RoundAnswer>;
  /** The round with its lease prolonged; undefined: it is the caller's no more (L3). */
  renew(pool: string, round: PoolRound, leaseMs: number): Promise<PoolRound | undefined>;
  /** Hands the outcomes out, one a contribution, in their order; false: the round is the caller's no more. */
  settle(pool: string, round: PoolRound, outcomes: readonly string[]): Promise<boolean>;
  /** Calls back with the outcomes of one agent's contributions: a hint. */
  watch(replyTo: string, onOutcome: (id: string, outcome: string) => void): Unsubscribe;
}
