/** Schedules in the store: claims on runs (see core/schedule/run-table.ts), and their history. */
import type { ClaimAnswer, HeldRun, RunClaim, RunEntry, RunOutcome } from "@entrain/core/schedule";

/** A run that this process holds; renewals carry its generation (S1). */
export interface ClaimedRun extends HeldRun {
  readonly generation: number;
}

/** A claim's answer, with the store's clock at that moment, Unix ms. */
export type StoreClaimAnswer = (
  Exclude<ClaimAnswer, { kind: "granted" }> | { readonly kind: "granted"; readonly run: ClaimedRun }
) & { readonly storeMs: number };

/** What a process says of a job: its fire times, as text, and when it fires next; undefined: never again. */
export interface JobNote {
  readonly job: string;
  readonly text: string;
  readonly nextAtMs: number | undefined;
}

/** An agent's claim on its own run of one period. */
export interface SlotClaim extends JobNote {
  readonly agentId: string;
  readonly cycle: number;
}

/** One job, as everybody may see it. */
export interface ScheduledJob extends JobNote {
  /** Who carries out which fire time at the moment. */
  readonly running: Pick<HeldRun, "agentId" | "fireAtMs" | "attempt" | "startedAtMs"> | undefined;
  /** The latest lines of its history, newest first. */
  readonly latest: readonly RunEntry[];
}

/** Errors: `store-unavailable`, `deadline-exceeded`. */
export interface ScheduleStore {
  /**
   * Lists a job; what the process knows to be settled is kept (`floorMs`, 0: nothing), also while writes may have been lost
   * (S1). @throws EntrainError `resource-exhausted` beyond 1,000 jobs.
   */
  define(note: JobNote, floorMs: number): Promise<{ readonly settledMs: number; readonly storeMs: number }>;
  /** @throws EntrainError `recovering` (S1). */
  claim(note: JobNote, claim: Omit<RunClaim, "text">): Promise<StoreClaimAnswer>;
  /** The run with its lease prolonged; undefined: it is the caller's no more (L3). */
  renew(job: string, run: ClaimedRun, leaseMs: number): Promise<ClaimedRun | undefined>;
  /** Ends a run; false: it is the caller's no more. */
  settle(
    note: JobNote,
    run: ClaimedRun,
    outcome: "completed" | "failed" | "released",
    message: string,
  ): Promise<boolean>;
  /**
   * Takes an agent's own run of a period; false: that agent has taken it before, or a later one.
   * @throws EntrainError `recovering` (S1).
   */
  claimSlot(claim: SlotClaim): Promise<{ readonly granted: boolean; readonly storeMs: number }>;
  /** Writes how such a run ended. */
  recordSlot(
    job: string,
    run: {
      readonly agentId: string;
      readonly cycle: number;
      readonly outcome: RunOutcome;
      readonly fireAtMs: number;
      readonly lateMs: number;
      readonly tookMs: number;
      readonly message: string;
    },
  ): Promise<void>;
  /** Jobs by name, after `after`; each with at most `latest` lines of history. */
  list(limit: number, after?: string, latest?: number): Promise<readonly ScheduledJob[]>;
}
