/**
 * npm test: every tier, or those named, and one closing line that a machine can read.
 *
 *   npm test                          all tiers
 *   npm test -- unit tidy             these tiers
 *   npm test -- --only election       files whose path contains it; no such file: tests whose name matches it
 *   npm test -- unit --within DIR     only below DIR (what turbo runs per package; no test there is no failure)
 *
 * The last line of stdout is `N passed, N failed` (and `, N skipped`), summed over the tiers. The exit code is 0
 * only if nothing failed and something ran; 130 after an interruption; 2 for a wrong command line.
 */
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { repositoryRoot } from "./repository-root.ts";
import { runTestFiles, type Failure, type FileOptions } from "./test-file.ts";
import { tiers, type Tier } from "./test-tiers.ts";
import { whenOrphaned } from "./when-orphaned.ts";

/** Files that share a process, at most: few enough to use every core, and to name a culprit soon. */
const packSize = 16;

interface Plan {
  readonly tier: Tier;
  readonly files: readonly string[];
}

interface Request {
  readonly tiers: readonly Tier[];
  readonly only: string | undefined;
  readonly within: string | undefined;
}

function readRequest(args: readonly string[]): Request {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { only: { type: "string" }, within: { type: "string" } },
  });
  const names = positionals.filter((name) => name !== "all");
  const unknown = names.find((name) => !tiers.some((tier) => tier.name === name));
  if (unknown !== undefined) {
    throw new Error(`no tier "${unknown}"; there are all, ${tiers.map((tier) => tier.name).join(", ")}`);
  }
  return {
    tiers: names.length === 0 ? tiers : tiers.filter((tier) => names.includes(tier.name)),
    only: values.only,
    within: values.within === undefined ? undefined : path.resolve(values.within),
  };
}

function filesOf(tier: Tier, within: string | undefined): string[] {
  return tier.files
    .flatMap((pattern) => globSync(pattern, { cwd: repositoryRoot, exclude: ["**/node_modules/**", ...tier.except] }))
    .map((file) => path.join(repositoryRoot, file))
    .filter((file) => within === undefined || file.startsWith(within + path.sep))
    .sort();
}

/** With --only: by path where any path matches, else the tests by name, in the files that contain the name. */
function plan(request: Request): { plans: Plan[]; namePattern: string | undefined } {
  const everything = request.tiers.map((tier) => ({ tier, files: filesOf(tier, request.within) }));
  const { only } = request;
  if (only === undefined) return { plans: everything, namePattern: undefined };
  const byPath = everything.map(({ tier, files }) => ({
    tier,
    files: files.filter((file) => path.relative(repositoryRoot, file).includes(only)),
  }));
  if (byPath.some(({ files }) => files.length > 0)) return { plans: byPath, namePattern: undefined };
  const name = new RegExp(only, "i");
  const byName = everything.map(({ tier, files }) => ({
    tier,
    files: files.filter((file) => name.test(readFileSync(file, "utf8"))),
  }));
  return { plans: byName, namePattern: `/${only}/i` };
}

function printFailure(failure: Failure, index: number): void {
  const indent = (text: string) => text.replaceAll(/^/gm, "     ");
  console.log(`\n${index + 1}) ${failure.name}\n   ${failure.where}\n${indent(failure.error)}`);
  if (failure.output !== "") console.log(`   what the file wrote last:\n${indent(failure.output)}`);
}

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
  readonly failures: Failure[];
}

interface RunOptions extends Omit<FileOptions, "timeoutMs"> {
  /** Files at once, where that is less than what the tier allows: turbo already runs two packages at a time. */
  readonly concurrencyMax: number;
}

/** Files that may share a process, some to each; every other file for itself. */
function packsOf({ together = [] }: Tier, files: readonly string[]): string[][] {
  const roots = together.map((folder) => path.join(repositoryRoot, folder) + path.sep);
  const sharing = files.filter((file) => roots.some((root) => file.startsWith(root)));
  const packs = Array.from({ length: Math.ceil(sharing.length / packSize) }, (_, at) =>
    sharing.slice(at * packSize, (at + 1) * packSize),
  );
  return [...packs, ...files.filter((file) => !sharing.includes(file)).map((file) => [file])];
}

/** Runs a tier's files, some at a time, and says at once what failed. */
async function runTier({ tier, files }: Plan, options: RunOptions, totals: Totals): Promise<void> {
  const startedAt = performance.now();
  const result: Totals = { passed: 0, failed: 0, skipped: 0, failures: [] };
  const waiting = packsOf(tier, files);
  const worker = async () => {
    for (let pack = waiting.shift(); pack !== undefined && !options.signal.aborted; pack = waiting.shift()) {
      const outcome = await runTestFiles(pack, { ...options, timeoutMs: tier.fileTimeoutMs });
      const { passed, skipped, skipReasons, failures } = outcome;
      result.passed += passed;
      result.skipped += skipped;
      result.failed += failures.length;
      result.failures.push(...failures);
      for (const { name, where } of failures) console.log(`  ✖ ${where} ${name}`);
      const where = pack.map((file) => path.relative(options.root, file)).join(", ");
      for (const reason of skipReasons) console.log(`  – ${where} skipped: ${reason}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(tier.concurrency, options.concurrencyMax) }, worker));

  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const mark = result.failed === 0 ? "✔" : "✖";
  console.log(`${mark} ${tier.name}: ${files.length} files, ${summary(result)} (${seconds} s)`);
  totals.passed += result.passed;
  totals.failed += result.failed;
  totals.skipped += result.skipped;
  totals.failures.push(...result.failures);
}

function summary({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
}

async function main(): Promise<number> {
  const request = readRequest(process.argv.slice(2));
  const { plans, namePattern } = plan(request);
  const interruption = new AbortController();
  const { signal } = interruption;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => interruption.abort());
  whenOrphaned(() => interruption.abort());

  const concurrencyMax = request.within === undefined ? Infinity : 1;
  const totals: Totals = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const tierPlan of plans) {
    if (tierPlan.files.length === 0 || signal.aborted) continue;
    await runTier(tierPlan, { root: repositoryRoot, namePattern, signal, concurrencyMax }, totals);
  }

  if (totals.failures.length > 0) console.log(`\nFailures (${totals.failures.length}):`);
  totals.failures.forEach(printFailure);
  const nothingToRun = request.within !== undefined && plans.every(({ files }) => files.length === 0);
  const ranNothing = totals.passed + totals.failed === 0 && !nothingToRun;
  if (signal.aborted) console.log("\nInterrupted.");
  else if (ranNothing) console.log("\nNo test ran.");
  console.log(summary(totals));
  if (signal.aborted) return 130;
  return totals.failed > 0 || ranNothing ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`npm test: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
