/**
 * Runs one program to its end and gives its output. A program that fails, is missing, or takes too long is a result, not
 * an exception: the search for a server goes on with its next step and keeps the reason.
 *
 * The program runs in a group of its own, together with whatever it starts, and dies with this process (owner-guard).
 */
import { spawn } from "node:child_process";
import { guardWithOwner } from "./owner-guard.ts";
import { RedisServerError } from "./redis-server-error.ts";

export interface RunCommandOptions {
  /** Ends the program's group by SIGKILL after this long. Default 10,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly cwd?: string;
}

export interface CommandResult {
  readonly ok: boolean;
  readonly stdout: string;
  /** Why it failed, in one line; empty if it did not. */
  readonly failure: string;
}

const OUTPUT_BYTES_MAX = 8 * 1024 * 1024;
/** Programs that answer sooner than this are not worth a guard process. */
const GUARD_ABOVE_TIMEOUT_MS = 10_000;

/** @throws RedisServerError `aborted` once the signal is aborted; nothing else. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: RunCommandOptions = {},
): Promise<CommandResult> {
  const { timeoutMs = 10_000, signal } = options;
  throwIfAborted(signal);
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    env: options.env ?? process.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const pid = child.pid;
  const guard =
    pid !== undefined && timeoutMs > GUARD_ABOVE_TIMEOUT_MS ? guardWithOwner({ kind: "group", pid }) : undefined;
  const killGroup = () => {
    if (pid === undefined) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It ended in between.
    }
  };
  const timeout = AbortSignal.timeout(timeoutMs);
  timeout.addEventListener("abort", killGroup);
  signal?.addEventListener("abort", killGroup, { once: true });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);

  const ended = await new Promise<string>((resolve) => {
    child.once("error", (error) => {
      resolve(error.message);
    });
    child.once("close", (code, killedBy) => {
      resolve(code === 0 ? "" : (killedBy ?? `exit code ${String(code)}`));
    });
  });
  guard?.release();
  timeout.removeEventListener("abort", killGroup);
  signal?.removeEventListener("abort", killGroup);
  throwIfAborted(signal);
  if (ended === "") return { ok: true, stdout: stdout(), failure: "" };
  const why = timeout.aborted ? `no end within ${String(timeoutMs / 1000)} s` : lastLine(stderr()) || ended;
  return { ok: false, stdout: stdout(), failure: `${command}: ${why}` };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on("data", (chunk: Buffer) => {
    if (bytes >= OUTPUT_BYTES_MAX) return;
    chunks.push(chunk);
    bytes += chunk.length;
  });
  return () => Buffer.concat(chunks).toString("utf8");
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.trim() ?? "";
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new RedisServerError("aborted", "the search for a Redis server was ended by its caller");
}
