import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createOverlay } from "./overlay.ts";

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `agent-${index}`);

test("few members all listen to each other", () => {
  assert.deepEqual(createOverlay(["c", "a", "b"], 8).neighboursOf("b"), ["a", "c"]);
  assert.deepEqual(createOverlay(["a"], 8).neighboursOf("a"), []);
});

test("a stranger has no neighbours", () => {
  assert.deepEqual(createOverlay(names(3), 8).neighboursOf("x"), []);
  assert.deepEqual(createOverlay(names(100), 8).neighboursOf("x"), []);
});

test("the relation is symmetric, bounded and the same for everybody", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 120 }), fc.constantFrom(8, 16), (count, limit) => {
      const overlay = createOverlay(names(count), limit);
      const again = createOverlay(names(count).reverse(), limit);
      for (const id of names(count)) {
        const neighbours = overlay.neighboursOf(id);
        assert.ok(neighbours.length <= limit && !neighbours.includes(id));
        assert.deepEqual(neighbours, again.neighboursOf(id));
        for (const other of neighbours) assert.ok(overlay.neighboursOf(other).includes(id));
      }
    }),
    { numRuns: 40 },
  );
});

test("a thousand members are connected within five hops", () => {
  const overlay = createOverlay(names(1_000), 8);
  const reached = new Set(["agent-0"]);
  for (let hop = 0; hop < 5; hop++)
    for (const id of [...reached]) for (const other of overlay.neighboursOf(id)) reached.add(other);
  assert.equal(reached.size, 1_000);
});

test("a join changes the neighbours of few", () => {
  const before = createOverlay(names(500), 8);
  const after = createOverlay(names(501), 8);
  const moved = names(500).filter((id) => String(before.neighboursOf(id)) !== String(after.neighboursOf(id)));
  assert.ok(moved.length <= 8, `${moved.length} members changed neighbours`);
});

test("an epoch draws one ring anew and leaves the others", () => {
  const ids = names(500);
  const before = createOverlay(ids, 16);
  const kept = (epoch: number): number => {
    const after = createOverlay(ids, 16, epoch);
    const shares = ids.map(
      (id) => before.neighboursOf(id).filter((other) => after.neighboursOf(id).includes(other)).length,
    );
    return shares.reduce((sum, share) => sum + share, 0) / ids.length;
  };
  assert.ok(kept(0) > 15.5);
  assert.ok(Math.abs(kept(1) - 14) < 0.6, `${kept(1)} of 16 stay`);
  assert.ok(Math.abs(kept(4) - 8) < 0.8, `${kept(4)} of 16 stay`);
  assert.ok(kept(8) < 1.5, "after as many epochs as rings all are new");
});
