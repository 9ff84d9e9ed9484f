import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createEventQueue } from "./event-queue.ts";

test("events come in the order of their instants, and at one instant in the order of their coming", () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }), { maxLength: 3_000 }),
      (script) => {
        const queue = createEventQueue<{ readonly atNs: number; readonly order: number }>();
        const oracle: { readonly atNs: number; readonly order: number }[] = [];
        for (const [order, atNs] of script.entries())
          if (atNs === undefined) {
            oracle.sort((a, b) => a.atNs - b.atNs || a.order - b.order);
            assert.equal(queue.nextAtNs(), oracle[0]?.atNs ?? Infinity);
            assert.deepEqual(queue.pop(), oracle.shift());
          } else {
            queue.push(atNs, { atNs, order });
            oracle.push({ atNs, order });
          }
        assert.equal(queue.size, oracle.length);
      },
    ),
  );
});
