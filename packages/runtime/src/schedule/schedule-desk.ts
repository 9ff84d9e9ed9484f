/** The scheduled jobs of an agent: begun, told of changes and ended together. */
import { checkId, EntrainError } from "@entrain/kernel";
import type { FireTimes } from "@entrain/core/schedule";
import type { StoreHealth } from "@entrain/ports";
import { JobLoop } from "./job-loop.ts";
import {
  checkHandler,
  checkJobOptions,
  periodOf,
  type JobOptions,
  type RunHandler,
  type SwarmJobOptions,
} from "./job-options.ts";
import type { JobSurroundings, JobTurns } from "./job-surroundings.ts";
import { SlotLoop } from "./slot-loop.ts";
import { StoreTime } from "./store-time.ts";

/** Jobs of one agent. */
const jobsMax = 1_000;

/** One job of an agent. */
export interface Schedule extends AsyncDisposable {
  readonly name: string;
  /** When it fires next, Unix ms: in the swarm, or, for a job that every agent runs, in this agent; null: never again. */
  readonly nextAt: number | null;
  /**
   * Ends the job in this agent; a run under way has `drainMs` (default 5,000), then it is handed on. Its name is free once
   * that has resolved. Idempotent.
   */
  stop(options?: { readonly drainMs?: number }): Promise<void>;
}

/** The jobs of one agent. */
export interface ScheduleDesk {
  /**
   * A job that runs once for the whole swarm at each fire time.
   * @throws EntrainError `invalid-argument` that names the option, `already-exists`, `resource-exhausted`, `unavailable`
   */
  once(
    name: string,
    times: FireTimes,
    options: SwarmJobOptions & { readonly periodMs?: number },
    handler: RunHandler,
  ): Schedule;
  /** A job that every agent runs once a period, each at its own slot. Errors: the same. */
  spread(name: string, every: unknown, options: JobOptions, handler: RunHandler): Schedule;
  /** Begins: the agent is registered, or goes on without the store. */
  start(): void;
  /** The membership has changed. */
  membersChanged(): void;
  /** Ends all of them within `drainMs` and the store's deadlines. Idempotent. */
  stop(drainMs: number): Promise<void>;
}

/** What a desk needs. */
export interface ScheduleDeskOptions extends Omit<JobSurroundings, "time"> {
  readonly health: StoreHealth;
}

/** A desk without jobs. */
export function createScheduleDesk(options: ScheduleDeskOptions): ScheduleDesk {
  const { health } = options;
  const world: JobSurroundings = { ...options, time: new StoreTime(options.clock) };
  /** With those that have been told to stop and whose run under way has not ended. */
  const jobs = new Map<string, JobTurns>();
  const draining = new Set<JobTurns>();
  let phase: "idle" | "running" | "stopped" = "idle";
  let unwatch = (): void => undefined;
  let generation = 0;

  function checkName(name: string): void {
    if (phase === "stopped") throw new EntrainError("unavailable", "the agent has stopped: create another one");
    const known = jobs.get(checkId("job", name));
    if (known !== undefined && draining.has(known))
      throw new EntrainError(
        "already-exists",
        `the job ${name} stops, and a run may be under way: await its stop first`,
      );
    if (known !== undefined)
      throw new EntrainError("already-exists", `there is a job ${name}: stop it, or choose another name`);
    if (jobs.size >= jobsMax) throw new EntrainError("resource-exhausted", `an agent has at most ${jobsMax} jobs`);
  }

  function add(job: JobTurns): Schedule {
    jobs.set(job.name, job);
    if (phase === "running") job.start();
    const stop = async ({ drainMs = 5_000 } = {}): Promise<void> => {
      draining.add(job);
      await job.stop(drainMs);
      // Not before: the store takes a claim of the same agent for one whose answer was lost, and grants the run under way again.
      draining.delete(job);
      if (jobs.get(job.name) === job) jobs.delete(job.name);
    };
    return {
      name: job.name,
      get nextAt() {
        return job.nextAtMs() ?? null;
      },
      stop,
      [Symbol.asyncDispose]: () => stop(),
    };
  }

  return {
    once(name, times, { periodMs, ...given }, handler) {
      checkName(name);
      checkHandler(handler);
      return add(new JobLoop(name, times, checkJobOptions(given, periodMs), handler, world));
    },
    spread(name, every, given, handler) {
      checkName(name);
      checkHandler(handler);
      const periodMs = periodOf(every);
      return add(new SlotLoop(name, periodMs, checkJobOptions(given, periodMs), handler, world));
    },
    start() {
      phase = "running";
      generation = health.status().generation;
      unwatch = health.watch((status) => {
        if (!status.up || status.generation === generation) return;
        generation = status.generation;
        for (const job of jobs.values()) job.changed("generation");
      });
      for (const job of jobs.values()) job.start();
    },
    membersChanged() {
      for (const job of jobs.values()) job.changed("members");
    },
    async stop(drainMs) {
      phase = "stopped";
      unwatch();
      await Promise.all([...jobs.values()].map((job) => job.stop(drainMs)));
    },
  };
}
