/**
 * Samples that take long to collect. A suite collects them by name; with a slice of time they are kept in
 * .entrain/bench/<suite>.jsonl, the suite stops when the slice is over, and the next call goes on after the last one. So a
 * machine that is shared is had for minutes at a time, and an interrupted bench has lost nothing.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { loadavg } from "node:os";
import path from "node:path";

const folder = path.join(import.meta.dirname, "..", "..", ".entrain", "bench");

/** Samples of one suite. */
export interface Samples {
  /** What is there of this name. */
  of(name: string): readonly number[];
  /** Takes samples until there are so many of this name, or until the slice is over. */
  collect(name: string, times: number, take: () => Promise<number>): Promise<void>;
  /** Whether the slice is over: what is missing is for the next call. */
  isOver(): boolean;
  /** The lowest and the highest load average while they were taken. */
  loads(): readonly [least: number, most: number];
  /** Forgets what was kept: the figures are made. */
  close(): void;
}

interface Line {
  readonly name: string;
  readonly value: number;
  readonly load: number;
}

/** @param sliceMs How long to collect, in ms; undefined: until all is there, and nothing is kept. */
export function openSamples(suite: string, sliceMs: number | undefined): Samples {
  const file = path.join(folder, `${suite}.jsonl`);
  const untilMs = performance.now() + (sliceMs ?? Infinity);
  const kept = sliceMs !== undefined && existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
  const lines = kept.map((line) => JSON.parse(line) as Line);
  if (sliceMs !== undefined) mkdirSync(folder, { recursive: true });
  const of = (name: string): readonly number[] => lines.filter((line) => line.name === name).map(({ value }) => value);
  const isOver = (): boolean => performance.now() >= untilMs;
  return {
    of,
    isOver,
    async collect(name, times, take) {
      for (let count = of(name).length; count < times && !isOver(); count++) {
        const line = { name, value: await take(), load: loadavg()[0] ?? Number.NaN };
        lines.push(line);
        if (sliceMs !== undefined) appendFileSync(file, `${JSON.stringify(line)}\n`);
      }
    },
    loads() {
      const loads = lines.map(({ load }) => load);
      return [Math.min(...loads), Math.max(...loads)];
    },
    close() {
      if (sliceMs !== undefined) rmSync(file, { force: true });
    },
  };
}
