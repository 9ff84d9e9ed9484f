import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { generatedDirectory, generateTypes } from "./generate-types.ts";

function readTree(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name))).sort();
  return new Map(paths.map((file) => [file, readFileSync(path.join(folder, file), "utf8")]));
}

test("the generated types are those of the proto files", () => {
  const fresh = mkdtempSync(path.join(tmpdir(), "entrain-gen-"));
  try {
    generateTypes(fresh);
    assert.ok(readTree(fresh).size > 0);
    assert.deepEqual(readTree(generatedDirectory), readTree(fresh), "run: npm run generate --workspace @entrain/rpc");
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
});
