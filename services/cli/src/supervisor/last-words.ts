/** What a dead service's log says last: its last error, else its last line. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

const tailBytes = 16_384;
const wordsMax = 300;
/** pino's number for errors. */
const errorLevel = 50;

/** The last words in a log file, one line; undefined where it is empty or cannot be read. */
export function lastWordsOf(logFile: string): string | undefined {
  return lastWords(readTail(logFile));
}

/** The last words in the text of a log whose lines are JSON objects of pino or anything else. */
export function lastWords(text: string): string | undefined {
  const lines = text
    .split("\n")
    .map(readLine)
    .filter((line) => line.words !== "");
  const chosen = lines.findLast((line) => line.level >= errorLevel) ?? lines.at(-1);
  if (chosen === undefined) return undefined;
  return chosen.words.length > wordsMax ? `${chosen.words.slice(0, wordsMax)}…` : chosen.words;
}

function readLine(line: string): { readonly level: number; readonly words: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    // A stack trace's frames say less than the error above them.
    const isError = /^(Uncaught )?\w*Error\b/.test(line);
    return { level: isError ? errorLevel : 0, words: /^\s+at /.test(line) ? "" : line.trim() };
  }
  if (typeof parsed !== "object" || parsed === null) return { level: 0, words: line.trim() };
  const { level, msg, err } = parsed as { level?: unknown; msg?: unknown; err?: { message?: unknown } | null };
  const message = typeof msg === "string" ? msg : "";
  const cause = typeof err?.message === "string" && !message.includes(err.message) ? err.message : "";
  const words = [message, cause].filter((part) => part !== "").join(": ");
  return { level: typeof level === "number" ? level : 0, words: words === "" ? line.trim() : words };
}

function readTail(file: string): string {
  let fd: number | undefined;
  try {
    fd = openSync(file, "r");
    const { size } = fstatSync(fd);
    const length = Math.min(size, tailBytes);
    const bytes = Buffer.alloc(length);
    readSync(fd, bytes, 0, length, size - length);
    return bytes.toString("utf8");
  } catch {
    return "";
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
