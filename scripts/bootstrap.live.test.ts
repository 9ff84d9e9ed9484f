import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";

const bootstrap = path.join(import.meta.dirname, "bootstrap.mjs");
const folder = mkdtempSync(path.join(tmpdir(), "entrain-bootstrap-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function plant(name: string, source: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, source);
  return file;
}

test("arguments, stdout and the exit code pass through, and stdout carries nothing else", () => {
  const script = plant("echo.ts", `console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 7;`);
  const run = spawnSync(process.execPath, [bootstrap, script, "--for", "20s"], { encoding: "utf8" });
  assert.equal(run.stdout, `["--for","20s"]\n`);
  assert.equal(run.status, 7);
});

test("the script runs on the project's own Node", () => {
  const script = plant("version.ts", `const version: string = process.versions.node; console.log(version);`);
  const run = spawnSync(process.execPath, [bootstrap, script], { encoding: "utf8" });
  assert.match(run.stdout, /^24\./);
});

test("a signal reaches the script", async () => {
  const script = plant(
    "signal.ts",
    `process.on("SIGTERM", () => process.exit(3)); setInterval(() => {}, 1000); console.log("ready");`,
  );
  const child = spawn(process.execPath, [bootstrap, script], { stdio: ["ignore", "pipe", "inherit"] });
  await once(createInterface({ input: child.stdout }), "line");
  child.kill("SIGTERM");
  const [code] = (await once(child, "exit")) as [number | null];
  assert.equal(code, 3);
});

test("a script behind npm's shell ends when npm is killed with -9", async () => {
  const script = plant(
    "orphan.ts",
    `process.on("SIGTERM", () => { console.log("ended"); process.exit(0); });
     setInterval(() => {}, 1000); console.log("ready");`,
  );
  // What npm is to bootstrap: a process, then a shell that waits.
  const npm = plant(
    "npm.mjs",
    `import { spawn } from "node:child_process";
     const command = ${JSON.stringify(`"${process.execPath}" "${bootstrap}" "${script}"; true`)};
     spawn("sh", ["-c", command], { stdio: "inherit", env: { ...process.env, npm_lifecycle_event: "start" } });`,
  );
  const child = spawn(process.execPath, [npm], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  assert.equal((await lines.next()).value, "ready");
  child.kill("SIGKILL");
  assert.equal((await lines.next()).value, "ended");
});
