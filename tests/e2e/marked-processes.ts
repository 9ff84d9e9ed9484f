/**
 * Finds every process that a test started, also those that nobody names: they all inherit a mark in their environment.
 * Linux only, like the machines that run these tests.
 */
import { readdirSync, readFileSync } from "node:fs";

const markName = "SWARM_UNDER_TEST";

/** A process with the mark. */
export interface MarkedProcess {
  readonly pid: number;
  readonly command: string;
}

/** An environment with a mark of its own. */
export function markedEnv(mark: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, [markName]: mark };
  // What the test runner says to its own children is not meant for these.
  delete env["NODE_TEST_CONTEXT"];
  return env;
}

/** The living processes with the mark; zombies do not live. */
export function markedProcesses(mark: string): readonly MarkedProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => read(`/proc/${pid}/environ`).split("\0").includes(`${markName}=${mark}`))
    .filter((pid) => !/^\d+ \(.*\) [ZX]/s.test(read(`/proc/${pid}/stat`)))
    .map((pid) => ({ pid: Number(pid), command: read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim() }));
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
