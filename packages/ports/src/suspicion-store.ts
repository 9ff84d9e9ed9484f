/** Suspicions of members in the store: reports by probers, and their refutation (M3). */

/** One life of a member, as a report means it. */
export interface SuspectLife {
  readonly agentId: string;
  readonly incarnation: number;
  /** How often this incarnation has refuted a suspicion, as far as the reporter knows. */
  readonly refutations: number;
}

/** A process's report about members that its probes do not reach. */
export interface MemberReport {
  /** In whose name the process speaks; it must be alive in this incarnation. */
  readonly reporter: { readonly agentId: string; readonly incarnation: number };
  /**
   * `suspect` marks them, for all to see. A vote as well are `dead`, silent since, which counts once the mark has stood for
   * 200 ms, and `refused`, which counts at once: nobody listens where the process answered this reporter before.
   */
  readonly vote: "suspect" | "dead" | "refused";
  /** Valid votes that bury a member, from 2. */
  readonly needed: number;
  /** How long the vote is valid, ms. */
  readonly validMs: number;
  /** All of one other process, each once. */
  readonly members: readonly SuspectLife[];
}

/** Errors: `store-unavailable`, `deadline-exceeded`. */
export interface SuspicionStore {
  /** Answers how many members the vote has buried; a report about an earlier life changes nothing. */
  report(report: MemberReport): Promise<number>;
  /** The member lives: every report that names fewer refutations is void. True where that is news. */
  refute(life: SuspectLife): Promise<boolean>;
}
