import assert from "node:assert/strict";
import { test } from "node:test";
import { isDivergent } from "./divergence.ts";

test("two agents with two actions on one incident diverge", () => {
  assert.equal(
    isDivergent([
      { action: "throttle", source: "committed" },
      { action: "cool_down", source: "adopted" },
    ]),
    true,
  );
});

test("agents with one action do not diverge, nor does nobody", () => {
  assert.equal(
    isDivergent([
      { action: "throttle", source: "committed" },
      { action: "throttle", source: "adopted" },
    ]),
    false,
  );
  assert.equal(isDivergent([]), false);
});

test("a safe action taken alone is no divergence: it is counted apart", () => {
  assert.equal(
    isDivergent([
      { action: "throttle", source: "committed" },
      { action: "enter_safe_mode", source: "safe-alone" },
    ]),
    false,
  );
});

test("what agents do as their own affair is no divergence: each may do something else", () => {
  assert.equal(
    isDivergent([
      { action: "throttle", source: "local" },
      { action: "cool_down", source: "local" },
      { action: "shed_load", source: "adopted" },
    ]),
    false,
  );
});
