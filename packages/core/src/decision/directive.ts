/**
 * A directive: a decision's action on its way to those that are to carry it out. One record per decision, beside it in the
 * ledger; the store carries the same steps out in Lua, and is held against this.
 *
 * Intuition. Each target begins an attempt under a run, which is a name that nobody else uses, and tells its outcome under
 * that run. Only the latest run of a target counts, so a process that was succeeded by another changes nothing any more; and
 * the same call again is answered the same and changes nothing. An attempt may be begun before the deadline alone: an old order
 * is not carried out. What is done after the deadline is told and kept (`late`), but does not count.
 *
 * The directive is settled once: as soon as every target has said its last word, or when its deadline is over. It is `met`
 * where enough targets were done by then. Who was not is lacking, and escalated to people (`lackingIn`), and with them the
 * members that were missing when it was proposed: it did not go to those. Nobody leads
 * anything here: whoever finds it due may settle it and comes to the same, so a leader's crash loses nothing.
 */
import type { DirectiveTerms } from "./propagation.ts";

/**
 * `waiting`: has not begun. `begun`: is at it. `failed`: a try failed, another may follow. `done`, `late`: carried it out, by the
 * deadline or after it. `refused`: will not.
 */
export type TargetState = "waiting" | "begun" | "failed" | "done" | "late" | "refused";

/** How far a target is. */
export interface DirectiveTarget {
  readonly agentId: string;
  readonly state: TargetState;
  /** Attempts that were begun. */
  readonly attempts: number;
  /** Of the latest attempt; empty before the first. */
  readonly run: string;
  /** What it said last: a report, or why it failed or refused. */
  readonly note: string;
  /** Unix ms of the store's clock. */
  readonly changedAtMs: number;
}

/** A directive as it stands; instants are Unix ms of the store's clock. */
export interface Directive {
  readonly decisionId: string;
  readonly incidentId: string;
  readonly action: string;
  readonly scope: DirectiveTerms["scope"];
  readonly complianceMin: number;
  readonly openedAtMs: number;
  readonly dueAtMs: number;
  readonly outcome: "open" | "met" | "missed";
  readonly settledAtMs: number | null;
  /** Members that were missing when it was proposed, in the order of their ids: they are no targets. */
  readonly missing: readonly string[];
  /** In the order of their ids. */
  readonly targets: readonly DirectiveTarget[];
}

/** A target of one directive. */
export interface TargetName {
  readonly incidentId: string;
  readonly decisionId: string;
  readonly agentId: string;
}

/** What can be done to a directive. */
export type DirectiveCommand =
  | ({ readonly kind: "begin"; readonly run: string } & TargetName)
  | ({
      readonly kind: "report";
      readonly run: string;
      readonly outcome: "done" | "failed" | "refused";
      readonly note: string;
    } & TargetName)
  | { readonly kind: "settle" };

/** What came of it. */
export type DirectiveAnswer =
  | { readonly kind: "begun"; readonly attempt: number; readonly leftMs: number }
  /** The deadline is over: not to be begun any more. */
  | { readonly kind: "over" }
  /** The target has said its last word before. */
  | { readonly kind: "ended"; readonly state: TargetState }
  | { readonly kind: "told"; readonly state: TargetState }
  /** It was told before, the same way. */
  | { readonly kind: "repeated" }
  /** Another run has succeeded this one. */
  | { readonly kind: "lost" }
  /** There is no such directive, or it has no such target. */
  | { readonly kind: "unknown" }
  | { readonly kind: "settled"; readonly outcome: Directive["outcome"] };

/** Bounds of directives. */
export const directiveLimits = {
  /** Directives that are open at once in a swarm. */
  openMax: 1_000,
  /** Members that one goes to. */
  targetsMax: 1_000,
  /** Characters of a note. */
  noteMax: 500,
  /** How long after its deadline the directive of a lost decision that is given back is still opened again (D4), ms. */
  reopenMs: 60_000,
} as const;

type Applied = { readonly directive: Directive; readonly answer: DirectiveAnswer };

/** The directive of a decision that is committed at `nowMs`. */
export function openDirective(
  decision: { readonly decisionId: string; readonly incidentId: string; readonly action: string },
  { scope, complianceMin, deadlineMs, targets, missing = [] }: DirectiveTerms,
  nowMs: number,
): Directive {
  const { decisionId, incidentId, action } = decision;
  return {
    ...{ decisionId, incidentId, action, scope, complianceMin },
    openedAtMs: nowMs,
    dueAtMs: nowMs + deadlineMs,
    outcome: "open",
    settledAtMs: null,
    missing: [...missing].sort((a, b) => (a < b ? -1 : 1)),
    targets: [...targets]
      .sort((a, b) => (a < b ? -1 : 1))
      .map((agentId) => ({ agentId, state: "waiting", attempts: 0, run: "", note: "", changedAtMs: nowMs })),
  };
}

/** One command in, the directive as it stands then and the answer out. */
export function applyDirective(directive: Directive, command: DirectiveCommand, nowMs: number): Applied {
  if (command.kind === "settle") {
    const settled = nowMs < directive.dueAtMs ? directive : settle(directive, nowMs);
    return { directive: settled, answer: { kind: "settled", outcome: settled.outcome } };
  }
  const target = directive.targets.find(({ agentId }) => agentId === command.agentId);
  if (directive.decisionId !== command.decisionId || target === undefined)
    return { directive, answer: { kind: "unknown" } };
  if (command.kind === "begin") return begin(directive, target, command.run, nowMs);
  return report(directive, target, command, nowMs);
}

function begin(directive: Directive, target: DirectiveTarget, run: string, nowMs: number): Applied {
  const { state, attempts } = target;
  if (isEnded(target)) return { directive, answer: { kind: "ended", state } };
  if (nowMs >= directive.dueAtMs) return { directive, answer: { kind: "over" } };
  const leftMs = directive.dueAtMs - nowMs;
  if (state === "begun" && target.run === run)
    return { directive, answer: { kind: "begun", attempt: attempts, leftMs } };
  const begun = { ...target, state: "begun", attempts: attempts + 1, run, note: "", changedAtMs: nowMs } as const;
  return { directive: withTarget(directive, begun), answer: { kind: "begun", attempt: begun.attempts, leftMs } };
}

function report(
  directive: Directive,
  target: DirectiveTarget,
  { run, outcome, note }: DirectiveCommand & { readonly kind: "report" },
  nowMs: number,
): Applied {
  if (target.run !== run) return { directive, answer: { kind: "lost" } };
  if (target.state !== "begun") {
    const same = target.state === outcome || (target.state === "late" && outcome === "done");
    return { directive, answer: { kind: same ? "repeated" : "lost" } };
  }
  const state = outcome === "done" && nowMs >= directive.dueAtMs ? "late" : outcome;
  const told = withTarget(directive, { ...target, state, note, changedAtMs: nowMs });
  return {
    directive: told.targets.every(isEnded) ? settle(told, nowMs) : told,
    answer: { kind: "told", state },
  };
}

function settle(directive: Directive, nowMs: number): Directive {
  if (directive.outcome !== "open") return directive;
  const outcome = complianceOf(directive).share >= directive.complianceMin ? "met" : "missed";
  return { ...directive, outcome, settledAtMs: nowMs };
}

function withTarget(directive: Directive, changed: DirectiveTarget): Directive {
  return {
    ...directive,
    targets: directive.targets.map((target) => (target.agentId === changed.agentId ? changed : target)),
  };
}

/** True where the target has said its last word. */
function isEnded({ state }: DirectiveTarget): boolean {
  return state === "done" || state === "late" || state === "refused";
}

/** How many have carried it out in time. */
export function complianceOf({ targets }: Pick<Directive, "targets">): {
  readonly done: number;
  readonly share: number;
} {
  const done = targets.filter(({ state }) => state === "done").length;
  return { done, share: done / targets.length };
}

/** Those that have not, for people to look after. */
export function lackingIn({ targets }: Pick<Directive, "targets">): readonly DirectiveTarget[] {
  return targets.filter(({ state }) => state !== "done");
}
