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
import { globSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { repositoryRoot } from "./repository-root.ts";
import { runTests, type Failure, type RunResult } from "./test-run.ts";
import { tiers, type Tier } from "./test-tiers.ts";
import { whenOrphaned } from "./when-orphaned.ts";

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
    .flatMap((pattern) => globSync(pattern, { cwd: repositoryRoot, exclude: ["**/node_modules/**"] }))
    .map((file) => path.join(repositoryRoot, file))
    .filter((file) => within === undefined || file.startsWith(within + path.sep))
    .sort();
}

/** With --only: by path where any path matches, else every file and its tests by name. */
function plan(request: Request): { plans: Plan[]; namePattern: RegExp | undefined } {
  const everything = request.tiers.map((tier) => ({ tier, files: filesOf(tier, request.within) }));
  const { only } = request;
  if (only === undefined) return { plans: everything, namePattern: undefined };
  const byPath = everything.map(({ tier, files }) => ({
    tier,
    files: files.filter((file) => path.relative(repositoryRoot, file).includes(only)),
  }));
  if (byPath.some(({ files }) => files.length > 0)) return { plans: byPath, namePattern: undefined };
  return { plans: everything, namePattern: new RegExp(only, "i") };
}

function printFailure(failure: Failure, index: number): void {
  const indent = (text: string) => text.replaceAll(/^/gm, "     ");
  console.log(`\n${index + 1}) ${failure.name}\n   ${failure.where}\n${indent(failure.error)}`);
  if (failure.output !== "") console.log(`   what the file wrote last:\n${indent(failure.output)}`);
}

async function main(): Promise<number> {
  const request = readRequest(process.argv.slice(2));
  const { plans, namePattern } = plan(request);
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interruption.abort());
  whenOrphaned(() => interruption.abort());

  const total: RunResult = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const { tier, files } of plans) {
    if (files.length === 0 || interruption.signal.aborted) continue;
    const startedAt = performance.now();
    const result = await runTests({
      root: repositoryRoot,
      files,
      concurrency: tier.concurrency,
      fileTimeoutMs: tier.fileTimeoutMs,
      namePattern,
      signal: interruption.signal,
      onFailure: ({ name, where }) => console.log(`  ✖ ${where} ${name}`),
    });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    const mark = result.failed === 0 ? "✔" : "✖";
    console.log(`${mark} ${tier.name}: ${files.length} files, ${summary(result)} (${seconds} s)`);
    total.passed += result.passed;
    total.failed += result.failed;
    total.skipped += result.skipped;
    total.failures.push(...result.failures);
  }

  if (total.failures.length > 0) console.log(`\nFailures (${total.failures.length}):`);
  total.failures.forEach(printFailure);
  const nothingToRun = request.within !== undefined && plans.every(({ files }) => files.length === 0);
  const ranNothing = total.passed + total.failed === 0 && !nothingToRun;
  if (interruption.signal.aborted) console.log("\nInterrupted.");
  else if (ranNothing) console.log("\nNo test ran.");
  console.log(summary(total));
  if (interruption.signal.aborted) return 130;
  return total.failed > 0 || ranNothing ? 1 : 0;
}

function summary(result: RunResult): string {
  const skipped = result.skipped === 0 ? "" : `, ${result.skipped} skipped`;
  return `${result.passed} passed, ${result.failed} failed${skipped}`;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`npm test: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
