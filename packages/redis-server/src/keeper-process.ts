/**
 * The supervisor's handle on one keeper process.
 */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { KeeperEvent, KeeperRequest } from "./keeper-protocol.ts";
import { RedisServerError } from "./redis-server-error.ts";

export interface KeeperProcess {
  readonly pid: number;
  /** Resolves when the keeper has ended and all it said was heard; `orderly` where it saw its server end first. */
  readonly exited: Promise<{ readonly orderly: boolean }>;
  /** Closes the control pipe: the keeper ends in order. */
  close(): void;
  /** Ends the keeper by SIGKILL; its guard ends the server. */
  kill(): void;
}

/** Starts a keeper; what it says goes to `onEvent`. @throws RedisServerError `start-failed` where Node cannot run. */
export async function spawnKeeper(
  request: KeeperRequest,
  onEvent: (event: KeeperEvent) => void,
): Promise<KeeperProcess> {
  mkdirSync(request.dir, { recursive: true, mode: 0o700 });
  const log = openSync(join(request.dir, "keeper.log"), "a", 0o600);
  const child = spawn(process.execPath, [fileURLToPath(new URL("keeper.ts", import.meta.url))], {
    // Its own group: a Ctrl-C in the terminal or a kill of the supervisor's group is not for the keeper.
    detached: true,
    stdio: ["pipe", "pipe", log],
    cwd: request.dir,
  });
  closeSync(log);
  const { pid, stdin, stdout } = child;
  if (pid === undefined || stdin === null || stdout === null) {
    const error = await new Promise<Error>((resolve) => child.once("error", resolve));
    throw new RedisServerError("start-failed", error.message, { cause: error });
  }
  // A keeper that dies breaks the pipe; its exit tells.
  stdin.on("error", () => undefined);
  stdin.write(`${JSON.stringify(request)}\n`);
  createInterface({ input: stdout }).on("line", (line) => {
    onEvent(JSON.parse(line) as KeeperEvent);
  });
  const exited = new Promise<{ readonly orderly: boolean }>((resolve) => {
    child.once("close", (code) => {
      resolve({ orderly: code === 0 });
    });
  });
  return {
    pid,
    exited,
    close: () => {
      stdin.end();
    },
    kill: () => {
      child.kill("SIGKILL");
    },
  };
}
