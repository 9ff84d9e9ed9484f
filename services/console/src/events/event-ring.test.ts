import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createEventRing } from "./event-ring.ts";

test("a ring answers what a growing list would that forgot its beginning", () => {
  const gaps = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 60 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10 }),
      gaps,
      fc.nat({ max: 200 }),
      fc.nat({ max: 20 }),
      (capacity, steps, seq, limit) => {
        const ring = createEventRing(capacity);
        const all: { seq: number }[] = [];
        let last = 0;
        for (const step of steps) {
          last += step;
          all.push({ seq: last });
          ring.push({ seq: last });
        }
        const odd = (entry: { seq: number }) => entry.seq % 2 === 1;
        const kept = all.slice(-capacity);
        assert.deepEqual(
          ring.after(seq, limit, odd),
          kept.filter((entry) => entry.seq > seq && odd(entry)).slice(0, limit),
        );
        assert.equal(ring.droppedThrough(), all.at(-capacity - 1)?.seq ?? 0);
      },
    ),
  );
});
