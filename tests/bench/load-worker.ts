/**
 * A process that does work of several sorts in turns and says how it fares: the subjects of a recording of this host. Prints
 * a CSV line every `everyMs` until it has printed `rows`, and ends. A turn of each sort, one after the other, in an order of
 * its own:
 *
 * - idle;
 * - busy: computes for a part of the time, so that all loads together never take more than about a core;
 * - large: holds up to 192 MB of memory;
 * - blocked: its event loop waits (`Atomics.wait`, which takes no core) a quarter of a second, or over one, at a time;
 * - writing: writes a file of 1 MB again and again, at most 20 MB/s.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createRandom } from "@entrain/kernel";

/** What a load is told, as its only argument. */
export interface LoadTask {
  readonly subject: string;
  readonly rows: number;
  readonly everyMs: number;
  /** Length of a turn, ms. */
  readonly turnMs: number;
}

/** What a line holds after timestamp and subject. */
export const loadColumns = ["processCpu", "residentMb", "loopDelayMs", "writtenMbPerS"] as const;

const loopResolutionMs = 10;
/** Figures are about this much time: over less, a share is noise, ms. */
const windowMs = 200;
const megabyte = 1_048_576;

const kinds = ["idle", "busy", "large", "blocked", "writing"] as const;

/** The work of one turn, a piece at a time. `strength` is 0 or 1, for a lesser and a greater state of the same sort. */
function createWork() {
  const file = path.join(tmpdir(), `entrain-load-${process.pid}`);
  const text = Buffer.alloc(megabyte, "x");
  const waiting = new Int32Array(new SharedArrayBuffer(4));
  let held: Buffer[] = [];
  const work = {
    written: 0,
    piece(kind: (typeof kinds)[number], strength: number): void {
      if (kind !== "large") held = [];
      else if (held.length < 96 * (1 + strength)) held.push(Buffer.alloc(megabyte, 1), Buffer.alloc(megabyte, 1));
      if (kind === "busy") compute(strength === 1 ? 12 : 5);
      if (kind === "blocked") Atomics.wait(waiting, 0, 0, strength === 1 ? 1_100 : 260);
      if (kind === "writing") write(strength === 1 ? 20 : 8);
    },
    end: () => rmSync(file, { force: true }),
  };
  let nextWriteMs = 0;
  function write(mbPerS: number): void {
    if (performance.now() < nextWriteMs) return;
    nextWriteMs = performance.now() + 1_000 / mbPerS;
    const descriptor = openSync(file, "w");
    writeSync(descriptor, text);
    closeSync(descriptor);
    work.written += 1;
  }
  return work;
}

function compute(forMs: number): void {
  const untilMs = performance.now() + forMs;
  while (performance.now() < untilMs) Math.hypot(performance.now(), 3);
}

/** The process's own figures; `null` before there are any. */
function createFigures(written: () => number) {
  const histogram = monitorEventLoopDelay({ resolution: loopResolutionMs });
  histogram.enable();
  let [atMs, cpu, wrote] = [performance.now(), process.cpuUsage(), written()];
  let latest = { processCpu: 0, residentMb: 0, loopDelayMs: 0, writtenMbPerS: 0 };
  return () => {
    const tookMs = performance.now() - atMs;
    if (tookMs < windowMs) return latest;
    const used = process.cpuUsage(cpu);
    latest = {
      processCpu: (used.user + used.system) / 1_000 / tookMs,
      residentMb: process.memoryUsage.rss() / megabyte,
      loopDelayMs: histogram.count === 0 ? tookMs : Math.max(0, histogram.max / 1e6 - loopResolutionMs),
      writtenMbPerS: ((written() - wrote) * 1_000) / tookMs,
    };
    histogram.reset();
    [atMs, cpu, wrote] = [performance.now(), process.cpuUsage(), written()];
    return latest;
  };
}

async function run({ subject, rows, everyMs, turnMs }: LoadTask): Promise<void> {
  const random = createRandom(subject);
  const work = createWork();
  const figures = createFigures(() => work.written);
  const beginMs = performance.now() - random.int(turnMs * kinds.length * 2);
  for (let row = 0; row < rows; row++) {
    const turn = Math.floor((performance.now() - beginMs) / turnMs);
    work.piece(kinds[turn % kinds.length] ?? "idle", Math.floor(turn / kinds.length) % 2);
    const values = figures();
    const cells = loadColumns.map((name) => Number(values[name].toFixed(4)));
    process.stdout.write(`${Date.now()},${subject},${cells.join(",")}\n`);
    await delay(everyMs);
  }
  work.end();
}

if (process.argv[1] === import.meta.filename) await run(JSON.parse(process.argv[2] ?? "{}") as LoadTask);
