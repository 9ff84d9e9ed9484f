/** Directives in the store: approved actions on their way to those that are to carry them out. */
import type { Decision, Directive, DirectiveAnswer, DirectiveCommand } from "@entrain/core/decision";
import type { Unsubscribe } from "./subscription.ts";

type CommandOf<Kind extends DirectiveCommand["kind"]> = Extract<DirectiveCommand, { readonly kind: Kind }>;
type AnswerOf<Kind extends DirectiveAnswer["kind"]> = Extract<DirectiveAnswer, { readonly kind: Kind }>;

/** What one of the asked agents has to do. */
export interface OpenTarget {
  readonly agentId: string;
  readonly incidentId: string;
  readonly decisionId: string;
}

/** Counts over the ledger's life, and of what is open now. */
export interface DirectiveFigures {
  readonly open: number;
  readonly met: number;
  readonly missed: number;
  /** Targets that were lacking when their directive was settled. */
  readonly escalated: number;
}

/** Errors: `store-unavailable`, `deadline-exceeded`. A decision with terms opens its directive in the step that commits it. */
export interface DirectiveStore {
  /**
   * Open ones in which these agents have not said their last word, oldest deadline first; those that are over are left out. Where
   * many are open and many agents ask, the oldest, and of the others some by turns: who asks again is told of all.
   */
  find(agentIds: readonly string[]): Promise<readonly OpenTarget[]>;
  /** With the decision, where it was begun. */
  begin(
    command: CommandOf<"begin">,
  ): Promise<(AnswerOf<"begun"> & { readonly decision: Decision }) | AnswerOf<"over" | "ended" | "unknown">>;
  report(command: CommandOf<"report">): Promise<AnswerOf<"told" | "repeated" | "lost" | "unknown">>;
  /**
   * Settles those whose deadline is over, and answers them. While writes may have been lost none is settled (S1).
   * `nextInMs`: to the next deadline; null where none is open.
   */
  settleDue(): Promise<{ readonly settled: readonly Directive[]; readonly nextInMs: number | null }>;
  /** Of these incidents, those that are known. */
  read(incidentIds: readonly string[]): Promise<readonly Directive[]>;
  figures(): Promise<DirectiveFigures>;
  /** Calls back with the incident of each directive soon after it was settled: a hint, some may be missed. */
  watch(onSettled: (incidentId: string) => void): Unsubscribe;
}
