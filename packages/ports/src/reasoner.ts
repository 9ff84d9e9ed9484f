/** What thinks: from a classified reading to a verdict. */
import type { Fingerprint, GlobalContext, Policy, Reading, Verdict } from "@entrain/core/decision";

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
  readonly context: GlobalContext;
  readonly policy: Policy;
  /** Aborts when the decision's budget is spent. */
  readonly signal: Signal;
}

/** Answers questions. May throw or hang: the loop then takes the safe action. */
export interface Reasoner {
  readonly name: string;
  reason(question: Question): Verdict | Promise<Verdict>;
}

/** Names what a reading is about: kind, subject, band. */
export type Classifier = (reading: Reading, policy: Policy) => Fingerprint;
