/** For the tests of the configuration: environments that are wrong, and secrets in files. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { loadConfig, type Environment } from "./load-config.ts";

/** The lines of the error that the environment causes. */
export function problems(env: Environment): readonly string[] {
  try {
    loadConfig("agent", env);
  } catch (thrown) {
    assert.ok(thrown instanceof EntrainError);
    assert.equal(thrown.code, "invalid-config");
    assert.notEqual(thrown.field, undefined);
    return thrown.message.split("\n");
  }
  return [];
}

/** One problem, as one line. */
export function problem(env: Environment): string {
  const lines = problems(env);
  assert.equal(lines.length, 1, lines.join("\n"));
  return lines[0] ?? "";
}

/** A file that the test takes away again. */
export function fileWith(t: TestContext, content: string): string {
  const folder = mkdtempSync(join(tmpdir(), "entrain-config-"));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  writeFileSync(join(folder, "secret"), content);
  return join(folder, "secret");
}
