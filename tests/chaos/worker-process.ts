/** A worker of a chaos run, as its controller holds it: it can be killed, paused and started again with a higher incarnation. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { fakedClock } from "./faked-clock.ts";
import type { WorkerSettings, Workload } from "./workers/worker-settings.ts";
import { workerEnv } from "./workers/worker-settings.ts";

const mains: Readonly<Record<Workload, string>> = { leadership: "candidate.ts", lock: "lock-holder.ts" };

/** A running worker. */
export interface WorkerProcess {
  readonly settings: WorkerSettings;
  kill(): Promise<void>;
  pause(): void;
  resume(): void;
  /** Ends it in order. @throws Error with what it wrote to stderr where it ends badly. */
  stop(): Promise<void>;
}

/** Starts a worker. */
export function startWorker(settings: WorkerSettings): WorkerProcess {
  const main = path.join(import.meta.dirname, "workers", mains[settings.workload]);
  const child: ChildProcess = spawn(process.execPath, [main], {
    env: { ...workerEnv(settings), ...fakedClock(settings.clockFile) },
    stdio: ["pipe", "ignore", "pipe"],
  });
  const errors: string[] = [];
  child.stderr?.setEncoding("utf8").on("data", (text: string) => errors.push(text));
  // A worker that is killed breaks its pipe.
  child.stdin?.on("error", () => undefined);
  const exited = once(child, "exit") as Promise<[code: number | null, signal: string | null]>;
  return {
    settings,
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
    pause: () => child.kill("SIGSTOP"),
    resume: () => child.kill("SIGCONT"),
    async stop() {
      child.stdin?.end();
      const [code] = await exited;
      if (code !== 0) throw new Error(`worker ${settings.agentId} ended with ${code}: ${errors.join("")}`);
    },
  };
}
