/**
 * Sessions: a goal that several agents work towards by a pattern. What happened in one is a log of events; what is to be done
 * next is a pure function of that log (`evaluateSession`), so whoever reads it goes on where the last owner stopped.
 */
import type { Json, TraceCarrier } from "@entrain/kernel";
import type { Amounts } from "../budget/index.ts";
import type { Change } from "../context/index.ts";
import type { PatternNode } from "./node.ts";
import type { SessionDefaults } from "./session-defaults.ts";

/** Bounds of sessions. */
export const sessionLimits = {
  /** Characters of a session's JSON text. */
  textMax: 131_072,
  stepsMax: 10_000,
  depthMax: 8,
  branchesMax: 1_000,
  criteriaMax: 50,
  iterations: { most: 100, usual: 1 },
  timeoutMs: { least: 100, most: 86_400_000, usual: 300_000 },
  roundsMax: 20,
  /** Ended sessions that are remembered, and for how long, ms. */
  rememberedMax: 1_000,
  rememberedMs: 86_400_000,
} as const;

/** Where a session is; the last four are ends. */
export type SessionState =
  | "initializing"
  | "coordinating"
  | "executing"
  | "synchronizing"
  | "converging"
  | "converged"
  | "diverged"
  | "failed"
  | "cancelled";

/** One criterion of success. */
export interface Criterion {
  readonly name: string;
  /** CEL over `result`, `input`, `iteration`: true where it is met. */
  readonly condition: string;
  readonly weight: number;
  /** Without it there is no success, whatever the score. */
  readonly required: boolean;
}

/** What a session is to reach. */
export interface SessionGoal {
  readonly description: string;
  readonly criteria: readonly Criterion[];
  /** Least score, 0 to 100. */
  readonly threshold: number;
}

/** A session as it was asked for, whole. */
export interface SessionSpec {
  readonly sessionId: string;
  readonly goal: SessionGoal;
  readonly pattern: PatternNode;
  readonly input: Json;
  readonly timeoutMs: number;
  readonly iterationsMax: number;
  /** Held while the session runs, and charged with what its steps consume. */
  readonly budget: SessionBudgetSpec | null;
  /** What the shared document said of sessions when this one was made; absent where that was nothing. */
  readonly defaults?: SessionDefaults;
}

/** What to do where a budget has not enough, and where what is held of it is used up. */
export const exhaustionPolicies = ["fail", "queue", "degrade"] as const;
export type ExhaustionPolicy = (typeof exhaustionPolicies)[number];

/** The part of a budget that a session holds. */
export interface SessionBudgetSpec {
  readonly budgetId: string;
  readonly amounts: Amounts;
  /**
   * `fail`: the session fails. `queue`: it begins nothing until as much again is to be had. `degrade`: it takes what is there,
   * and when that is used up begins nothing but what brings results together or undoes.
   */
  readonly exhausted: ExhaustionPolicy;
}

/** What a step or a pattern came to. */
export type Outcome = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly cause: string };

/** A criterion after the end of an iteration. */
export interface ScorePart {
  readonly name: string;
  readonly weight: number;
  readonly required: boolean;
  readonly met: boolean;
}

/** How near the goal a result is. */
export interface Score {
  /** 0 to 100: the weights of the criteria that are met, of all weights. */
  readonly score: number;
  readonly parts: readonly ScorePart[];
  /** All that is required is met, and the threshold reached. */
  readonly reached: boolean;
}

/** How a session ended. */
export interface SessionEnd {
  readonly state: "converged" | "diverged" | "failed" | "cancelled";
  readonly result: Json;
  /** Null where no result came about. */
  readonly score: number | null;
  readonly parts: readonly ScorePart[];
  /** Empty where it converged. */
  readonly cause: string;
}

/** A change of the shared context, as a reaction is given it. */
export interface ContextChange {
  /** The version that it made; the last one where several are taken together. */
  readonly version: number;
  /** The one before: the document as it was reacted to last. */
  readonly fromVersion: number;
  /** Of the last one. */
  readonly author: string;
  /** What the filter lets through, in order; without values where that is more than fits. */
  readonly changes: readonly (Change | Pick<Change, "kind" | "pointer">)[];
  /** True where versions in between are not known any more: then `changes` is empty, and the document is to be read. */
  readonly resync: boolean;
}

/** One entry of a session's log. */
export type SessionEvent =
  /** Somebody took the session over. */
  | { readonly kind: "owned"; readonly owner: string }
  /** The agents that take part in what `path` names, fixed once. */
  | { readonly kind: "roster"; readonly path: string; readonly agents: readonly string[] }
  | {
      readonly kind: "started";
      readonly path: string;
      readonly capability: string;
      readonly agentId: string | null;
      /** What was left of the session's budget; absent without one. */
      readonly budget?: Amounts;
      /** The step itself; absent where nothing is traced. */
      readonly trace?: TraceCarrier;
    }
  | {
      readonly kind: "ended";
      readonly path: string;
      readonly outcome: Outcome;
      readonly agentId: string | null;
      /** By all tries; absent where nothing was reported. */
      readonly consumed?: Amounts;
    }
  /** From here on changes of the shared context count for what `path` names. */
  | { readonly kind: "watched"; readonly path: string; readonly version: number }
  /** The change that `path` waited for. */
  | { readonly kind: "changed"; readonly path: string; readonly change: ContextChange }
  /** A part of the budget is asked for: written before it is, so that a successor asks for the same. Numbered from 1. */
  | { readonly kind: "asked"; readonly part: number; readonly amounts: Amounts }
  | { readonly kind: "granted"; readonly part: number }
  /** What is held of the budget is used up. */
  | { readonly kind: "exhausted"; readonly cause: string }
  | {
      readonly kind: "iterated";
      readonly iteration: number;
      readonly score: number;
      readonly parts: readonly ScorePart[];
    }
  | { readonly kind: "state"; readonly state: SessionState }
  | ({ readonly kind: "closed" } & SessionEnd);

/** An entry as it is kept: numbered from 1 without a gap. */
export interface SessionEntry {
  readonly number: number;
  /** The store's clock, Unix ms. */
  readonly atMs: number;
  readonly event: SessionEvent;
}

/** Whether a session is over. */
export const isEnded = (state: SessionState): boolean =>
  state === "converged" || state === "diverged" || state === "failed" || state === "cancelled";
