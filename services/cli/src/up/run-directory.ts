/** The folder of one run: the services' logs, and the private Redis's data. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

/** Where a run keeps its files. */
export interface RunDirectory {
  readonly path: string;
  /** Unique on this machine: what mkdtemp made up. */
  readonly runId: string;
  readonly redisDir: string;
  logFile(name: string): string;
  /** Removes the private data, and the logs unless they are still of use. */
  remove(keepLogs: boolean): void;
}

const prefix = "entrain-run-";

/** Makes the folder `entrain-run-XXXXXX` where the system keeps temporary files. */
export function createRunDirectory(): RunDirectory {
  const path = mkdtempSync(join(tmpdir(), prefix));
  const redisDir = join(path, "redis");
  mkdirSync(join(path, "logs"), { mode: 0o700 });
  return {
    path,
    runId: basename(path).slice(prefix.length),
    redisDir,
    logFile: (name) => join(path, "logs", `${name}.log`),
    remove: (keepLogs) => {
      rmSync(keepLogs ? redisDir : path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
