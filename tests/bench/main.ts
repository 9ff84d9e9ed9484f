/**
 * npm run bench: measures, prints tables, and writes them to tests/bench/results/<suite>.md.
 *
 *   npm run bench                                 all suites
 *   npm run bench -- --suite decisions            this one (may be repeated)
 *   npm run bench -- --help                       what there is
 *   npm run bench -- --suite decisions --json     one JSON object per figure on stdout, see figure.ts
 *   npm run bench -- --suite failover --kills 100   so many kills instead of 20, in the suites that kill (failover, detection)
 *   npm run bench -- --suite failover --slice 170   at most so many seconds; the same command again goes on (see samples.ts)
 *
 * Progress goes to stderr. Exit codes: 0 measured, 1 a suite failed, 2 wrong command line.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import type { Figure } from "./figure.ts";
import { machine, pageOf, tableOf } from "./report.ts";
import { openSamples } from "./samples.ts";
import { suites, type Suite } from "./suite.ts";

const resultsFolder = path.join(import.meta.dirname, "results");
const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const usage = (): string =>
  [
    "npm run bench [-- --suite NAME ...] [--json] [--kills N] [--slice SECONDS]",
    "",
    ...suites.map(({ name, about }) => `  ${name.padEnd(18)}${about}`),
  ].join("\n");

const defaultKills = 20;

interface Request {
  readonly kills: number;
  readonly sliceMs: number | undefined;
  readonly chosen: readonly Suite[];
  readonly json: boolean;
}

/** @throws Error in one sentence for a wrong command line. */
function readRequest(args: readonly string[]): Request | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      suite: { type: "string", multiple: true },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
      slice: { type: "string" },
      kills: { type: "string", default: String(defaultKills) },
    },
  });
  if (values.help === true) return "help";
  const names = values.suite ?? [];
  const unknown = names.find((name) => !suites.some((suite) => suite.name === name));
  if (unknown !== undefined)
    throw new Error(`no suite "${unknown}"; there are ${suites.map(({ name }) => name).join(", ")}`);
  const wholeNumber = (flag: string, text: string): number => {
    const number = Number(text);
    if (!(Number.isInteger(number) && number > 0))
      throw new Error(`--${flag} is "${text}": give a whole number above 0`);
    return number;
  };
  const kills = wholeNumber("kills", values.kills);
  const sliceMs = values.slice === undefined ? undefined : wholeNumber("slice", values.slice) * 1_000;
  const chosen = names.length === 0 ? suites : suites.filter(({ name }) => names.includes(name));
  return { chosen, json: values.json === true, kills, sliceMs };
}

async function run(suite: Suite, { json, kills, sliceMs }: Request): Promise<void> {
  say(`bench ${suite.name}: ${suite.about}`);
  const figures: Figure[] = [];
  const samples = openSamples(suite.name, sliceMs);
  for await (const figure of suite.measure(say, { kills, samples })) {
    figures.push(figure);
    if (json) console.log(JSON.stringify(figure));
  }
  if (figures.length === 0 && samples.isOver()) {
    say(`bench ${suite.name}: the slice is over, what was measured is kept; the same command goes on`);
    return;
  }
  if (!json) console.log(`\n${suite.name} (${machine()})\n\n${tableOf(figures)}\n`);
  mkdirSync(resultsFolder, { recursive: true });
  const flags = kills === defaultKills ? [] : [`--kills ${kills}`];
  writeFileSync(path.join(resultsFolder, `${suite.name}.md`), pageOf(suite, figures, flags, samples.loads()));
  samples.close();
}

async function main(): Promise<number> {
  let request;
  try {
    request = readRequest(process.argv.slice(2));
  } catch (error) {
    say(`npm run bench: ${error instanceof Error ? error.message : String(error)}`);
    return 2;
  }
  if (request === "help") {
    console.log(usage());
    return 0;
  }
  let code = 0;
  for (const suite of request.chosen) {
    try {
      await run(suite, request);
    } catch (error) {
      say(`bench ${suite.name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      code = 1;
    }
  }
  return code;
}

process.exitCode = await main();
