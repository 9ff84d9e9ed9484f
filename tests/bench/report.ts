/** Figures for people: tables in the terminal and in tests/bench/results/<suite>.md, with the machine they come from. */
import { loadavg, cpus, release, totalmem } from "node:os";
import type { Figure } from "./figure.ts";

const columns = ["name", "conditions", "unit", "p50", "p95", "p99", "n", "peer", "ratio"] as const;

/** The figures as a Markdown table with aligned columns. */
export function tableOf(figures: readonly Figure[]): string {
  const shown = columns.filter((column) => figures.some((figure) => figure[column] !== undefined));
  const rows = [
    shown as readonly string[],
    ...figures.map((figure) => shown.map((column) => String(figure[column] ?? ""))),
  ];
  const widths = shown.map((_, index) => Math.max(3, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

/** Where and when figures were measured, in one line; with the range of the load average where it is known. */
export function machine(loads: readonly number[] = []): string {
  const processors = cpus();
  const memoryGb = Math.round(totalmem() / 1e9);
  const known = loads.filter(Number.isFinite);
  const told = new Set((known.length === 0 ? loadavg().slice(0, 1) : known).map((load) => load.toFixed(1)));
  const parts = [
    `${processors.length} × ${processors[0]?.model.trim() ?? "unknown processor"}`,
    `${memoryGb} GB`,
    `${process.platform} ${release()}`,
    `Node.js ${process.version}`,
    `load ${[...told].join(" to ")}`,
  ];
  return parts.join(", ");
}

/** The page of one suite; `flags` are those that it was called with, beyond its name, `loads` the range of the load average. */
export function pageOf(
  suite: { readonly name: string; readonly about: string },
  figures: readonly Figure[],
  flags: readonly string[],
  loads: readonly number[],
): string {
  const command = ["npm run bench -- --suite", suite.name, ...flags].join(" ");
  return (
    [
      `# Bench: ${suite.name}`,
      suite.about,
      `Measured ${new Date().toISOString().slice(0, 10)} on ${machine(loads)} by \`${command}\`.`,
      tableOf(figures),
      "",
    ]
      .join("\n\n")
      .trimEnd() + "\n"
  );
}
