import assert from "node:assert/strict";
import { test } from "node:test";
import { closeInOrder } from "./close-in-order.ts";

test("one after the other, also after a failure, and the first failure is thrown at the end", async () => {
  const closed: string[] = [];
  const steps = [
    async () => {
      await new Promise((resolve) => setImmediate(resolve));
      closed.push("leadership");
    },
    () => {
      throw new Error("first");
    },
    () => Promise.reject(new Error("second")),
    () => closed.push("store"),
  ];
  await assert.rejects(closeInOrder(steps), { message: "first" });
  assert.deepEqual(closed, ["leadership", "store"]);
});
