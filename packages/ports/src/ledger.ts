/** The ledger of decisions: one per incident (D1). */
import type { Leadership } from "@entrain/core/election";
import type { Act, Decision, Directive, Fingerprint, IncidentRef } from "@entrain/core/decision";
import type { Unsubscribe } from "./subscription.ts";

/** A decision as it is proposed: the store adds its instant and the term in force. */
export type Proposal = Omit<Decision, "term" | "committedAtMs">;

/** A decision with what agents did about it. */
export interface LedgerEntry {
  readonly decision: Decision;
  readonly acts: readonly Act[];
  /** How far it is propagated, where it is. */
  readonly directive?: Directive;
}

/** Counts over the ledger's life. */
export interface LedgerStats {
  readonly count: number;
  /** Incidents with divergent acts. */
  readonly divergence: number;
  /** Safe actions that were taken alone (D3). */
  readonly safeAlone: number;
}

/**
 * What became of a decision that was given back. `held`: the ledger still had it. `expired`: it is older than the ledger's
 * retention. `replaced`: another one stands.
 */
export type Reoffered =
  | { readonly kind: "held" | "restored" | "expired"; readonly decision: Decision }
  | { readonly kind: "replaced"; readonly decision: Decision; readonly standing: Decision };

/** Errors: `store-unavailable`, `deadline-exceeded`; `stale-term` where a fence is refused (L3). */
export interface Ledger {
  /** The open incident of the fingerprint, or a new one after `cooldownMs` of silence; with its decision if there is one. */
  open(
    what: { readonly fingerprint: Fingerprint; readonly incidentId?: string },
    cooldownMs: number,
  ): Promise<{ readonly incident: IncidentRef; readonly decision: Decision | undefined }>;
  read(incidentId: string): Promise<Decision | undefined>;
  /** Commits the proposal unless the incident has a decision; answers the one that stands. `fence`: as leader (L3). */
  commit(proposal: Proposal, fence?: Leadership): Promise<{ readonly decision: Decision; readonly stands: boolean }>;
  /**
   * Gives decisions back that the ledger may have lost (D4), in any order: each is restored as it was, with its term and
   * instant, unless its incident has a decision. Of a fingerprint's occurrences the latest that is known then is the open one.
   * Accepted in the recovery window as well.
   */
  reoffer(decisions: readonly Decision[]): Promise<readonly Reoffered[]>;
  /** Records what agents did; the same act again changes nothing. */
  recordActs(acts: readonly Act[]): Promise<void>;
  /** Entries older than `cursor` (or the newest), newest first. */
  list(limit: number, cursor?: string): Promise<{ readonly entries: readonly LedgerEntry[]; readonly next?: string }>;
  stats(): Promise<LedgerStats>;
  /** Calls back with each decision soon after its commit: a hint, some may be missed. */
  watch(onDecision: (decision: Decision) => void): Unsubscribe;
}
