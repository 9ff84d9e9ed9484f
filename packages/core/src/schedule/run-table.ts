/**
 * The rules of claims on the runs of one job, as data. The Lua commands of the store repeat them (`lua/claim-run.lua`,
 * `settle-run.lua`, `define-schedule.lua`) and are held against them command by command.
 *
 * Invariants:
 * - a fire time has at most one holder at a time, under a token that only grows (L1, L2);
 * - a fire time that is settled is never run again: `settledMs` only grows, and a claim names the one that it rests on;
 * - whoever settles a run is the holder of its record (L3); a holder whose lease ended is succeeded under a higher token,
 *   `attemptsMax` times at most: a run that kills every process that takes it is given up.
 */
import type { MissedRuns } from "./due-run.ts";

/** The holder of a run: which agent, and its fencing token. */
export interface RunHolder {
  readonly agentId: string;
  readonly incarnation: number;
  readonly token: number;
}

/** A run that is being carried out. */
export interface HeldRun extends RunHolder {
  readonly fireAtMs: number;
  /** 1, 2 …: of this fire time. */
  readonly attempt: number;
  /** Instants of the store's clock, Unix ms. */
  readonly startedAtMs: number;
  readonly leaseUntilMs: number;
  /** Its holder has handed it on: whoever asks next gets it, and that is no further attempt. */
  readonly released: boolean;
}

/** How a run ended. `lost`: its holder's lease ran out; `abandoned`: that happened too often; `released`: handed on. */
export type RunOutcome = "completed" | "failed" | "released" | "lost" | "abandoned";

/** One line of a job's history; instants are Unix ms by the store's clock. */
export type RunEntry =
  | {
      readonly kind: "run";
      readonly outcome: RunOutcome;
      readonly fireAtMs: number;
      readonly agentId: string;
      readonly token: number;
      readonly attempt: number;
      /** From the fire time to the claim. */
      readonly lateMs: number;
      /** From the claim to the end. */
      readonly tookMs: number;
      /** What a failed run threw; else empty. */
      readonly message: string;
    }
  | ({ readonly kind: "missed" } & MissedRuns);

/** One job as the store knows it. */
export interface JobTable {
  /** The text of its fire times. */
  readonly text: string;
  /** Every fire time up to this one is settled. */
  readonly settledMs: number;
  /** The highest token. */
  readonly token: number;
  readonly run: HeldRun | undefined;
  /** Oldest first. */
  readonly history: readonly RunEntry[];
}

/** A claim. */
export interface RunClaim {
  readonly text: string;
  /** What the claimant knows to be settled. */
  readonly settledMs: number;
  readonly missed: MissedRuns | undefined;
  /** Undefined: only the misses are to be recorded. */
  readonly fireAtMs: number | undefined;
  readonly agentId: string;
  readonly incarnation: number;
  /** The highest token that the claimant has seen (L2). */
  readonly highestToken: number;
  readonly leaseMs: number;
  readonly attemptsMax: number;
}

/** What became of a claim. */
export type ClaimAnswer =
  | { readonly kind: "granted"; readonly run: HeldRun }
  /** Another agent runs it, or an earlier one. */
  | { readonly kind: "held"; readonly agentId: string; readonly fireAtMs: number; readonly remainingMs: number }
  /** Nothing was granted: this is settled now. */
  | { readonly kind: "settled"; readonly settledMs: number }
  /** The misses were written down, and there is nothing to run. */
  | { readonly kind: "missed"; readonly settledMs: number }
  /** By the store's clock the fire time has not come yet. */
  | { readonly kind: "early"; readonly waitMs: number }
  /** The job is defined otherwise. */
  | { readonly kind: "redefined"; readonly text: string }
  | { readonly kind: "unknown" };

/**
 * Defines a job, or says what a process knows of it: `floorMs` is the latest fire time that it knows to be settled, 0 for
 * none. A job that fires otherwise from now on owes nothing of the time before.
 */
export function defineJob(table: JobTable | undefined, text: string, floorMs: number, nowMs: number): JobTable {
  if (table === undefined)
    return { text, settledMs: floorMs > 0 ? floorMs : nowMs, token: 0, run: undefined, history: [] };
  const settledMs = Math.max(table.settledMs, floorMs, table.text === text ? 0 : nowMs);
  return { ...table, text, settledMs };
}

/** Takes a claim in. */
export function claimRun(
  table: JobTable | undefined,
  claim: RunClaim,
  nowMs: number,
): { readonly table: JobTable | undefined; readonly answer: ClaimAnswer } {
  if (table === undefined) return { table, answer: { kind: "unknown" } };
  if (table.text !== claim.text) return { table, answer: { kind: "redefined", text: table.text } };
  const settledMs = Math.max(table.settledMs, claim.settledMs);
  const { run } = table;
  if (run !== undefined && run.leaseUntilMs > nowMs) {
    if (run.agentId !== claim.agentId || run.incarnation !== claim.incarnation) {
      const { agentId, fireAtMs } = run;
      return { table, answer: { kind: "held", agentId, fireAtMs, remainingMs: run.leaseUntilMs - nowMs } };
    }
    // Its answer was lost.
    const again = { ...run, leaseUntilMs: nowMs + claim.leaseMs };
    return { table: { ...table, run: again }, answer: { kind: "granted", run: again } };
  }
  if (run !== undefined && run.fireAtMs > settledMs) return takeOver({ ...table, settledMs }, run, claim, nowMs);
  return claimNext({ ...table, settledMs, run: undefined }, claim, nowMs);
}

type Claimed = ReturnType<typeof claimRun>;

function takeOver(table: JobTable, run: HeldRun, claim: RunClaim, nowMs: number): Claimed {
  if (run.released) return grant(table, run.fireAtMs, run.attempt, claim, nowMs);
  const isLast = run.attempt >= claim.attemptsMax;
  const history = [...table.history, entryOf(run, isLast ? "abandoned" : "lost", "", nowMs)];
  if (!isLast) return grant({ ...table, history }, run.fireAtMs, run.attempt + 1, claim, nowMs);
  const settledMs = run.fireAtMs;
  return { table: { ...table, settledMs, run: undefined, history }, answer: { kind: "settled", settledMs } };
}

function claimNext(table: JobTable, claim: RunClaim, nowMs: number): Claimed {
  const { missed, fireAtMs } = claim;
  if (table.settledMs > claim.settledMs) return { table, answer: { kind: "settled", settledMs: table.settledMs } };
  const lastMs = fireAtMs ?? missed?.toMs ?? 0;
  if (lastMs > nowMs) return { table, answer: { kind: "early", waitMs: lastMs - nowMs } };
  const settledMs = missed?.toMs ?? table.settledMs;
  const history = missed === undefined ? table.history : [...table.history, { kind: "missed" as const, ...missed }];
  if (fireAtMs === undefined) return { table: { ...table, settledMs, history }, answer: { kind: "missed", settledMs } };
  return grant({ ...table, settledMs, history }, fireAtMs, 1, claim, nowMs);
}

function grant(table: JobTable, fireAtMs: number, attempt: number, claim: RunClaim, nowMs: number): Claimed {
  const { agentId, incarnation, leaseMs, highestToken } = claim;
  const token = Math.max(table.token + 1, nowMs, highestToken + 1);
  const run = {
    agentId,
    incarnation,
    token,
    fireAtMs,
    attempt,
    startedAtMs: nowMs,
    leaseUntilMs: nowMs + leaseMs,
    released: false,
  };
  return { table: { ...table, token, run }, answer: { kind: "granted", run } };
}

/** Ends a run; whether the caller was its holder. A run that is released goes to whoever asks next. */
export function settleRun(
  table: JobTable | undefined,
  holder: RunHolder,
  outcome: "completed" | "failed" | "released",
  message: string,
  nowMs: number,
): { readonly table: JobTable | undefined; readonly settled: boolean } {
  const run = table?.run;
  if (
    table === undefined ||
    run?.agentId !== holder.agentId ||
    run.incarnation !== holder.incarnation ||
    run.token !== holder.token
  )
    return { table, settled: false };
  const history = [...table.history, entryOf(run, outcome, message, nowMs)];
  if (outcome === "released") {
    const released = { ...run, leaseUntilMs: nowMs, released: true };
    return { table: { ...table, run: released, history }, settled: true };
  }
  const settledMs = Math.max(table.settledMs, run.fireAtMs);
  return { table: { ...table, settledMs, run: undefined, history }, settled: true };
}

function entryOf(run: HeldRun, outcome: RunOutcome, message: string, nowMs: number): RunEntry {
  const { fireAtMs, agentId, token, attempt, startedAtMs } = run;
  const lateMs = startedAtMs - fireAtMs;
  return { kind: "run", outcome, fireAtMs, agentId, token, attempt, lateMs, tookMs: nowMs - startedAtMs, message };
}
