/**
 * The one door into the repository: makes node_modules match package-lock.json, then runs a script
 * with the project's own Node.
 *
 *   node scripts/bootstrap.mjs [script.ts args...]      no script: only set up
 *
 * It is plain JavaScript without dependencies because it must run on a bare system Node (20 or newer).
 * Contract, in the order of effects:
 *   1. set-up runs only when a stamp in node_modules disagrees with the lock file or with the sources of the
 *      console's page, under a lock, so that two starts in one tree cannot tear it; everything it says goes to stderr (stdout is the child's alone);
 *   2. the child inherits stdio, gets the project's Node first on its PATH, and its exit code is ours;
 *   3. SIGINT, SIGTERM and SIGHUP reach the child; so does the death of our parent (as SIGTERM), also where
 *      that parent is the `sh -c` that npm put between us. `kill -9` of npm therefore leaves nothing behind.
 * It sets no ENTRAIN_* variable: the services refuse names that they do not know.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const modules = path.join(root, "node_modules");
const lockFile = path.join(root, "package-lock.json");
const stampFile = path.join(modules, ".entrain-stamp");
const setupLock = path.join(root, ".entrain-setup.lock");
const projectNode = path.join(modules, "node", "bin", process.platform === "win32" ? "node.exe" : "node");
const page = path.join(root, "services", "console", "page");
const pageStamp = path.join(modules, ".entrain-page-stamp");
const OLDEST_NODE = 20;
const PARENT_POLL_MS = 250;
const KILL_AFTER_MS = 15_000;

const parentIsAlive = watchParents();
const say = (/** @type {string} */ line) => process.stderr.write(`entrain: ${line}\n`);

/** @param {string} sentence @param {string[]} [lastLines] @returns {never} */
function fail(sentence, lastLines = []) {
  say(sentence);
  for (const line of lastLines) process.stderr.write(`  ${line}\n`);
  process.exit(1);
}

// --- processes -------------------------------------------------------------------------------------------

/** The pid's parent and start time from /proc; undefined where there is no /proc or no such process. */
function procStat(/** @type {number} */ pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command name may hold spaces and parentheses: the fields start after the last ")".
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { ppid: Number(fields[1]), pgrp: Number(fields[2]), tpgid: Number(fields[5]), start: String(fields[19]) };
  } catch {
    return undefined;
  }
}

/** A function that says whether the process that started us, and npm behind its shell, are still there. */
function watchParents() {
  const parent = process.ppid;
  const grandparent = isScriptShell(parent) ? procStat(parent)?.ppid : undefined;
  return () => {
    if (process.ppid !== parent) return false;
    return grandparent === undefined || procStat(parent)?.ppid === grandparent;
  };
}

function isScriptShell(/** @type {number} */ pid) {
  if (process.env["npm_lifecycle_event"] === undefined) return false;
  try {
    const [shell = "", flag] = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return flag === "-c" && /(^|\/)(sh|dash|bash|ash|ksh|zsh)$/.test(shell);
  } catch {
    return false;
  }
}

/** In the terminal's foreground group, Ctrl-C reaches the child from the terminal; passing it on would double it. */
function terminalSendsInterrupts() {
  const stat = procStat(process.pid);
  if (stat === undefined) return process.stdin.isTTY === true;
  return stat.tpgid === stat.pgrp;
}

/**
 * Runs a command to its end, tied to our signals and to our parent's life.
 * @param {string} command @param {string[]} args @param {import("node:child_process").SpawnOptions} options
 * @param {(chunk: string) => void} [onOutput] gets stdout and stderr where they are piped
 * @returns {Promise<number>} the exit code; 128 + n for a death by signal n
 */
function run(command, args, options, onOutput) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options);
    child.stdout?.setEncoding("utf8").on("data", onOutput ?? (() => {}));
    child.stderr?.setEncoding("utf8").on("data", onOutput ?? (() => {}));

    /** @type {[NodeJS.Signals, () => void][]} */
    const handlers = ["SIGINT", "SIGTERM", "SIGHUP"].map((name) => {
      const signal = /** @type {NodeJS.Signals} */ (name);
      return [signal, () => (signal === "SIGINT" && terminalSendsInterrupts() ? undefined : child.kill(signal))];
    });
    for (const [signal, handler] of handlers) process.on(signal, handler);

    let orphanedAt = 0;
    const poll = setInterval(() => {
      if (parentIsAlive()) return;
      if (orphanedAt === 0) child.kill("SIGTERM");
      orphanedAt ||= performance.now();
      if (performance.now() - orphanedAt > KILL_AFTER_MS) child.kill("SIGKILL");
    }, PARENT_POLL_MS);

    const release = () => {
      clearInterval(poll);
      for (const [signal, handler] of handlers) process.off(signal, handler);
    };
    child.on("error", (error) => (release(), reject(error)));
    child.on("close", (code, signal) => {
      release();
      resolve(code ?? 128 + (signal === null ? 0 : os.constants.signals[signal]));
    });
  });
}

// --- set-up ----------------------------------------------------------------------------------------------

const lockHash = () => createHash("sha256").update(fs.readFileSync(lockFile)).digest("hex");

function readText(/** @type {string} */ file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

const isInstalled = () => readText(stampFile)?.trim() === lockHash() && nodeToUse() !== undefined;
const isPageBuilt = () => !fs.existsSync(page) || (hasBuiltPage() && readText(pageStamp) === pageHash());
const hasBuiltPage = () => fs.existsSync(path.join(page, "dist", "index.html"));
const isSetUp = () => isInstalled() && isPageBuilt();

/** Over all that the page is made of: its own files, and the dependencies. */
function pageHash() {
  const hash = createHash("sha256").update(lockHash());
  const files = fs.readdirSync(page, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = files.map((entry) => path.relative(page, path.join(entry.parentPath, entry.name)));
  for (const name of names.filter((each) => !each.startsWith("dist")).sort())
    hash
      .update(name)
      .update("\0")
      .update(fs.readFileSync(path.join(page, name)))
      .update("\0");
  return hash.digest("hex");
}

/** The project's Node, or the one we run on where npm has no build for this platform; undefined: neither. */
function nodeToUse() {
  if (fs.existsSync(projectNode)) return projectNode;
  const wanted = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")).devDependencies.node;
  return major(process.versions.node) >= major(wanted) ? process.execPath : undefined;
}

const major = (/** @type {string} */ version) => Number.parseInt(version, 10);

/** True where someone's own `npm install` already produced what the lock file asks for. */
function installedTreeMatches() {
  const wanted = readText(lockFile);
  const installed = readText(path.join(modules, ".package-lock.json"));
  if (wanted === undefined || installed === undefined) return false;
  const have = JSON.parse(installed).packages;
  return Object.entries(JSON.parse(wanted).packages).every(([where, entry]) => {
    if (where === "") return true;
    const there = have[where];
    if (there === undefined) return entry.optional === true || entry.devOptional === true;
    return there.version === entry.version && there.integrity === entry.integrity && there.link === entry.link;
  });
}

/** The environment for npm: without what an outer `npm run` added, which would change what an install means. */
function npmEnvironment() {
  const env = { ...process.env };
  for (const name of Object.keys(env)) {
    if (
      /^npm_config_(workspaces?|include_workspace_root|global|dry_run|json|omit|only|production|prefix|loglevel|silent)$/i.test(
        name,
      )
    ) {
      delete env[name];
    }
  }
  delete env["NODE_ENV"];
  const ours = path.join(root, "node_modules");
  const entries = (env["PATH"] ?? "").split(path.delimiter);
  env["PATH"] = entries.filter((entry) => !entry.startsWith(ours)).join(path.delimiter);
  return env;
}

/** @param {string} what @param {string} command @param {string[]} args @param {string} cwd */
async function step(what, command, args, cwd) {
  let output = "";
  const failed = (/** @type {string} */ how) =>
    fail(`set-up failed: ${what} ${how}; its last lines:`, output.trimEnd().split("\n").slice(-20));
  try {
    const options = { cwd, env: npmEnvironment(), shell: process.platform === "win32" };
    const code = await run(
      command,
      args,
      { ...options, stdio: ["ignore", "pipe", "pipe"] },
      (chunk) => (output += chunk),
    );
    if (!parentIsAlive()) process.exit(1);
    if (code !== 0) failed(`ended with code ${code}`);
  } catch (error) {
    failed(`could not be started (${error instanceof Error ? error.message : error})`);
  }
}

async function setUp() {
  const startedAt = performance.now();
  if (!isInstalled()) await installAll();
  if (!isPageBuilt()) await buildPage();
  say(`setting up: done in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
}

/** The console's page is the one thing here that is built: a browser reads no TypeScript. */
async function buildPage() {
  say("setting up: building the console's page");
  const vite = path.join(modules, "vite", "bin", "vite.js");
  await step("building the page", nodeToUse() ?? process.execPath, [vite, "build"], page);
  fs.writeFileSync(pageStamp, pageHash());
}

async function installAll() {
  const startedAt = performance.now();
  const seconds = () => `${((performance.now() - startedAt) / 1000).toFixed(0)} s`;
  say("setting up: installing the dependencies (once per package-lock.json)");
  const progress = setInterval(() => say(`setting up: still installing, ${seconds()}`), 15_000);

  if (!installedTreeMatches()) {
    // No install scripts: the only one that we need is Node's own, below; the others build optional native code.
    const flags = [
      "--ignore-scripts",
      "--include=dev",
      "--include=optional",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
    ];
    await step("npm ci", "npm", ["ci", ...flags], root);
  }
  if (!fs.existsSync(projectNode)) {
    await step("placing the project's Node", "node", ["installArchSpecificPackage.js"], path.join(modules, "node"));
  }
  linkNodeForPackageScripts();
  if (nodeToUse() === undefined)
    fail("set-up failed: npm's `node` package brought no binary for this platform; use Node 24");
  fs.writeFileSync(stampFile, `${lockHash()}\n`);
  clearInterval(progress);
}

/** `npm test` inside a package finds the project's Node first, as if npm had linked the package's bin itself. */
function linkNodeForPackageScripts() {
  if (process.platform === "win32" || !fs.existsSync(projectNode)) return;
  const link = path.join(modules, ".bin", "node");
  fs.mkdirSync(path.dirname(link), { recursive: true });
  fs.rmSync(link, { force: true });
  fs.symlinkSync(path.join("..", "node", "bin", "node"), link);
}

// --- one set-up at a time --------------------------------------------------------------------------------

/** Who holds a lock: pid and start time, so that a recycled pid is not mistaken for the holder. */
const self = `${process.pid}:${procStat(process.pid)?.start ?? ""}`;

function holderIsAlive(/** @type {string} */ holder) {
  const [pid = "", start = ""] = holder.split(":");
  const stat = procStat(Number(pid));
  if (stat !== undefined) return stat.start === start;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Creates the file with its content in one step (a hard link); false if it exists. */
function createWithHolder(/** @type {string} */ file) {
  const draft = `${setupLock}.${process.pid}`;
  fs.writeFileSync(draft, self);
  try {
    fs.linkSync(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

/**
 * Removes the lock of a dead holder. Only the process that created the file named after that holder may, and it
 * looks again first: else two finders could each remove "the stale lock", the second one a live successor's.
 */
function breakStaleLock(/** @type {string} */ holder) {
  const permit = `${setupLock}.break-${holder.replace(":", "-")}`;
  if (!createWithHolder(permit)) {
    const breaker = readText(permit);
    if (breaker !== undefined && !holderIsAlive(breaker)) fs.rmSync(permit, { force: true });
    return;
  }
  if (readText(setupLock) === holder) fs.rmSync(setupLock, { force: true });
  fs.rmSync(permit, { force: true });
}

async function withSetupLock(/** @type {() => Promise<void>} */ body) {
  let told = false;
  while (!createWithHolder(setupLock)) {
    const holder = readText(setupLock);
    if (holder !== undefined && !holderIsAlive(holder)) {
      breakStaleLock(holder);
      continue;
    }
    if (!told) say(`waiting for another set-up in this tree (pid ${holder?.split(":")[0] ?? "unknown"})`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, PARENT_POLL_MS));
    if (!parentIsAlive()) process.exit(1);
  }
  const release = () => fs.rmSync(setupLock, { force: true });
  process.on("exit", release);
  await body();
  process.off("exit", release);
  release();
}

// --- main ------------------------------------------------------------------------------------------------

if (major(process.versions.node) < OLDEST_NODE) {
  fail(`Node ${process.versions.node} is too old to begin with; install Node ${OLDEST_NODE} or newer.`);
}
if (!isSetUp()) {
  await withSetupLock(async () => {
    if (!isSetUp()) await setUp();
  });
}
const [script, ...args] = process.argv.slice(2);
if (script !== undefined) {
  const node = nodeToUse() ?? process.execPath;
  const env = {
    ...process.env,
    NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? path.join(modules, ".cache", "entrain"),
    PATH: [path.dirname(node), process.env["PATH"] ?? ""].join(path.delimiter),
  };
  process.exitCode = await run(node, [path.resolve(root, script), ...args], { stdio: "inherit", env });
}
