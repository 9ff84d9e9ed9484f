/** Processes of a bench swarm, as their owner sees them; each ends with its standard input, thus with its owner. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { installedLibrary } from "./installed-library.ts";
import type { SwarmWorkerAccount, SwarmWorkerTask } from "./swarm-worker.ts";

/** Processes that start at the same time. */
const startAtOnce = 4;

/** A process of a bench swarm. */
export interface SwarmProcess {
  /** When its agents were registered, ns after the common origin. */
  readonly readyNs: number;
  /** Its costs count from now on. */
  begin(): void;
  end(): Promise<SwarmWorkerAccount>;
  kill(): Promise<void>;
}

/** A process for each task, a few at a time, all of them with the library as it is installed. */
export async function startWorkers(tasks: readonly SwarmWorkerTask[]): Promise<readonly SwarmProcess[]> {
  const library = await installedLibrary();
  const started: SwarmProcess[] = [];
  for (let from = 0; from < tasks.length; from += startAtOnce) {
    const next = tasks.slice(from, from + startAtOnce).map((task) => startWorker({ ...task, library }));
    started.push(...(await Promise.all(next)));
  }
  return started;
}

async function startWorker(task: SwarmWorkerTask): Promise<SwarmProcess> {
  const main = path.join(import.meta.dirname, "swarm-worker.ts");
  const child = spawn(process.execPath, [main, JSON.stringify(task)], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const line = await lines.next();
    if (line.done === true) throw new Error("a worker ended early");
    return JSON.parse(line.value) as unknown;
  };
  const { readyNs } = (await next()) as { readyNs: number };
  return {
    readyNs,
    begin() {
      child.stdin.write("\n");
    },
    async end() {
      child.stdin.end();
      const account = (await next()) as SwarmWorkerAccount;
      await exited;
      return account;
    },
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
