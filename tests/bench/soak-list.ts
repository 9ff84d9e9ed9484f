/**
 * A list that a soak suite keeps beside its table: what the table can only count, line by line. Packed, for the largest has more
 * than 100,000 lines. What was written is read again and counted against the table, so that a list which lacks a line is a violation.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";

/** A list of a suite. */
export interface SoakList {
  /** The file is soak-<suite>-<name>.csv.gz. */
  readonly name: string;
  /** Comma-separated names of a line's cells; the run's number comes before them. */
  readonly columns: string;
  /** The count of a run that says how many lines it has. */
  readonly total: string;
  /** The count to which a line belongs besides; each of those counts is compared too. */
  countOf(line: string): string;
}

/** One run, as far as a list is concerned. */
interface ListedRun {
  readonly run: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly listed?: readonly string[];
}

/** A cell of a line. A comma becomes a semicolon and a line's end a space, so that a line can be taken apart at its commas. */
export function cellOf(value: string | number): string {
  return String(value).replaceAll(",", ";").replaceAll(/\s+/g, " ");
}

/** Writes the lists of all runs into one file and reads it again. Returns what it lacks or has too much, a sentence each. */
export function writeSoakList(file: string, list: SoakList, runs: readonly ListedRun[]): readonly string[] {
  const lines = runs.flatMap(({ run, listed }) => (listed ?? []).map((line) => `${run},${line}`));
  writeFileSync(file, gzipSync([`run,${list.columns}`, ...lines, ""].join("\n"), { level: 9 }));
  const [, ...written] = gunzipSync(readFileSync(file)).toString("utf8").split("\n").slice(0, -1);
  return runs.flatMap(({ run, counts }) => {
    const own = written.filter((line) => line.startsWith(`${run},`)).map((line) => line.slice(line.indexOf(",") + 1));
    const found = Map.groupBy(own, (line) => list.countOf(line));
    const compared: readonly [string, number][] = [
      [list.total, own.length],
      ...[...found].map(([name, each]): [string, number] => [name, each.length]),
    ];
    return compared
      .filter(([name, number]) => number !== (counts[name] ?? 0))
      .map(([name, number]) => `run ${run}: ${number} are listed of ${name}, ${counts[name] ?? 0} were counted`);
  });
}
