/**
 * The library as its users install it, for benches that weigh what it costs a process: packed, installed by npm into a folder of its
 * own, one bundle of JavaScript without types to strip.
 */
import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, "../..");
const folder = path.join(root, ".entrain/bench-library");

let installing: Promise<string> | undefined;

/** Packs and installs the library once a process; answers the URL to import it from. */
export function installedLibrary(): Promise<string> {
  installing ??= install();
  return installing;
}

async function install(): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(
    path.join(folder, "package.json"),
    '{ "name": "bench-library", "private": true, "type": "module" }\n',
  );
  const { stdout } = await run(process.execPath, [path.join(root, "scripts/pack.ts"), "--to", folder]);
  const tarball = stdout.trim().split("\n").at(-1) ?? "";
  const flags = ["--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  await run("npm", ["install", "--prefix", folder, ...flags, tarball], { cwd: folder });
  return pathToFileURL(path.join(folder, "node_modules/entrain/dist/index.js")).href;
}
