/**
 * A whole swarm, started as its users start it, and read by its contract: JSON lines, HTTP, processes. Disposing of it
 * stops it, and fails if it left a process or its Redis's data behind.
 */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { consoleApi, type ConsoleApi } from "./console-api.ts";
import { markedEnv, markedProcesses, type MarkedProcess } from "./marked-processes.ts";
import { until } from "./until.ts";

/** One line of `--json`. */
export interface Line {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** A `service` line. */
export interface ServiceLine extends Line {
  readonly kind: "service";
  readonly name: string;
  readonly pid: number;
  readonly opsUrl: string;
}

/** How the outermost process ended. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running swarm. */
export interface SwarmUnderTest extends AsyncDisposable {
  /** The outermost process: bootstrap, or npm. */
  readonly child: ChildProcess;
  readonly api: ConsoleApi;
  readonly url: string;
  /** All lines so far. */
  readonly lines: readonly Line[];
  readonly ended: Promise<End>;
  /** The latest line of a service. */
  service(name: string): ServiceLine;
  services(): readonly ServiceLine[];
  /** The first line that fits, now or later. */
  line(what: string, fits: (line: Line) => boolean, timeoutMs?: number): Promise<Line>;
  /** The processes of this run that live now. */
  processes(): readonly MarkedProcess[];
  /** SIGTERM to the outermost process, and its end. */
  stop(): Promise<End>;
  /** What went to stderr, for a person. */
  talk(): string;
}

export interface StartOptions {
  /** Flags of `entrain up` beyond --json and --port 0. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Started by npm instead of directly. */
  readonly npm?: boolean;
}

const root = path.join(import.meta.dirname, "..", "..");
const readyWithinMs = 60_000;
const goneWithinMs = 10_000;

/** Starts a swarm and resolves when it is ready. */
export async function startSwarm(options: StartOptions = {}): Promise<SwarmUnderTest> {
  const { flags = [], env = {}, npm = false } = options;
  const mark = randomUUID();
  const tmp = mkdtempSync(path.join(tmpdir(), "entrain-e2e-"));
  const up = ["--json", "--port", "0", ...flags];
  const command = npm ? "npm" : process.execPath;
  const args = npm ? ["start", "--silent", "--"] : ["scripts/bootstrap.mjs", "services/cli/src/main.ts", "up"];
  const child = spawn(command, [...args, ...up], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...markedEnv(mark), TMPDIR: tmp, ...env },
    // Its own group, so that nothing but the test ends it.
    detached: true,
  });
  const lines: Line[] = [];
  let talk = "";
  createInterface({ input: child.stdout }).on("line", (text) => lines.push(JSON.parse(text) as Line));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    talk = (talk + text).slice(-20_000);
  });
  const ended = new Promise<End>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  const processes = () => markedProcesses(mark);
  const dispose = async (): Promise<void> => {
    child.kill("SIGTERM");
    const left = await until("no process is left", () => processes().length === 0, goneWithinMs).catch(processes);
    const data = readdirSync(tmp, { recursive: true, encoding: "utf8" }).filter((name) => /(^|\/)redis\b/.test(name));
    rmSync(tmp, { recursive: true, force: true });
    assert.deepEqual(data, [], "private data is left");
    if (left === true) return;
    for (const { pid } of left) process.kill(pid, "SIGKILL");
    assert.fail(`left behind:\n${left.map(({ pid, command: words }) => `${pid} ${words}`).join("\n")}\n${talk}`);
  };

  const line: SwarmUnderTest["line"] = async (what, fits, timeoutMs = 10_000) =>
    await until(
      what,
      () => {
        const found = lines.find(fits);
        if (found === undefined && child.exitCode !== null)
          throw new Error(`it has ended with exit code ${child.exitCode}; stderr:\n${talk}`);
        return found;
      },
      timeoutMs,
    );
  const ready = await line("the swarm is ready", ({ kind }) => kind === "ready", readyWithinMs).catch(
    async (thrown: unknown) => {
      await dispose();
      throw thrown;
    },
  );
  const url = String(ready["url"]);
  const services = (): readonly ServiceLine[] => {
    const latest = new Map<string, ServiceLine>();
    for (const entry of lines) if (entry.kind === "service") latest.set(String(entry["name"]), entry as ServiceLine);
    return [...latest.values()];
  };
  return {
    child,
    api: consoleApi(url),
    url,
    lines,
    ended,
    services,
    service: (name) => services().find((entry) => entry.name === name) ?? assert.fail(`there is no service ${name}`),
    line,
    processes,
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
    talk: () => talk,
    [Symbol.asyncDispose]: dispose,
  };
}
