/** A worker process that is told lines and answers lines, as benches hold it. It ends when its standard input does. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A running worker. */
export interface LineWorker {
  tell(line: string): void;
  /** Ends its standard input: it has been told everything. */
  end(): void;
  /** The next line that it writes. @throws Error where it ends without one. */
  next(): Promise<string>;
}

/** Starts `main` with `task` as its only argument. */
export function startLineWorker(main: string, task: unknown): LineWorker {
  const child = spawn(process.execPath, [main, JSON.stringify(task)], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    tell(line) {
      child.stdin.write(`${line}\n`);
    },
    end() {
      child.stdin.end();
    },
    async next() {
      const line = await lines.next();
      if (line.done === true) throw new Error(`${main} ended with ${await exitOf(child)}`);
      return line.value;
    },
  };
}

async function exitOf(child: ChildProcess): Promise<string> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return String(child.exitCode ?? child.signalCode);
}
