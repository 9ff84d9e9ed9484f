import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "@entrain/kernel";
import { distanceToBeat, pickFurthest } from "./pick-furthest.ts";

const evenly = Array.from({ length: 10 }, (_, index) => ({ cycle: 7 + index / 10 }));

test("the distance to the beat is that to the nearer one, before or after", () => {
  assert.deepEqual([7, 7.25, 7.5, 7.75, -0.25].map(distanceToBeat), [0, 0.25, 0.5, 0.25, 0.25]);
});

test("of all candidates the one half a period from its beat is picked", () => {
  const random = createRandom("all");
  const picks = Array.from({ length: 50 }, () => pickFurthest(evenly, 10, random)?.cycle);
  assert.deepEqual([...new Set(picks)], [7.5]);
  assert.equal(pickFurthest(evenly.slice(0, 0), 2, random), undefined);
});

test("of two by chance the further one is picked: the busiest never, the others the oftener the further they are", () => {
  const random = createRandom("two");
  const counts = new Map<number, number>();
  for (let turn = 0; turn < 10_000; turn++) {
    const { cycle = -1 } = pickFurthest(evenly, 2, random) ?? {};
    counts.set(cycle, (counts.get(cycle) ?? 0) + 1);
  }
  assert.equal(counts.get(7), undefined, "it loses against any other");
  assert.ok((counts.get(7.5) ?? 0) < 2_500, "and no one gets it all");
  assert.ok((counts.get(7.5) ?? 0) > (counts.get(7.2) ?? 0) && (counts.get(7.2) ?? 0) > (counts.get(7.1) ?? 0));
});
