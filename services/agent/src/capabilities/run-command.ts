/**
 * The capability `command.run`: runs a program of an allow-list, without a shell. Its environment holds PATH alone, so no
 * secret of the service reaches it.
 */
import { spawn } from "node:child_process";
import { EntrainError, type TaskContext } from "entrain";

/** Characters of output that are kept, of stdout and stderr each. */
const outputMax = 100_000;

export interface CommandInput {
  readonly command: string;
  readonly args?: readonly string[];
  readonly stdin?: string;
}

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** JSON Schema of the input. */
export const commandInput = {
  type: "object",
  properties: {
    command: { type: "string" },
    args: { type: "array", items: { type: "string", maxLength: 4_096 }, maxItems: 100 },
    stdin: { type: "string", maxLength: 200_000 },
  },
  required: ["command"],
  additionalProperties: false,
} as const;

/**
 * A handler that runs the programs in `allowed`, by their bare names.
 * @throws EntrainError (when called) `permission-denied` for any other; `resource-exhausted` for more output than is kept
 */
export function commandRunner(allowed: readonly string[]) {
  return async (input: CommandInput, { signal }: Pick<TaskContext, "signal">): Promise<CommandResult> => {
    const { command, args = [], stdin = "" } = input;
    if (!allowed.includes(command))
      throw new EntrainError("permission-denied", `${command} is not allowed here: allowed are ${allowed.join(", ")}`);
    return run(command, args, stdin, signal);
  };
}

function run(command: string, args: readonly string[], stdin: string, signal: AbortSignal): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { signal, env: { PATH: process.env["PATH"] }, shell: false, stdio: "pipe" });
    const collect = (stream: NodeJS.ReadableStream): (() => string) => {
      let text = "";
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        if (text.length <= outputMax) return;
        child.kill("SIGKILL");
        reject(new EntrainError("invalid-argument", `${command} writes more than ${outputMax} characters`));
      });
      return () => text;
    };
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
    child.on("error", reject);
    child.stdin.on("error", () => undefined); // It may not read its input.
    child.on("close", (code, killedBy) => {
      if (code === null) reject(new Error(`${command} was ended by ${killedBy}`));
      else resolve({ exitCode: code, stdout: stdout(), stderr: stderr() });
    });
    child.stdin.end(stdin);
  });
}
