/** What becomes of what users hand over: batches, calls of the whole fleet, and scheduled jobs. */
import type { MissedRuns, RunOutcome } from "@entrain/core/schedule";

/** One event of a batcher or a job. */
export type WorkEvent =
  /** A batch came to its end; `failed` of its items were rejected. */
  | {
      readonly kind: "batch.flushed";
      readonly agentId: string;
      readonly batcher: string;
      readonly items: number;
      readonly failed: number;
      readonly attempts: number;
      /** How long its oldest item had waited for the beat, ms. */
      readonly waitedMs: number;
      readonly tookMs: number;
    }
  /** An item was refused, because too much waits. */
  | { readonly kind: "batch.refused"; readonly agentId: string; readonly batcher: string }
  /** This agent's part in a call of the whole fleet came to its end; lost: another one takes the round over. */
  | {
      readonly kind: "fleet.called";
      readonly agentId: string;
      readonly batcher: string;
      readonly beat: number | undefined;
      readonly outcome: "answered" | "failed" | "lost";
      /** Agents and items that it was made for. */
      readonly agents: number;
      readonly items: number;
      /** Calls upstream that this agent made; 0: none was worth it any more. */
      readonly attempts: number;
      /** It was another agent's before. */
      readonly takenOver: boolean;
      readonly tookMs: number;
    }
  /** A run of a scheduled job was taken by this agent. */
  | {
      readonly kind: "run.started";
      readonly agentId: string;
      readonly job: string;
      readonly fireAtMs: number;
      readonly token: number;
      readonly attempt: number;
      readonly lateMs: number;
    }
  | {
      readonly kind: "run.ended";
      readonly agentId: string;
      readonly job: string;
      readonly fireAtMs: number;
      readonly token: number;
      readonly outcome: Exclude<RunOutcome, "abandoned">;
      readonly tookMs: number;
      readonly message: string;
    }
  /** Fire times that nobody ran in time; told by the agent that wrote them down, or whose own they were. */
  | ({ readonly kind: "run.missed"; readonly agentId: string; readonly job: string } & MissedRuns)
  /** A job cannot go on for now; told once, until it goes on. */
  | {
      readonly kind: "job.stalled";
      readonly agentId: string;
      readonly job: string;
      readonly code: string;
      readonly message: string;
    };
