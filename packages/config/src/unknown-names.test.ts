import assert from "node:assert/strict";
import { test } from "node:test";
import { isInjected, nearestVariable } from "./unknown-names.ts";

test("a name far from all others gets no guess, nor is the common prefix a likeness", () => {
  const known = ["ENTRAIN_PERIOD", "ENTRAIN_GOAL", "ENTRAIN_TRUST"];
  assert.equal(nearestVariable("ENTRAIN_XYZZY", known), undefined);
  assert.equal(nearestVariable("ENTRAIN_BOOT", known), undefined);
  assert.equal(nearestVariable("ENTRAIN_goal", known), "ENTRAIN_GOAL");
});

test("a port with a number in it is ours, one with a link is Kubernetes's", () => {
  assert.equal(isInjected("ENTRAIN_GRPC_PORT", "50051"), false);
  assert.equal(isInjected("ENTRAIN_GRPC_PORT", "tcp://10.0.0.1:50051"), true);
  assert.equal(isInjected("ENTRAIN_PERIOD", "tcp://10.0.0.1:50051"), false);
});
