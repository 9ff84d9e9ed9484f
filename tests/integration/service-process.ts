/** One service as a process of its own, as an orchestrator starts it: by its main file and its environment. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { waitFor } from "@entrain/testkit/conformance";

const root = join(import.meta.dirname, "..", "..");
/** What a start may take on a machine that is busy with others. */
const startMs = 60_000;

/** What it said, and its end. */
export interface ServiceProcess extends AsyncDisposable {
  /** Lines of its log. */
  log(): readonly Readonly<Record<string, unknown>>[];
  /** Lines that are for people. */
  sentences(): readonly string[];
  /** Resolves with the fields of the line `ready`. */
  ready(): Promise<Readonly<Record<string, unknown>>>;
  /** Ends it without a word, as a crash does. */
  kill(): void;
  /** Holds it up, and lets it go on. */
  pause(): void;
  resume(): void;
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>;
}

/** Starts `services/{name}`; the environment is the one given and nothing else of Entrain's. */
export function startService(name: string, env: Readonly<Record<string, string>>): ServiceProcess {
  const inherited = Object.entries(process.env).filter(([key]) => !/^(ENTRAIN_|REDIS_)/.test(key));
  const child = spawn(process.execPath, [join(root, "services", name, "src", "main.ts")], {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const lines = (): readonly string[] => text.split("\n").filter((line) => line !== "");
  const log = () =>
    lines()
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  return {
    log,
    sentences: () => lines().filter((line) => !line.startsWith("{")),
    async ready() {
      const found = () => log().find((line) => line["msg"] === "ready");
      const isThere = (): boolean => found() !== undefined || child.exitCode !== null;
      await waitFor(`${name} to be ready`, isThere, startMs);
      const line = found();
      if (line === undefined) throw new Error(`${name} ended: ${text}`);
      return line;
    },
    kill() {
      child.kill("SIGKILL");
    },
    pause() {
      child.kill("SIGSTOP");
    },
    resume() {
      child.kill("SIGCONT");
    },
    ended,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
