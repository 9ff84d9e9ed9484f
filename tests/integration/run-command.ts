/** Runs a program to its end, as a person would, and keeps what it said. */
import { spawn } from "node:child_process";

/** How it ended and what it wrote. */
export interface CommandOutcome {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The outcome; a program that takes longer than `limitMs` is told to end (SIGTERM).
 * @param options `env` is added to this process's environment.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly limitMs: number; readonly env?: Readonly<Record<string, string>> },
): Promise<CommandOutcome> {
  const { cwd, limitMs: timeout } = options;
  // npm tells its scripts about the package they belong to; what is run here belongs to none.
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle)_/.test(name));
  const env = { ...Object.fromEntries(inherited), ...options.env };
  const child = spawn(command, args, { cwd, env, timeout, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return { code, stdout, stderr };
}
