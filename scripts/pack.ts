/**
 * npm run pack: the library as a tarball that npm installs anywhere, because Node strips no types under node_modules.
 *
 *   npm run pack                   writes .entrain/entrain-<version>.tgz and prints its path
 *   npm run pack -- --to DIR       writes it there
 *
 * In order: bundle code and types, lay the files beside them that the library reads at run time (Lua, .proto), write the
 * manifest, README and license, and let npm pack the folder. Nothing of it stays but the tarball.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { bundleLibrary } from "./library-bundle.ts";
import { entriesOf, publishedManifest, type WorkspaceManifest } from "./library-manifest.ts";
import { repositoryRoot } from "./repository-root.ts";

const libraryRoot = path.join(repositoryRoot, "packages/agent");

/** What the bundled code reads from disk, beside itself: source to place under dist/. */
const assets = { "packages/redis/src/lua": "lua", proto: "proto" } as const;

// npm wrote or read it; a broken one does not install, let alone reach this script.
const readManifest = (folder: string) =>
  JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as WorkspaceManifest;

/** The nearest folder above a source file that has a package.json. */
function workspaceOf(source: string): string {
  const folder = path.dirname(source);
  return existsSync(path.join(folder, "package.json")) ? folder : workspaceOf(folder);
}

async function stage(folder: string): Promise<void> {
  const dist = path.join(folder, "dist");
  const library = readManifest(libraryRoot);
  const sources = Object.entries(entriesOf(library)).map(([name, file]) => [name, path.join(libraryRoot, file)]);
  const bundle = await bundleLibrary({
    entries: Object.fromEntries(sources) as Record<string, string>,
    tsconfig: path.join(libraryRoot, "tsconfig.json"),
    outDirectory: dist,
    inlinedScope: "@entrain/",
  });
  const inlined = [...new Set([...bundle.sources].map(workspaceOf))].filter((workspace) => workspace !== libraryRoot);
  const manifest = publishedManifest(library, inlined.map(readManifest), bundle.packages);
  writeFileSync(path.join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  for (const [from, to] of Object.entries(assets))
    cpSync(path.join(repositoryRoot, from), path.join(dist, to), { recursive: true });
  cpSync(path.join(libraryRoot, "README.md"), path.join(folder, "README.md"));
  cpSync(path.join(repositoryRoot, "LICENSE"), path.join(folder, "LICENSE"));
}

/** Packs the folder into `destination`; answers the tarball's path. */
function npmPack(folder: string, destination: string): string {
  mkdirSync(destination, { recursive: true });
  const npm = spawnSync("npm", ["pack", "--json", "--loglevel=error", "--pack-destination", destination], {
    cwd: folder,
    encoding: "utf8",
    shell: process.platform === "win32",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (npm.error !== undefined || npm.status !== 0)
    throw new Error(`npm pack failed: ${npm.error?.message ?? `exit code ${String(npm.status)}`}`);
  const [packed] = Object.values(JSON.parse(npm.stdout) as Record<string, { readonly filename: string }>);
  if (packed === undefined) throw new Error("npm pack made no tarball");
  return path.join(destination, packed.filename);
}

const { values } = parseArgs({ options: { to: { type: "string" } } });
const folder = mkdtempSync(path.join(tmpdir(), "entrain-pack-"));
try {
  await stage(folder);
  console.log(npmPack(folder, path.resolve(values.to ?? path.join(repositoryRoot, ".entrain"))));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
