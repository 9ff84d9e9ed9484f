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

async function turbo(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [`${repositoryRoot}/node_modules/turbo/bin/turbo`, ...args], {
    cwd: repositoryRoot,
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      TURBO_TELEMETRY_DISABLED: "1",
      TURBO_NO_UPDATE_NOTIFIER: "1",
      DO_NOT_TRACK: "1",
      FORCE_COLOR: process.stdout.isTTY ? "1" : "0",
    },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  whenOrphaned(() => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
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
  const code = await turbo(["run", ...wanted, ...options, ...(values.force === true ? ["--force"] : [])]);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(code === 0 ? `check: all good (${seconds} s)` : `check: failed (${seconds} s); the steps are:`);
  if (code !== 0) for (const name of wanted.filter(isStep)) console.log(`  ${name.padEnd(10)} ${steps[name]}`);
  process.exitCode = code === 0 ? 0 : 1;
}
