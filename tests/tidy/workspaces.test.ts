/** Workspaces: the manifests agree with each other and with the lock file, so that a fresh clone installs. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { allPaths, root } from "./repository.ts";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly type?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface LockFile {
  readonly packages: Readonly<Record<string, Partial<Manifest>>>;
}

// The two shapes are npm's; a manifest that breaks them does not install, let alone reach this test.
const readJson = (file: string): unknown => JSON.parse(readFileSync(path.join(root, file), "utf8"));
const lock = readJson("package-lock.json") as LockFile;
const workspaces = allPaths
  .filter((file) => /^((packages|services)\/[^/]+|tests|examples)\/package\.json$/.test(file))
  .map((file) => ({ folder: path.dirname(file), manifest: readJson(file) as Manifest }));

test("every workspace is an ES module under the repository's license and version", () => {
  const odd = workspaces.filter(
    ({ manifest }) =>
      manifest.type !== "module" ||
      manifest.license !== "Apache-2.0" ||
      manifest.version !== workspaces[0]?.manifest.version,
  );
  assert.deepEqual(
    odd.map(({ folder }) => folder),
    [],
  );
});

test("the lock file knows every workspace and what it depends on", () => {
  for (const { folder, manifest } of workspaces) {
    const locked = lock.packages[folder];
    assert.ok(locked !== undefined, `${folder} is not in package-lock.json: run npm install`);
    for (const kind of ["dependencies", "devDependencies", "optionalDependencies"] as const) {
      assert.deepEqual(locked[kind] ?? {}, manifest[kind] ?? {}, `${folder}, ${kind}: run npm install`);
    }
  }
});

test("the lock file holds every platform's build of an optional package", () => {
  // npm ci refuses to install from a lock file that was written where one of them could not be found.
  const names = new Set(Object.keys(lock.packages).map((where) => where.replace(/^.*node_modules\//, "")));
  const missing = Object.entries(lock.packages).flatMap(([where, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !names.has(name))
      .map((name) => `${where} needs ${name}`),
  );
  assert.deepEqual(missing, []);
});
