/**
 * npm run check: everything that says "this may land" short of the slow tests, and what CI runs.
 *
 * Turborepo runs the steps and remembers what passed on the same inputs, so an unchanged package costs nothing.
 * Only failing steps print their output; every step runs even when another failed, so that one look is enough.
 *
 *   npm run check                 all steps
 *   npm run check -- types lint   these steps
 *   npm run check -- --force      without what is remembered
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { repositoryRoot } from "./repository-root.ts";
import { whenOrphaned } from "./when-orphaned.ts";

const steps = {
  format: "prettier: npm run fix repairs it",
  types: "the type checker",
  lint: "eslint, and the purity of kernel, core and ports",
  boundaries: "imports point down only, no cycles",
  "dead-code": "knip: what nobody calls",
  tidy: "the style as a test",
  test: "unit tests",
} as const;

type Step = keyof typeof steps;
const isStep = (name: string): name is Step => Object.hasOwn(steps, name);

/** What npm and turbo add to a failing step's own words. */
const NOISE = [
  /npm (warn|error|notice)\b/,
  /^[^ ]+: (cache (miss|hit|bypass).*|> .*)?\s*$/,
  /command (\(.*\) .*)?(finished with error|exited)/,
  /^\s*(ERROR\s+run failed|Failed:|Tasks:|Cached:|Time:|•|Attention:)/,
  /^\s*$/,
];
const FAILED_STEP = /^(?<step>[^ ]+#[a-z-]+):\s+ERROR\s+command/;

interface Outcome {
  readonly code: number;
  /** `package#step` of each step that failed. */
  readonly failed: readonly string[];
}

/** Runs turbo and passes on what the failing steps said. */
async function turbo(args: readonly string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [`${repositoryRoot}/node_modules/turbo/bin/turbo`, ...args], {
    cwd: repositoryRoot,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      TURBO_TELEMETRY_DISABLED: "1",
      TURBO_NO_UPDATE_NOTIFIER: "1",
      DO_NOT_TRACK: "1",
      NO_COLOR: "1",
    },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  whenOrphaned(() => child.kill("SIGTERM"));

  const failed = new Set<string>();
  const read = (line: string) => {
    const step = FAILED_STEP.exec(line)?.groups?.["step"];
    if (step !== undefined) failed.add(step);
    else if (!NOISE.some((noise) => noise.test(line))) console.log(line);
  };
  createInterface({ input: child.stdout }).on("line", read);
  createInterface({ input: child.stderr }).on("line", read);
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => resolve(exitCode ?? 1));
  });
  return { code, failed: [...failed].sort() };
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { force: { type: "boolean" } } });
const unknown = positionals.find((name) => !isStep(name));
if (unknown !== undefined) {
  console.error(`npm run check: no step "${unknown}"; there are ${Object.keys(steps).join(", ")}`);
  process.exitCode = 2;
} else {
  const wanted = positionals.length === 0 ? Object.keys(steps) : positionals;
  const startedAt = performance.now();
  const options = ["--concurrency=2", "--continue", "--output-logs=errors-only", "--log-order=grouped"];
  const force = values.force === true ? ["--force"] : [];
  const { code, failed } = await turbo(["run", ...wanted, ...options, ...force]);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(code === 0 ? `check: all good (${seconds} s)` : `\ncheck: failed (${seconds} s)`);
  for (const name of failed) {
    const step = name.slice(name.lastIndexOf("#") + 1);
    console.log(`  ✖ ${name.padEnd(32)} ${isStep(step) ? steps[step] : ""}`);
  }
  process.exitCode = code === 0 ? 0 : 1;
}
