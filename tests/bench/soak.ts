/**
 * npm run soak: the full figures of what CI shows in small numbers. Takes hours and can be interrupted: each finished run is a
 * line in .entrain/soak/<suite>.jsonl, and the next start goes on after the last one. At the end the sums are written to
 * tests/bench/results/soak-<suite>.md, and what a suite keeps line by line beside it.
 *
 *   npm run soak                                 all suites
 *   npm run soak -- --help                       what there is
 *   npm run soak -- --suite leadership           this one (may be repeated)
 *   npm run soak -- --suite decisions            decisions-5, decisions-20 and decisions-50
 *   npm run soak -- --suite leadership --runs 20 so many runs instead of the full number
 *   npm run soak -- --fresh                      forget what has run
 *
 * Exit codes: 0 nothing was violated; 1 something was; 2 wrong command line.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { machine } from "./report.ts";
import { writeSoakList } from "./soak-list.ts";
import { soakSuites, type SoakRecord, type SoakSuite } from "./soak-suite.ts";

const recordsFolder = path.join(import.meta.dirname, "..", "..", ".entrain", "soak");
const resultsFolder = path.join(import.meta.dirname, "results");

interface Request {
  readonly chosen: readonly SoakSuite[];
  readonly runs: number | undefined;
  readonly fresh: boolean;
}

const usage = (): string =>
  [
    "npm run soak [-- --suite NAME ...] [--runs N] [--fresh]",
    "",
    ...soakSuites.map(({ name, runs, about }) => `  ${name.padEnd(18)}${runs} runs. ${about}`),
  ].join("\n");

/** @throws Error in one sentence for a wrong command line. */
function readRequest(args: readonly string[]): Request | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      suite: { type: "string", multiple: true },
      runs: { type: "string" },
      fresh: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) return "help";
  const names = values.suite ?? [];
  const isNamed = (suite: SoakSuite, name: string): boolean => suite.name === name || suite.name.startsWith(`${name}-`);
  const unknown = names.find((name) => !soakSuites.some((suite) => isNamed(suite, name)));
  if (unknown !== undefined)
    throw new Error(`no suite "${unknown}"; there are ${soakSuites.map(({ name }) => name).join(", ")}`);
  const runs = values.runs === undefined ? undefined : Number(values.runs);
  if (runs !== undefined && !(Number.isInteger(runs) && runs > 0))
    throw new Error(`--runs is "${values.runs}": give a whole number above 0`);
  const chosen =
    names.length === 0 ? soakSuites : soakSuites.filter((suite) => names.some((name) => isNamed(suite, name)));
  return { chosen, runs, fresh: values.fresh === true };
}

function recordsIn(file: string): SoakRecord[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as SoakRecord);
}

async function oneRun(suite: SoakSuite, run: number): Promise<SoakRecord> {
  const at = new Date().toISOString();
  try {
    return { run, at, ...(await suite.run(run)) };
  } catch (thrown) {
    return { run, at, counts: {}, violations: [thrown instanceof Error ? (thrown.stack ?? thrown.message) : "?"] };
  }
}

/** Makes the runs that are missing; returns the number of runs with violations. */
async function soak(suite: SoakSuite, request: Request): Promise<number> {
  mkdirSync(recordsFolder, { recursive: true });
  const file = path.join(recordsFolder, `${suite.name}.jsonl`);
  if (request.fresh) rmSync(file, { force: true });
  const records = recordsIn(file);
  const runs = request.runs ?? suite.runs;
  console.log(`soak ${suite.name}: ${runs} runs, ${Math.min(runs, records.length)} of them are there already`);
  for (let run = records.length + 1; run <= runs; run++) {
    const record = await oneRun(suite, run);
    records.push(record);
    appendFileSync(file, `${JSON.stringify(record)}\n`);
    const counts = Object.entries(record.counts).map(([name, count]) => `${name} ${count}`);
    console.log(`  ${record.violations.length === 0 ? "✔" : "✖"} run ${run}: ${counts.join(", ")}`);
    for (const violation of record.violations) console.log(`    ${violation}`);
  }
  const made = records.slice(0, runs);
  mkdirSync(resultsFolder, { recursive: true });
  writeFileSync(path.join(resultsFolder, `soak-${suite.name}.md`), pageOf(suite, made));
  const unlisted = writeList(suite, made);
  for (const violation of unlisted) console.log(`  ✖ ${violation}`);
  return made.filter(({ violations }) => violations.length > 0).length + unlisted.length;
}

function writeList({ name, list }: SoakSuite, made: readonly SoakRecord[]): readonly string[] {
  if (list === undefined) return [];
  return writeSoakList(path.join(resultsFolder, `soak-${name}-${list.name}.csv.gz`), list, made);
}

function pageOf(suite: SoakSuite, records: readonly SoakRecord[]): string {
  const names = [...new Set(records.flatMap(({ counts }) => Object.keys(counts)))];
  const sums = names.map((name) => [name, records.reduce((sum, { counts }) => sum + (counts[name] ?? 0), 0)]);
  const violated = records.filter(({ violations }) => violations.length > 0);
  const rows = [["runs", records.length], ["runs with violations", violated.length], ...sums];
  const nameWidth = Math.max(...rows.map(([name]) => String(name).length));
  const sumWidth = Math.max(3, ...rows.map(([, sum]) => String(sum).length));
  const row = ([name, sum]: readonly (string | number | undefined)[]): string =>
    `| ${String(name).padEnd(nameWidth)} | ${String(sum).padEnd(sumWidth)} |`;
  const table = [row(["", "sum"]), `| ${"-".repeat(nameWidth)} | ${"-".repeat(sumWidth)} |`, ...rows.map(row)];
  const from = records[0]?.at.slice(0, 10) ?? "";
  return (
    [
      `# Soak: ${suite.name}`,
      suite.about,
      `Begun ${from} on ${machine()} by \`npm run soak -- --suite ${suite.name}\`.`,
      table.join("\n"),
      "",
    ]
      .join("\n\n")
      .trimEnd() + "\n"
  );
}

async function main(): Promise<number> {
  let request;
  try {
    request = readRequest(process.argv.slice(2));
  } catch (error) {
    console.error(`npm run soak: ${error instanceof Error ? error.message : String(error)}`);
    return 2;
  }
  if (request === "help") {
    console.log(usage());
    return 0;
  }
  let violated = 0;
  for (const suite of request.chosen) violated += await soak(suite, request);
  return violated === 0 ? 0 : 1;
}

process.exitCode = await main();
