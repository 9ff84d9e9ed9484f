import assert from "node:assert/strict";
import { test } from "node:test";
import { entriesOf, publishedManifest, type WorkspaceManifest } from "./library-manifest.ts";

const library: WorkspaceManifest = {
  name: "entrain",
  version: "1.2.3",
  license: "Apache-2.0",
  exports: { ".": "./src/index.ts", "./testing": "./src/testing.ts" },
  dependencies: { "@entrain/redis": "1.2.3" },
};
const redis: WorkspaceManifest = { name: "@entrain/redis", version: "1.2.3", dependencies: { ioredis: "^6.0.0" } };
const telemetry: WorkspaceManifest = {
  name: "@entrain/telemetry",
  version: "1.2.3",
  dependencies: { pino: "^10.0.0", "prom-client": "^15.1.3" },
};

test("every subpath becomes an entry with code and types", () => {
  assert.deepEqual(entriesOf(library), { index: "./src/index.ts", testing: "./src/testing.ts" });
  assert.deepEqual(publishedManifest(library, [], [])["exports"], {
    ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
    "./testing": { types: "./dist/testing.d.ts", default: "./dist/testing.js" },
    "./package.json": "./package.json",
  });
});

test("it depends on what it imports, in the range of the workspace that declares it, and on nothing else", () => {
  const { dependencies } = publishedManifest(library, [redis, telemetry], ["prom-client", "ioredis"]);
  assert.deepEqual(Object.entries(dependencies), [
    ["ioredis", "^6.0.0"],
    ["prom-client", "^15.1.3"],
  ]);
});

test("a package that nobody declares, or that two declare differently, is refused", () => {
  assert.throws(() => publishedManifest(library, [redis], ["left-pad"]), /left-pad, which no workspace/);
  const other: WorkspaceManifest = { name: "@entrain/other", version: "1.2.3", dependencies: { ioredis: "^5.0.0" } };
  assert.throws(() => publishedManifest(library, [redis, other], ["ioredis"]), /\^6\.0\.0 and as \^5\.0\.0/);
});
