/** What the phases of one run share. */
import type { Account } from "../account/account-event.ts";
import type { Guard } from "../supervisor/guard.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import type { AgentRoll } from "./agent-roll.ts";
import type { Interruption } from "./interruption.ts";
import type { RunDirectory } from "./run-directory.ts";
import type { AgentHost } from "./swarm-plan.ts";
import type { UpOptions } from "./up-options.ts";

/** One run of `entrain up`. */
export interface Run {
  readonly options: UpOptions;
  readonly env: NodeJS.ProcessEnv;
  readonly swarmId: string;
  /** Where the console listens. */
  readonly httpHost: string;
  /** What the console asks of this run's own calls. */
  readonly token: string | undefined;
  readonly account: Account;
  readonly interruption: Interruption;
  readonly directory: RunDirectory;
  readonly guard: Guard;
  readonly supervisor: Supervisor;
  readonly hosts: readonly AgentHost[];
  readonly roll: AgentRoll;
  readonly timeline: Timeline;
}

/** Where a run stands, on this process's monotonic clock. */
export interface Timeline {
  markReady(): void;
  readonly isReady: boolean;
  /** ms since the start. */
  sinceStartMs(): number;
  /** ms since readiness, 0 before. */
  sinceReadyMs(): number;
}

/** A timeline that begins now. */
export function createTimeline(): Timeline {
  const startedAt = performance.now();
  let readyAt: number | undefined;
  return {
    markReady() {
      readyAt ??= performance.now();
    },
    get isReady() {
      return readyAt !== undefined;
    },
    sinceStartMs: () => performance.now() - startedAt,
    sinceReadyMs: () => (readyAt === undefined ? 0 : performance.now() - readyAt),
  };
}
