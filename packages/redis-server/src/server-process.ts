/**
 * One life of one server: a process in a group of its own, or a container in the foreground of a `docker run`. Both look
 * the same from here on: they take signals and they end.
 *
 * A guard ends the server when this process dies without a word. Order at the end of a life: the guard is released, what
 * is left of a container is removed, and only then `exited` resolves.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { open } from "node:fs/promises";
import { guardWithOwner } from "./owner-guard.ts";
import { RedisServerError } from "./redis-server-error.ts";
import type { ContainerPlan, RedisServerPlan } from "./redis-server-plan.ts";
import { runCommand } from "./run-command.ts";

/** How a life ended. */
export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export type ServerSignal = "SIGTERM" | "SIGKILL" | "SIGSTOP" | "SIGCONT";

export interface ServerProcess {
  /** The server's process; for a container, the `docker run` that stands for it. It leads a process group. */
  readonly pid: number;
  readonly container?: string;
  readonly exited: Promise<ServerExit>;
  /** Undefined while it lives. */
  exit(): ServerExit | undefined;
  /** Does nothing once the server has ended. */
  signal(name: ServerSignal): Promise<void>;
}

/** Where a container sees the data folder and its own port. */
export const CONTAINER_DIR = "/data";
export const CONTAINER_PORT = 6379;

export interface LaunchInput {
  readonly plan: RedisServerPlan;
  /** Data folder; holds `configFile`. */
  readonly dir: string;
  /** File name inside `dir`. */
  readonly configFile: string;
  /** Run it as a Sentinel; not in a container. */
  readonly sentinel?: boolean;
  /** Output is appended to this file. */
  readonly logFile: string;
  /** Port on 127.0.0.1. */
  readonly port: number;
}

/** Starts a life; does not wait until it serves. @throws RedisServerError `start-failed` where the program cannot run. */
export async function launchServerProcess(input: LaunchInput): Promise<ServerProcess> {
  const { plan, dir } = input;
  const container = plan.kind === "container" ? `entrain-redis-${randomBytes(6).toString("hex")}` : undefined;
  const [command, args] =
    plan.kind === "container"
      ? [plan.docker, dockerArguments(plan, input, container ?? "")]
      : [plan.command, [`${dir}/${input.configFile}`, ...(input.sentinel === true ? ["--sentinel"] : [])]];
  const libraryPath = plan.kind === "binary" ? plan.libraryPath : undefined;
  const log = await open(input.logFile, "a", 0o600);
  try {
    const child = spawn(command, args, {
      stdio: ["ignore", log.fd, log.fd],
      detached: true,
      cwd: dir,
      env: libraryPath === undefined ? process.env : { ...process.env, LD_LIBRARY_PATH: libraryPath },
    });
    const pid = child.pid;
    if (pid === undefined) {
      const error = await new Promise<Error>((resolve) => child.once("error", resolve));
      throw new RedisServerError("start-failed", error.message, { cause: error });
    }
    const docker = plan.kind === "container" ? plan.docker : "";
    const guard = guardWithOwner(
      container === undefined ? { kind: "group", pid } : { kind: "container", docker, name: container },
    );
    let exit: ServerExit | undefined;
    const exited = new Promise<ServerExit>((resolve) => {
      child.once("exit", (code, signal) => {
        exit = { code, signal };
        guard.release();
        const removed = container === undefined ? undefined : removeContainer(docker, container);
        void Promise.resolve(removed).then(() => {
          resolve({ code, signal });
        });
      });
    });
    return {
      pid,
      ...(container === undefined ? {} : { container }),
      exited,
      exit: () => exit,
      signal: async (name) => {
        if (exit !== undefined) return;
        if (container === undefined) signalGroup(pid, name);
        else await signalContainer(docker, container, name);
      },
    };
  } finally {
    await log.close();
  }
}

/** Sends a signal to a process group, which may have ended. */
export function signalGroup(pid: number, name: ServerSignal): void {
  try {
    process.kill(-pid, name);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "ESRCH") throw thrown;
  }
}

/** Removes a container and what it holds, running or not; nothing happens if there is none. */
export async function removeContainer(docker: string, name: string): Promise<void> {
  await runCommand(docker, ["rm", "--force", "--volumes", name], { timeoutMs: 20_000 });
}

async function signalContainer(docker: string, name: string, signal: ServerSignal): Promise<void> {
  const args = {
    SIGSTOP: ["pause", name],
    SIGCONT: ["unpause", name],
    SIGTERM: ["kill", "--signal", "TERM", name],
    SIGKILL: ["kill", name],
  }[signal];
  await runCommand(docker, args, { timeoutMs: 20_000 });
}

function dockerArguments(plan: ContainerPlan, input: LaunchInput, name: string): string[] {
  return [
    "run",
    "--rm",
    `--name=${name}`,
    `--user=${plan.user}`,
    `--publish=127.0.0.1:${String(input.port)}:${String(CONTAINER_PORT)}`,
    `--volume=${input.dir}:${CONTAINER_DIR}`,
    `--workdir=${CONTAINER_DIR}`,
    "--entrypoint=redis-server",
    plan.image,
    `${CONTAINER_DIR}/${input.configFile}`,
  ];
}
