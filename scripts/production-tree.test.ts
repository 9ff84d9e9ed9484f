import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { productionTree } from "./production-tree.ts";
import { repositoryRoot } from "./repository-root.ts";

test("a service's tree holds what it imports at run time, and nothing for development", () => {
  const { workspaces, links, packages } = productionTree(repositoryRoot, "services/agent");
  for (const folder of ["services/agent", "packages/agent", "packages/kernel", "packages/rpc"])
    assert.ok(workspaces.includes(folder), folder);
  for (const folder of ["packages/testkit", "packages/redis-server", "services/console", "tests"])
    assert.ok(!workspaces.includes(folder), folder);
  for (const link of ["node_modules/entrain", "node_modules/@entrain/kernel"]) assert.ok(links.includes(link), link);
  for (const name of ["ioredis", "@grpc/grpc-js", "pino"]) assert.ok(packages.includes(`node_modules/${name}`), name);
  for (const name of ["typescript", "eslint", "fast-check", "vite", "fastify", "playwright-core"])
    assert.ok(!packages.includes(`node_modules/${name}`), name);
});

/** A repository of manifests alone. */
function inRepository(manifests: Readonly<Record<string, object>>, run: (root: string) => void): void {
  const root = mkdtempSync(path.join(tmpdir(), "entrain-tree-"));
  try {
    for (const [folder, manifest] of Object.entries(manifests)) {
      mkdirSync(path.join(root, folder), { recursive: true });
      writeFileSync(path.join(root, folder, "package.json"), JSON.stringify(manifest));
    }
    run(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

test("the nearest version of a package is taken, links are followed, and what is optional may be missing", () => {
  const manifests = {
    "services/s": { dependencies: { one: "1", "@own/p": "1" }, devDependencies: { never: "1" } },
    "services/s/node_modules/one": { dependencies: { two: "1" }, optionalDependencies: { absent: "1" } },
    "services/s/node_modules/one/node_modules/two": { peerDependencies: { one: "1", alsoAbsent: "1" } },
    "packages/p": { dependencies: { one: "2" } },
    "node_modules/one": {},
    "node_modules/two": {},
    "node_modules/never": {},
  };
  inRepository(manifests, (root) => {
    mkdirSync(path.join(root, "node_modules/@own"));
    symlinkSync("../../packages/p", path.join(root, "node_modules/@own/p"));
    assert.deepEqual(productionTree(root, "services/s"), {
      workspaces: ["packages/p", "services/s"],
      links: ["node_modules/@own/p"],
      packages: ["node_modules/one", "services/s/node_modules/one", "services/s/node_modules/one/node_modules/two"],
    });
  });
});

test("a dependency that is not installed is named with what needs it", () => {
  inRepository({ "services/s": { dependencies: { gone: "1" } } }, (root) => {
    assert.throws(() => productionTree(root, "services/s"), /services\/s needs gone, which is not installed/);
  });
});
