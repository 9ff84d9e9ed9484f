/**
 * Replays a file of recorded telemetry (CSV with a header, or NDJSON) at its own pace. The file is streamed: its size does
 * not matter, and a slow consumer slows the reading down. A bad line is told and passed over; a file without a single
 * good line is an error, because then the file is wrong and not the line.
 *
 * Pace: a column `timestamp`, `ts` or `time` (Unix ms or s, or ISO 8601) says when a line was recorded; without one,
 * lines are `everyMs` apart. Such a column is no part of the reading.
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { EntrainError } from "@entrain/kernel";
import type { Reading } from "@entrain/core/decision";
import type { Clock, Signal, Timers } from "@entrain/ports";
import { boundedLines, type BoundedLine } from "./bounded-lines.ts";
import { createReplayPace } from "./replay-pace.ts";
import { createRowReader, type RowReader, type TelemetryRow } from "./telemetry-rows.ts";

/** One reading from a file. */
export interface TelemetryLine {
  /** Line of the file, from 1. */
  readonly line: number;
  readonly reading: Reading;
  /** When it was recorded, Unix ms; without a column for it, as if recorded from now on. */
  readonly atMs: number;
}

/** A line that was passed over. */
export interface MalformedLine {
  readonly line: number;
  /** The name or column that is wrong; `line` where it is the line as a whole. */
  readonly field: string;
  /** One sentence, beginning with the line's number. */
  readonly message: string;
}

/** How to replay. */
export interface TelemetryFileOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  /** 1 as recorded (default), 10 ten times as fast; 0 as fast as the consumer takes it. */
  readonly speed?: number;
  /** Distance of lines without an instant of their own, ms (default 1,000). */
  readonly everyMs?: number;
  readonly onMalformed?: (malformed: MalformedLine) => void;
  /** Ends the replay early, without an error. */
  readonly signal?: Signal;
  /** How the operator calls the path, for errors (default `telemetry file`). */
  readonly field?: string;
}

/** Longest line, bytes. */
const lineBytesMax = 65_536;
/** Read at once, bytes: few enough lines that the event loop turns between two reads. */
const chunkBytes = 4_096;

/**
 * The readings of the file at `path`, each when it is due.
 * @throws EntrainError `invalid-config` where the file cannot be read, has a wrong header or not one good line;
 * `invalid-argument` for a negative `speed`.
 */
export async function* replayTelemetryFile(
  path: string,
  options: TelemetryFileOptions,
): AsyncGenerator<TelemetryLine, void, undefined> {
  const { clock, timers, speed = 1, everyMs = 1_000, onMalformed, signal, field = "telemetry file" } = options;
  if (!Number.isFinite(speed) || speed < 0) throw EntrainError.invalid("speed", speed, "give 0 or a positive number");
  const pace = createReplayPace({ speed, clock, timers, signal });
  const startUnixMs = clock.unixMs();
  let good = 0;
  let firstBad: MalformedLine | undefined;

  for await (const parsed of parsedLines(path, field)) {
    if (parsed.row === undefined) {
      firstBad ??= parsed.malformed;
      onMalformed?.(parsed.malformed);
      continue;
    }
    const atMs = parsed.row.atMs ?? startUnixMs + good * everyMs;
    good += 1;
    await pace.due(atMs);
    if (signal?.aborted === true) return;
    yield { line: parsed.line, reading: parsed.row.reading, atMs };
  }
  if (good === 0 && signal?.aborted !== true)
    throw badFile(
      field,
      path,
      firstBad === undefined ? "it holds no reading" : `not one good line: ${firstBad.message}`,
    );
}

type ParsedLine =
  | { readonly row: TelemetryRow; readonly line: number }
  | { readonly row: undefined; readonly malformed: MalformedLine };

/** The lines of the file, understood or not; blank ones are left out. */
async function* parsedLines(path: string, field: string): AsyncGenerator<ParsedLine, void, undefined> {
  let read: RowReader | undefined;
  let timed: boolean | undefined;
  for await (const bounded of linesOfFile(path, field)) {
    if (bounded.text?.trim() === "") continue;
    if (read === undefined) {
      const reader = headerOf(bounded, field, path);
      read = reader.read;
      if (reader.header) continue;
    }
    const parsed = parseLine(bounded, read, timed);
    if (parsed.row !== undefined) timed ??= parsed.row.atMs !== undefined;
    yield parsed;
  }
}

function headerOf({ line, text }: BoundedLine, field: string, path: string): ReturnType<typeof createRowReader> {
  if (text === undefined) throw badFile(field, path, `line ${line} is longer than ${lineBytesMax} bytes`);
  try {
    return createRowReader(text);
  } catch (thrown) {
    throw badFile(field, path, `line ${line}: ${EntrainError.from(thrown).message}`);
  }
}

/** `timed`: lines of this file have an instant (or have none); undefined before the first good one. */
function parseLine({ line, text }: BoundedLine, read: RowReader, timed: boolean | undefined): ParsedLine {
  const malformed = (badField: string, what: string): ParsedLine => ({
    row: undefined,
    malformed: { line, field: badField, message: `line ${line}: ${what}` },
  });
  if (text === undefined) return malformed("line", `it is longer than ${lineBytesMax} bytes`);
  try {
    const row = read(text);
    if (timed === true && row.atMs === undefined)
      return malformed("timestamp", "timestamp is missing: the lines before it have one");
    return { line, row: timed === false ? { ...row, atMs: undefined } : row };
  } catch (thrown) {
    const error = EntrainError.from(thrown);
    return malformed((error.field ?? "line").replace(/^reading\./, ""), error.message.replace(/^reading\./, ""));
  }
}

/** Opens, reads and closes the file, whatever becomes of the consumer. */
async function* linesOfFile(path: string, field: string): AsyncGenerator<BoundedLine, void, undefined> {
  try {
    // A pipe that stays silent would hold a thread of Node's pool for ever, even over the process's end.
    if (!(await stat(path)).isFile()) throw new Error("it is a folder, pipe or device");
    yield* boundedLines(createReadStream(path, { highWaterMark: chunkBytes }), lineBytesMax);
  } catch (thrown) {
    throw badFile(field, path, `it cannot be read (${EntrainError.from(thrown).message})`);
  }
}

function badFile(field: string, path: string, what: string): EntrainError {
  const remedy = "name a file of telemetry, CSV with a header or one JSON object per line";
  return new EntrainError("invalid-config", `${field} is ${JSON.stringify(path)}: ${what}; ${remedy}`, {
    field,
    value: path,
    remedy,
  });
}
