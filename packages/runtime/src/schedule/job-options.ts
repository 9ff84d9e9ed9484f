/** What a user says of a job, in two types: as it is said, and the total, checked form. */
import { EntrainError, parseDurationMs } from "@entrain/kernel";
import type { MissedPolicy } from "@entrain/core/schedule";

/** One run, as its handler is told. */
export interface ScheduledRun {
  /** The instant that the run is for, Unix ms: the same for whoever takes the run over. */
  readonly fireTime: number;
  /**
   * The fencing token: a whole number, higher than that of every earlier run of the job, and of every earlier attempt of
   * this one. For a job that every agent runs, it grows with each of this agent's runs.
   */
  readonly token: number;
  /** 1, or more where the run was taken over from an agent that died. */
  readonly attempt: number;
  /** How long after the fire time it begins, ms. */
  readonly lateMs: number;
  /** Aborts when the run is this agent's no more: its lease or its time is over, or the agent stops. */
  readonly signal: AbortSignal;
}

/** Carries a run out. What it throws is recorded, and is not tried again. */
export type RunHandler = (run: ScheduledRun) => unknown;

/** What all jobs may be given. */
export interface JobOptions {
  /** How late a run may begin, ms; later it is missed (default 60,000; a tenth of the period where that is less). */
  readonly graceMs?: number;
  /** How long a run may take, ms (default 600,000); then its signal aborts, and it has failed. */
  readonly timeoutMs?: number;
}

/** What a job that runs once for the whole swarm may be given. */
export interface SwarmJobOptions extends JobOptions {
  /** What becomes of runs that nobody began in time: none (`skip`, the default), or one for all of them (`run-once`). */
  readonly missed?: MissedPolicy;
  /** How many agents may die of one run before it is given up (default 3). */
  readonly attempts?: number;
}

/** The same, total. */
export interface TotalJobOptions {
  readonly graceMs: number;
  readonly timeoutMs: number;
  readonly missed: MissedPolicy;
  readonly attempts: number;
}

const dayMs = 86_400_000;
const periodRangeMs = { min: 100, max: 366 * dayMs } as const;

/**
 * The period of a job, ms; from a number of ms or a text such as `1h`.
 * @throws EntrainError `invalid-argument` that names `every`.
 */
export function periodOf(every: unknown): number {
  const ms = typeof every === "string" ? parseDurationMs("every", every) : every;
  const { min, max } = periodRangeMs;
  if (typeof ms === "number" && Number.isInteger(ms) && ms >= min && ms <= max) return ms;
  throw EntrainError.invalid(
    "every",
    every,
    `give whole ms from ${min}, or a text such as 90s, 1h or 1d, 366d at most`,
  );
}

/** Fills in the defaults. @throws EntrainError `invalid-argument` that names the option. */
export function checkJobOptions(options: SwarmJobOptions, periodMs: number | undefined): TotalJobOptions {
  const { missed = "skip", attempts = 3, timeoutMs = 600_000 } = options;
  const { graceMs = Math.min(60_000, (periodMs ?? Infinity) / 10) } = options;
  if (!["skip", "run-once"].includes(missed)) throw EntrainError.invalid("missed", missed, 'give "skip" or "run-once"');
  if (!(Number.isInteger(attempts) && attempts >= 1 && attempts <= 100))
    throw EntrainError.invalid("attempts", attempts, "give a whole number from 1 to 100");
  for (const [field, ms] of Object.entries({ graceMs, timeoutMs }))
    if (!(Number.isFinite(ms) && ms >= 1 && ms <= 7 * dayMs))
      throw EntrainError.invalid(field, ms, `give ms from 1 to ${7 * dayMs}`);
  return { missed, attempts, timeoutMs, graceMs };
}

/** @throws EntrainError `invalid-argument` where the handler is no function. */
export function checkHandler(handler: unknown): void {
  if (typeof handler !== "function") throw EntrainError.invalid("handler", handler, "give a function of a run");
}
