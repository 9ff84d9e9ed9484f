import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { EntrainError } from "./errors.ts";
import { checkObject, membersOf, optionsOf } from "./members.ts";

const known = ["period", "groups"];

test("an object passes with the members that are known, all or some of them", () => {
  assert.deepEqual(membersOf({ period: 1 }, "rhythm", known), { period: 1 });
  assert.deepEqual(optionsOf({ period: 1, groups: 2 }, known), { period: 1, groups: 2 });
});

test("what is no object is refused by its field, with what to give", () => {
  for (const value of [undefined, null, 5, "text", [], () => 0])
    assert.throws(() => checkObject("rhythm", value, "give { period }"), {
      code: "invalid-argument",
      field: "rhythm",
      message: /^rhythm is .*: give \{ period \}$/,
    });
  assert.throws(() => optionsOf(undefined, known), {
    field: "options",
    message: "options is undefined: give an object",
  });
});

test("a member that is not known is refused by its name, with the one that was meant", () => {
  assert.throws(() => membersOf({ peroid: 3 }, "rhythm", known), {
    field: "rhythm.peroid",
    message: "rhythm.peroid is not known; did you mean period?",
    nearest: "period",
  });
  assert.throws(() => optionsOf({ colour: "red" }, known), {
    field: "colour",
    message: "colour is not known; there are period, groups",
  });
});

test("the value of a member that is not known is not repeated, for it may be a secret", () => {
  const secret = "redis://:hunter2@10.0.0.1";
  assert.throws(
    () => optionsOf({ redsi: secret }, ["redis"]),
    (error) =>
      error instanceof EntrainError &&
      error.message === "redsi is not known; did you mean redis?" &&
      !inspect(error).includes("hunter2"),
  );
});
