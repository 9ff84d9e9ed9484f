/**
 * Runs a test file in a process group of its own, or several in one, and tells how it went.
 *
 * Besides its tests a file can fail as a whole: it threw while loading, stopped early, ran no test at all, took
 * too long (also because a timer, socket or server was left open), or left processes behind. Where several share a process
 * that fails so, each is run alone to find out whose fault it was.
 * Whatever happens, nothing of its group is alive when this function returns.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Readable } from "node:stream";
import { createInterface } from "node:readline";
import type { TestLine } from "./test-reporter.ts";

export interface Failure {
  /** Suite and test names, outermost first. */
  readonly name: string;
  /** Relative to the root; with the line where it is known. */
  readonly where: string;
  readonly error: string;
  /** What the file wrote, its last lines. */
  readonly output: string;
}

export interface FileResult {
  readonly passed: number;
  readonly skipped: number;
  /** Why, each reason once. */
  readonly skipReasons: readonly string[];
  readonly failures: readonly Failure[];
}

export interface FileOptions {
  readonly root: string;
  /** The limit for the file and for each of its tests, ms. */
  readonly timeoutMs: number;
  readonly namePattern: string | undefined;
  readonly signal: AbortSignal;
}

const OUTPUT_LINES_KEPT = 60;
/** From the end of the process to the end of what it started. */
const GROUP_GRACE_MS = 2_000;
const POLL_MS = 50;
/** A test that runs out of time is named by node:test itself if the file is given a little longer. */
const FILE_EXTRA_MS = 2_000;

const reporter = path.join(import.meta.dirname, "test-reporter.ts");

/** Runs the files in one process; tests of one must not disturb those of another. */
export async function runTestFiles(files: readonly string[], options: FileOptions): Promise<FileResult> {
  const together = await runProcess(files, options);
  if (files.length === 1 || !together.isWhole || options.signal.aborted) return together;
  const alone = await Promise.all(files.map((file) => runProcess([file], options)));
  // Only together do they fail: then that is what has to be known.
  if (alone.every(({ failures }) => failures.length === 0)) return together;
  return {
    passed: sum(alone.map(({ passed }) => passed)),
    skipped: sum(alone.map(({ skipped }) => skipped)),
    skipReasons: [...new Set(alone.flatMap(({ skipReasons }) => skipReasons))],
    failures: alone.flatMap(({ failures }) => failures),
  };
}

/** @returns also whether something failed that is no single test. */
async function runProcess(
  files: readonly string[],
  options: FileOptions,
): Promise<FileResult & { readonly isWhole: boolean }> {
  const child = spawn(process.execPath, nodeArguments(files, options), {
    cwd: options.root,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const output = keepLastLines(child);
  const counts = { passed: 0, skipped: 0 };
  const skipReasons = new Set<string>();
  const failed: { name: string; file: string | undefined; line: number | undefined; error: string }[] = [];
  const heardOf = new Set<string | undefined>();
  let isWhole = false;
  const wholeFile = (error: string, file = files.length === 1 ? files[0] : undefined) => {
    isWhole = true;
    failed.push({ name: file === undefined ? "the files together" : "the file itself", file, line: undefined, error });
  };

  const state: { ended: boolean; killedFor?: string } = { ended: false };
  const killFor = (why: string) => {
    state.killedFor ??= why;
    killGroup(child);
  };
  const limitMs = options.timeoutMs + FILE_EXTRA_MS;
  const late = `It was still running after ${limitMs / 1000} s: a test hangs, or a timer, socket or server is open.`;
  const limit = setTimeout(() => killFor(late), limitMs);
  const abort = () => killFor("It was interrupted.");
  options.signal.addEventListener("abort", abort, { once: true });

  createInterface({ input: child.stdio[3] as Readable }).on("line", (text) => {
    const line = JSON.parse(text) as TestLine;
    if (line.kind !== "ended") heardOf.add(line.file);
    if (line.kind === "failed") failed.push(line);
    else if (line.kind === "ended") state.ended = true;
    else counts[line.kind] += 1;
    if (line.kind === "skipped" && line.reason !== undefined) skipReasons.add(line.reason);
  });

  const exit = await endOf(child);
  clearTimeout(limit);
  options.signal.removeEventListener("abort", abort);
  const leftBehind = await endGroup(child);

  const clean = exit === "exit code 0";
  const ranNothing = counts.passed + counts.skipped + failed.length === 0;
  const silent = files.length === 1 ? (ranNothing ? files : []) : files.filter((file) => !heardOf.has(file));
  if (state.killedFor !== undefined) wholeFile(state.killedFor);
  else if (clean && silent.length > 0 && options.namePattern === undefined)
    for (const file of silent) wholeFile("It ran no test.", file);
  else if (!state.ended && !(clean && ranNothing)) wholeFile(`It stopped before its tests were over (${exit}).`);
  else if (!clean && failed.length === 0) wholeFile(`Its tests passed but it ended with ${exit}.`);
  if (leftBehind && state.killedFor === undefined) wholeFile("It left processes running.");

  const failures = failed.map(({ name, file = files[0] ?? "", line, error }) => {
    const relative = path.relative(options.root, file);
    return {
      name: name === file ? "a hook of the whole file" : name,
      where: line === undefined ? relative : `${relative}:${line}`,
      error,
      output: output().trim(),
    };
  });
  return { ...counts, skipReasons: [...skipReasons], failures, isWhole };
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

function nodeArguments(files: readonly string[], options: FileOptions): string[] {
  return [
    `--test-reporter=${reporter}`,
    "--test-reporter-destination=stderr",
    `--test-timeout=${options.timeoutMs}`,
    ...(options.namePattern === undefined ? [] : [`--test-name-pattern=${options.namePattern}`]),
    ...(files.length === 1 ? [] : ["--test", "--test-isolation=none"]),
    ...files,
  ];
}

function keepLastLines(child: ChildProcess): () => string {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      if (lines.length > OUTPUT_LINES_KEPT) lines.shift();
    });
  }
  return () => lines.join("\n");
}

/** Waits for the process, not for its pipes: a process that it left behind may hold those open. */
async function endOf(child: ChildProcess): Promise<string> {
  const exit = await new Promise<string>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : signal));
  });
  const closed = new Promise<void>((resolve) => child.on("close", () => resolve()));
  await Promise.race([closed, waitMs(200)]);
  return exit;
}

/** True if something of the group outlived its grace; it is dead afterwards. */
async function endGroup(child: ChildProcess): Promise<boolean> {
  if (await groupEnds(child)) return false;
  killGroup(child);
  await groupEnds(child);
  return true;
}

async function groupEnds(child: ChildProcess): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < GROUP_GRACE_MS; waitedMs += POLL_MS) {
    if (!groupIsAlive(child)) return true;
    await waitMs(POLL_MS);
  }
  return false;
}

const waitMs = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A zombie is dead: in a container whose first process reaps nothing, it stays for ever. */
function groupIsAlive(child: ChildProcess): boolean {
  if (!signalGroup(child, 0)) return false;
  if (!existsSync("/proc/self/stat")) return true;
  return readdirSync("/proc").some((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(group) === child.pid && state !== "Z";
    } catch {
      return false; // It ended while we looked.
    }
  });
}

function killGroup(child: ChildProcess): void {
  signalGroup(child, "SIGKILL");
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (child.pid === undefined) return false;
  try {
    return process.kill(-child.pid, signal);
  } catch {
    return false;
  }
}
