/**
 * One agent's way from an incident to its act, as a machine around `nextCommitStep` (D1, D3).
 *
 * Intuition. There are three questions to the world, asked one at a time: which occurrence is this (`open`), what do I
 * think (`reason`), may my thought stand (`commit`). At every instant the ledger's decision may become known by another
 * way, and then nothing else matters; and at one fixed instant the budget ends, and then the safe action is taken alone.
 * Failed questions are asked again after a pause that doubles, while the budget lasts. A leader whose term turns out to
 * be stale goes on as a follower within the same budget (L3).
 *
 * The first `settle` is the last effect: whatever comes in afterwards changes nothing.
 */
import { nextCommitStep } from "./commit-path.ts";
import type { Decision } from "./decision.ts";
import type { Policy } from "./policy.ts";

/** How long things may take, ms. */
export type DecidingTimings = Pick<Policy, "leaderFirstMs" | "budgetMs"> & {
  /** What a reasoner must leave of the budget. */
  readonly commitReserveMs: number;
  /** Pause before a failed question is repeated the first time. */
  readonly retryMs: number;
};

/** The machine's state; instants are monotonic ms. */
export interface DecidingState {
  readonly startedMs: number;
  readonly timings: DecidingTimings;
  readonly leads: boolean;
  readonly leaderKnown: boolean;
  readonly opened: boolean;
  readonly reasoned: boolean;
  /** The question that is under way. */
  readonly asking: "open" | "reason" | "commit" | undefined;
  readonly failures: number;
  readonly retryAtMs: number;
  readonly lastFailure: string | undefined;
  readonly settled: boolean;
}

/** What may happen. */
export type DecidingInput =
  | { readonly kind: "tick"; readonly nowMs: number }
  /** The store named the occurrence, and has no decision on it yet. */
  | { readonly kind: "opened"; readonly nowMs: number }
  /** The ledger's decision is known, from whatever source; `own`: it is this agent's proposal. */
  | { readonly kind: "decided"; readonly nowMs: number; readonly decision: Decision; readonly own: boolean }
  /** A proposal is at hand. */
  | { readonly kind: "reasoned"; readonly nowMs: number }
  /** The commit as leader was refused: somebody else leads. */
  | { readonly kind: "fenced"; readonly nowMs: number }
  /** The question under way failed; `jitter` is uniform in [0, 1). */
  | {
      readonly kind: "failed";
      readonly nowMs: number;
      readonly message: string;
      readonly retryable: boolean;
      readonly jitter: number;
    };

/** What the world is to do. */
export type DecidingEffect =
  | { readonly kind: "open" }
  | { readonly kind: "reason"; readonly untilMs: number }
  | { readonly kind: "commit"; readonly asLeader: boolean }
  | { readonly kind: "settle"; readonly outcome: DecidingOutcome };

/** How it ended. */
export type DecidingOutcome =
  | { readonly source: "committed" | "adopted"; readonly decision: Decision }
  | { readonly source: "safe-alone"; readonly cause: string };

/** Longest pause between two tries, ms, before jitter. */
const retryMaxMs = 1_000;

type Stepped = { readonly state: DecidingState; readonly effects: readonly DecidingEffect[] };

/** An agent that met an incident at `startedMs`. */
export function createDecidingState(
  given: Pick<DecidingState, "startedMs" | "timings" | "leads" | "leaderKnown">,
): DecidingState {
  return {
    ...given,
    opened: false,
    reasoned: false,
    asking: undefined,
    failures: 0,
    retryAtMs: given.startedMs,
    lastFailure: undefined,
    settled: false,
  };
}

/** One input in, the next state and the effects out. */
export function stepDeciding(state: DecidingState, input: DecidingInput): Stepped {
  if (state.settled) return { state, effects: [] };
  switch (input.kind) {
    case "decided":
      return settle(state, { source: input.own ? "committed" : "adopted", decision: input.decision });
    case "tick":
      return advance(state, input.nowMs);
    case "opened":
      return advance({ ...answered(state), opened: true }, input.nowMs);
    case "reasoned":
      return advance({ ...answered(state), reasoned: true }, input.nowMs);
    case "fenced":
      return advance({ ...answered(state), leads: false, leaderKnown: true }, input.nowMs);
    case "failed":
      return onFailed(state, input);
  }
}

/** The next instant at which the machine wants a tick, monotonic ms; undefined once settled. */
export function nextDecidingTickMs(state: DecidingState): number | undefined {
  if (state.settled) return undefined;
  const endMs = state.startedMs + state.timings.budgetMs;
  if (state.asking !== undefined) return endMs;
  const waitsForLeader = state.opened && state.leaderKnown && !state.leads;
  const chanceEndsMs = waitsForLeader ? state.startedMs + state.timings.leaderFirstMs : state.startedMs;
  return Math.min(endMs, Math.max(state.retryAtMs, chanceEndsMs));
}

function advance(state: DecidingState, nowMs: number): Stepped {
  const { startedMs, timings } = state;
  const step = nextCommitStep({ ...state, nowMs, committed: false, policy: timings });
  if (step.kind === "safe-alone")
    return settle(state, {
      source: "safe-alone",
      cause: state.lastFailure ?? `no decision within ${timings.budgetMs} ms`,
    });
  if (state.asking !== undefined || nowMs < state.retryAtMs) return { state, effects: [] };
  if (!state.opened) return ask(state, { kind: "open" });
  if (step.kind !== "propose") return { state, effects: [] };
  if (state.reasoned) return ask(state, { kind: "commit", asLeader: step.asLeader });
  return ask(state, { kind: "reason", untilMs: startedMs + timings.budgetMs - timings.commitReserveMs });
}

function onFailed(state: DecidingState, input: DecidingInput & { readonly kind: "failed" }): Stepped {
  if (!input.retryable) return settle(state, { source: "safe-alone", cause: input.message });
  const pauseMs = Math.min(retryMaxMs, state.timings.retryMs * 2 ** state.failures) * (0.5 + input.jitter);
  const paused = {
    ...answered(state),
    failures: state.failures + 1,
    retryAtMs: input.nowMs + pauseMs,
    lastFailure: input.message,
  };
  return advance(paused, input.nowMs);
}

function answered(state: DecidingState): DecidingState {
  return { ...state, asking: undefined };
}

function ask(state: DecidingState, effect: DecidingEffect & { readonly kind: "open" | "reason" | "commit" }): Stepped {
  return { state: { ...state, asking: effect.kind }, effects: [effect] };
}

function settle(state: DecidingState, outcome: DecidingOutcome): Stepped {
  return { state: { ...state, asking: undefined, settled: true }, effects: [{ kind: "settle", outcome }] };
}
