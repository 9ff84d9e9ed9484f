/** What the controller of a chaos run tells a worker process. */
import type { ElectionTimings } from "@entrain/core/election";

/** One Lua command with a part of its text replaced. */
export interface Mutation {
  readonly script: string;
  readonly text: string;
  readonly instead: string;
}

/** What the workers contend for: the swarm's leadership, or a lock. */
export type Workload = "leadership" | "lock";

/** The lock that workers contend for. */
export const contendedLock = "contended";

/** Where a worker finds Redis: as it goes through JSON. */
export type WorkerRedis =
  string | { readonly sentinels: { readonly host: string; readonly port: number }[]; readonly name: string };

/** A worker's part in a run. */
export interface WorkerSettings {
  readonly workload: Workload;
  readonly redis: WorkerRedis;
  readonly swarmId: string;
  readonly agentId: string;
  readonly incarnation: number;
  /** Where its history goes. */
  readonly file: string;
  readonly timings: ElectionTimings;
  /** How long a leader that has lost its leadership goes on sending effects under it, ms. */
  readonly stubbornMs: number;
  readonly mutation?: Mutation;
  /** A file that moves its wall clock (libfaketime). */
  readonly clockFile?: string | undefined;
}

const variable = "CHAOS_WORKER";

/** The environment of a worker with these settings. */
export function workerEnv(settings: WorkerSettings): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, [variable]: JSON.stringify(settings) };
  delete env["NODE_TEST_CONTEXT"];
  return env;
}

/** This process's settings. */
export function workerSettings(): WorkerSettings {
  return JSON.parse(process.env[variable] ?? "") as WorkerSettings;
}
