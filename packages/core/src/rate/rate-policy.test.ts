import assert from "node:assert/strict";
import { test } from "node:test";
import { policedLimitMilli } from "./rate-policy.ts";

test("the policy's rate counts where it is one, and nothing else does", () => {
  const limit = (perSecond: unknown, name = "upstream") =>
    policedLimitMilli({ policy: { resource: { rates: { upstream: { perSecond } } } } }, name);
  assert.equal(limit(250), 250_000);
  assert.equal(limit(0.5), 500);
  assert.equal(limit(250, "other"), undefined);
  for (const wrong of [0, -1, Number.NaN, Infinity, 2_000_000, "250", null]) assert.equal(limit(wrong), undefined);
  for (const document of [{}, { policy: null }, { policy: { resource: { rates: [] } } }])
    assert.equal(policedLimitMilli(document, "constructor"), undefined);
});
