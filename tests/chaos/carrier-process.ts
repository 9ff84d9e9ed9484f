/** A carrier's process, as its controller holds it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { carrierEnv, type CarrierSettings } from "./workers/carrier-settings.ts";

const main = path.join(import.meta.dirname, "workers", "carrier.ts");

/** A running carrier. */
export interface CarrierProcess extends AsyncDisposable {
  readonly agentId: string;
  /** Resolves when it has joined. */
  readonly ready: Promise<void>;
  /** Lines that it wrote. */
  readonly lines: readonly string[];
  tell(line: string): void;
  kill(): Promise<void>;
}

/** Starts a carrier. */
export function startCarrier(settings: CarrierSettings): CarrierProcess {
  const child = spawn(process.execPath, [main], { env: carrierEnv(settings), stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.on("error", () => undefined);
  const exited = once(child, "exit");
  const ready = Promise.withResolvers<undefined>();
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    if (line === "ready") ready.resolve(undefined);
  });
  void exited.then(() => ready.reject(new Error(`carrier ${settings.agentId} has ended`)));
  ready.promise.catch(() => undefined);
  async function kill(): Promise<void> {
    child.kill("SIGKILL");
    await exited;
  }
  return {
    ...{ agentId: settings.agentId, ready: ready.promise, lines, kill },
    tell: (line) => void child.stdin.write(`${line}\n`),
    [Symbol.asyncDispose]: kill,
  };
}
