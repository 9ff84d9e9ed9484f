/** Which strategy is at work: told from the outside which ones can work and which ones do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { beginPursuit, judgePursuit, type Pursuit, type PursuitSwitch } from "./pursuit.ts";

const windowNs = 1_000;
const samplesPerWindow = 8;

/** What holds for some windows, by strategy. */
interface Spell {
  readonly windows: number;
  readonly ready: readonly boolean[];
  /** Whether the swarm comes together under it. */
  readonly works: readonly boolean[];
  /** The active one throws at the first sample. */
  readonly throws?: boolean;
}

const all = (count: number): readonly boolean[] => Array.from({ length: count }, () => true);
const allBut = (count: number, ...bad: readonly number[]) => all(count).map((_, index) => !bad.includes(index));

/** The pursuit after the spells, and its switches. */
function pursued(spells: readonly Spell[]): { readonly pursuit: Pursuit; readonly switches: readonly PursuitSwitch[] } {
  let pursuit = beginPursuit(0);
  let nowNs = 0;
  const switches: PursuitSwitch[] = [];
  for (const { windows, ready, works, throws = false } of spells)
    for (let sample = 0; sample < windows * samplesPerWindow; sample++) {
      nowNs += windowNs / samplesPerWindow;
      const distanceCycles = works[pursuit.active] === true ? 0 : 0.3;
      const failed = throws && sample === 0;
      const shown = { nowNs, windowNs, distanceCycles, toleranceCycles: 0.01, short: false, failed, ready };
      const judged = judgePursuit(pursuit, shown);
      pursuit = judged.pursuit;
      if (judged.switched !== undefined) switches.push(judged.switched);
    }
  return { pursuit, switches };
}

test("a strategy that stalled is tried again also after a lesser one could not work for a while", () => {
  const { pursuit, switches } = pursued([
    { windows: 2, ready: all(3), works: allBut(3, 0) },
    { windows: 1, ready: allBut(3, 1), works: allBut(3, 0) },
    { windows: 1, ready: all(3), works: allBut(3, 0) },
    { windows: 20, ready: all(3), works: all(3) },
  ]);
  assert.deepEqual(
    switches.map(({ from, to, cause }) => [from, to, cause]),
    [
      [0, 1, "stalled"],
      [1, 2, "not-ready"],
      [2, 1, "better-ready"],
      [1, 0, "better-retried"],
    ],
  );
  assert.equal(pursuit.active, 0);
});

test("whatever came before, the best strategy is at work again once all of them can work and do", () => {
  const flags = fc.array(fc.boolean(), { minLength: 3, maxLength: 3 });
  const spell = fc.record({
    windows: fc.integer({ min: 1, max: 6 }),
    ready: flags,
    works: flags,
    throws: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(spell, { maxLength: 12 }), (spells) => {
      const { pursuit } = pursued([...spells, { windows: 40, ready: all(3), works: all(3) }]);
      assert.equal(pursuit.active, 0);
    }),
  );
});
