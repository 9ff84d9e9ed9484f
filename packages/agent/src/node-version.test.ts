import assert from "node:assert/strict";
import { test } from "node:test";
import { checkNode } from "./node-version.ts";

test("an older Node is refused in one sentence that says which one is needed, and others pass", () => {
  for (const version of ["22.0.0", "24.1.0", "100.0.0-nightly"]) checkNode(version);
  checkNode();
  for (const version of ["20.20.2", "9.0.0", "21.7.3"])
    assert.throws(() => checkNode(version), {
      code: "invalid-config",
      message: `Node ${version} is too old for Entrain: run it with Node 22 or newer`,
    });
});
