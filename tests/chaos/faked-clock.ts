/** The wall clock of one process moved from outside, by Debian's libfaketime; its monotonic clock stays as it is. */
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";

const library = find();

/** Why no clock can be moved here; undefined where it can. */
export const cannotMoveClocks: string | undefined =
  library === undefined ? "libfaketime is not installed (Debian: apt-get install libfaketime)" : undefined;

/** What a process needs in its environment so that `moveClock` moves its clock; nothing without a file. */
export function fakedClock(clockFile: string | undefined): NodeJS.ProcessEnv {
  if (clockFile === undefined || library === undefined) return {};
  return {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: clockFile,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
    DONT_FAKE_MONOTONIC: "1",
  };
}

/** Sets the clock to the true time and so many seconds. */
export function moveClock(clockFile: string, offsetS: number): void {
  writeFileSync(clockFile, `${offsetS < 0 ? "" : "+"}${offsetS}\n`);
}

/** Debian has a folder of libraries for each kind of machine. */
function find(): string | undefined {
  const root = "/usr/lib";
  if (!existsSync(root)) return undefined;
  const candidates = readdirSync(root).map((name) => path.join(root, name, "faketime", "libfaketimeMT.so.1"));
  return candidates.find((candidate) => existsSync(candidate));
}
