/** What thinks: from a classified reading to a verdict. */
import type { Fingerprint, GlobalContext, Policy, Reading, Rule, Verdict } from "@entrain/core/decision";

/** The part of an AbortSignal that a port needs; the platform's own fits. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** One question to a reasoner. */
export interface Question {
  readonly reading: Reading;
  readonly fingerprint: Fingerprint;
  /** The first of the policy's rules that concerns the reading, if any. */
  readonly rule: Rule | undefined;
  /**
   * The swarm as this process knows it. Of this, the health and the version are stored with the decision: a reasoner that
   * is to be run again on a decision's input rests on nothing else of it (D2).
   */
  readonly context: GlobalContext;
  readonly policy: Policy;
  /** Aborts when the reasoner's share of the budget is spent, or when the decision is known without it. */
  readonly signal: Signal;
}

/** Answers questions. May throw or hang: the loop then takes the safe action. */
export interface Reasoner {
  readonly name: string;
  reason(question: Question): Verdict | Promise<Verdict>;
}

/** What the rules of a policy say of a reading. */
export interface Classification {
  /** Kind "normal" in band "none" where no rule concerns it. */
  readonly fingerprint: Fingerprint;
  /** The first rule that concerns the reading. */
  readonly rule: Rule | undefined;
  /** Rules before it that could not be evaluated on this reading (a text compared with a number): they do not match. */
  readonly failures: readonly { readonly ruleId: string; readonly message: string }[];
}

/** A policy that was taken into use: checked, its expressions compiled. */
export interface CompiledPolicy {
  readonly policy: Policy;
  /** Fields of a reading that the rules take for numbers: a reading that holds something else in one is refused. */
  readonly numberFields: ReadonlySet<string>;
  classify(reading: Reading): Classification;
  /**
   * Whether the state that the rule has begun holds at this reading: its `holdsWhile`, else its `when`. False for a rule that
   * the policy does not have, and where the condition cannot be evaluated.
   */
  holds(ruleId: string, reading: Reading): boolean;
}

/**
 * Takes a policy into use, from wherever it came.
 * Errors: `invalid-argument` that names the field; for an expression also its line and column.
 */
export type PolicyCompiler = (candidate: unknown) => CompiledPolicy;
