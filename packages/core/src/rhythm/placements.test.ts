import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { lastBeatBy, offsetOfBeat, placedAt, replaced, type Placement } from "./placements.ts";

/** Places in [0, 1) that change at some beats. */
const changes = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 10 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })))
  .map((list) => {
    let placements: readonly Placement[] = placedAt(0.25);
    for (const [fromBeat, offsetCycles] of list) placements = replaced(placements, [{ fromBeat, offsetCycles }], -5);
    return placements;
  });

test("R5: however places change, every beat comes exactly once and in order", () => {
  fc.assert(
    fc.property(changes, (placements) => {
      let last = lastBeatBy(placements, 0);
      for (let cycle = 0; cycle < 14; cycle += 1 / 512) {
        const beat = lastBeatBy(placements, cycle);
        // Two may fall together: one at the end of its cycle, the next moved to the start of its own.
        assert.ok(beat >= last && beat <= last + 2, `from ${last} to ${beat} at ${cycle}`);
        last = beat;
      }
      for (let beat = 0; beat < 12; beat++) {
        const due = beat + offsetOfBeat(placements, beat);
        assert.ok(lastBeatBy(placements, due) >= beat && lastBeatBy(placements, due - 1e-6) < beat);
      }
    }),
  );
});

test("what lies behind is forgotten, what holds is kept", () => {
  const three = [
    { fromBeat: -Infinity, offsetCycles: 0 },
    { fromBeat: 5, offsetCycles: 0.5 },
  ];
  const later = [{ fromBeat: 9, offsetCycles: 0.1 }];
  assert.deepEqual(replaced(three, later, 6), [three[1], later[0]]);
  assert.deepEqual(replaced(three, later, 1), [...three, ...later]);
  assert.deepEqual(replaced(three, [{ fromBeat: 4, offsetCycles: 0 }], 1), [three[0]], "the same place is no change");
});
