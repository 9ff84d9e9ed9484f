/** An agent's process in a run over decisions, as its controller holds it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { deciderEnv, type DeciderOrder, type DeciderSettings } from "./workers/decider-settings.ts";

const main = path.join(import.meta.dirname, "workers", "decider.ts");

/** A running decider. */
export interface DeciderProcess {
  readonly settings: DeciderSettings;
  /** Resolves when it has joined the swarm. */
  readonly ready: Promise<void>;
  order(order: DeciderOrder): void;
  /** Incidents that it was told of and has not done; 0 once it was killed. */
  underWay(): number;
  /** The cooldown of the policy that it knows, ms; undefined before it knows any. */
  cooldownMs(): number | undefined;
  kill(): Promise<void>;
  /** Lets it finish, and ends it. @throws Error with what it wrote to stderr where it ends badly. */
  stop(): Promise<void>;
}

/** Starts a decider. */
export function startDecider(settings: DeciderSettings): DeciderProcess {
  const child = spawn(process.execPath, [main], { env: deciderEnv(settings), stdio: ["pipe", "pipe", "pipe"] });
  const errors: string[] = [];
  child.stderr.setEncoding("utf8").on("data", (text: string) => errors.push(text));
  // A decider that is killed breaks its pipe.
  child.stdin.on("error", () => undefined);
  const exited = once(child, "exit") as Promise<[code: number | null, signal: string | null]>;
  const ready = Promise.withResolvers<undefined>();
  let [underWay, ended] = [0, false];
  let cooldownMs: number | undefined;
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line === "ready") ready.resolve(undefined);
    else if (line.startsWith("cooldown ")) cooldownMs = Number(line.slice("cooldown ".length));
    else underWay -= 1;
  });
  const failure = (code: number | null): Error =>
    new Error(`decider ${settings.agentId} ended with ${code}: ${errors.join("")}`);
  void exited.then(([code]) => {
    ended = true;
    ready.reject(failure(code));
  });
  ready.promise.catch(() => undefined);
  return {
    settings,
    ready: ready.promise,
    order(order) {
      if (ended) return;
      underWay += 1;
      child.stdin.write(`${JSON.stringify(order)}\n`);
    },
    underWay: () => (ended ? 0 : underWay),
    cooldownMs: () => cooldownMs,
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
    async stop() {
      child.stdin.end();
      const [code] = await exited;
      if (code !== 0) throw failure(code);
    },
  };
}
