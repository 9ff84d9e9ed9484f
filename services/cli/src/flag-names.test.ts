import assert from "node:assert/strict";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { goalFlags, namingFlags } from "./flag-names.ts";

test("an error about a field, or a pointer to it, is told of its flag, with what was the nearest", () => {
  for (const field of ["groups", "/groups"]) {
    const told = namingFlags(EntrainError.invalid(field, 9, "choose less", { nearest: { groups: 5 } }), goalFlags);
    assert.ok(told instanceof EntrainError);
    assert.deepEqual(
      [told.message, told.field, told.value, told.nearest],
      ["--groups is 9: choose less", "--groups", 9, { groups: 5 }],
    );
  }
});

test("what is no error about a known field is left as it is", () => {
  for (const thrown of [
    new TypeError("groups"),
    new EntrainError("unavailable", "groups are away", { field: "groups" }),
    EntrainError.invalid("toString", 1, "choose another"),
    new EntrainError("invalid-argument", "nothing is named here"),
  ])
    assert.equal(namingFlags(thrown, goalFlags), thrown);
});
