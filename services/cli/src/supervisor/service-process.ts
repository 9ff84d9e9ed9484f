/**
 * One life of one service: a process in a group of its own, with its log in a file and a control channel on descriptor 3.
 *
 * Order at the start: the guard learns of the group before anything else can happen. At the end: what the process said
 * is heard to its last line, then the guard forgets the group, then `exited` resolves.
 */
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Duplex } from "node:stream";
import { EntrainError } from "@entrain/kernel";
import { controlLineMax, parseControlLine, type ReadyMessage } from "@entrain/service";
import type { Guard } from "./guard.ts";

/** How to start one life. */
export interface ServiceLaunch {
  readonly name: string;
  /** Absolute path of the service's main.ts. */
  readonly script: string;
  /** The whole environment but ENTRAIN_CONTROL_FD. */
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
}

/** How a life ended. */
export interface ServiceExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running process. */
export interface ServiceProcess {
  readonly pid: number;
  readonly exited: Promise<ServiceExit>;
  /** To the process; nothing where it has ended. */
  signal(name: NodeJS.Signals): void;
  /** SIGKILL to its whole group. */
  kill(): void;
}

const controlFd = 3;

/** Starts a life; `onReady` hears its word. @throws EntrainError `internal` where no process can be started. */
export async function startServiceProcess(
  launch: ServiceLaunch,
  guard: Guard,
  onReady: (message: ReadyMessage) => void,
): Promise<ServiceProcess> {
  const log = openSync(launch.logFile, "a", 0o600);
  const child = spawn(process.execPath, [launch.script], {
    detached: true,
    stdio: ["ignore", log, log, "pipe"],
    env: { ...launch.env, ENTRAIN_CONTROL_FD: String(controlFd) },
  });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) {
    const error = await new Promise<Error>((resolve) => child.once("error", resolve));
    throw new EntrainError("internal", `${launch.name} could not be started: ${error.message}`, { cause: error });
  }
  guard.watch(pid);
  child.on("error", () => undefined);
  hear(child.stdio[controlFd] as Duplex, onReady);

  let ended = false;
  const exited = new Promise<ServiceExit>((resolve) => {
    // "exit" and not "close": a grandchild that holds the channel open must not hide the death.
    child.once("exit", (code, signal) => {
      ended = true;
      guard.forget(pid);
      resolve({ code, signal });
    });
  });
  return {
    pid,
    exited,
    signal: (name) => {
      if (!ended) child.kill(name);
    },
    kill: () => {
      if (!ended) killGroup(pid);
    },
  };
}

/** Reads lines until a ready message came; afterwards the channel is only drained. */
function hear(channel: Duplex, onReady: (message: ReadyMessage) => void): void {
  let pending = "";
  let heard = false;
  channel.setEncoding("utf8");
  channel.on("error", () => undefined);
  channel.on("data", (text: string) => {
    if (heard) return;
    const lines = (pending + text).split("\n");
    pending = (lines.pop() ?? "").slice(0, controlLineMax);
    const message = lines.map(parseControlLine).find((candidate) => candidate !== undefined);
    if (message === undefined) return;
    heard = true;
    onReady(message);
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has just ended.
  }
}
