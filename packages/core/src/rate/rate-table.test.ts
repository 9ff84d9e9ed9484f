import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkRateWish, rateTimings, refreshShare, releaseShare, type RateTable } from "./rate-table.ts";

const limitMilli = 100_000;
const ids = ["a", "b", "c", "d", "e"] as const;

const anyStep = fc.record({
  holder: fc.constantFrom(...ids),
  wantsMilli: fc.nat({ max: limitMilli * 2 }),
  passedMs: fc.nat({ max: 2_000 }),
  lost: fc.boolean(),
  ending: fc.constantFrom("none", "none", "none", "release", "crash"),
});

test("what holders use never adds up to more than the limit, whatever is lost, crashes or comes late", () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 120 }), (steps) => {
      let table: RateTable = new Map();
      let nowMs = 1_000;
      const uses = new Map<string, { readonly milli: number; readonly untilMs: number }>();
      for (const [index, step] of steps.entries()) {
        nowMs += step.passedMs;
        for (const [id, use] of uses) if (use.untilMs <= nowMs) uses.delete(id);
        if (step.ending === "release") {
          table = releaseShare(table, step.holder);
          uses.delete(step.holder);
          continue;
        }
        const hasMilli = uses.get(step.holder)?.milli ?? 0;
        const request = {
          holderId: step.holder,
          sequence: index + 1,
          hasMilli,
          wantsMilli: step.wantsMilli,
          limitMilli,
        };
        const next = refreshShare(table, request, nowMs, false);
        table = next.table;
        assert.ok(next.answer.grantedMilli <= step.wantsMilli);
        if (step.lost) continue;
        uses.set(step.holder, { milli: next.answer.grantedMilli, untilMs: nowMs + rateTimings.leaseMs });
        const inUse = [...uses.values()].reduce((sum, { milli }) => sum + milli, 0);
        assert.ok(inUse <= limitMilli, `${inUse} in use after step ${index}`);
      }
    }),
    { numRuns: 500 },
  );
});

test("holders who go on refreshing come to the max-min fair shares, and then are settled", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: limitMilli }), { minLength: 1, maxLength: 8 }), (wants) => {
      let table: RateTable = new Map();
      const has = wants.map(() => 0);
      let settled: boolean[] = [];
      for (let round = 1; round <= 4; round++)
        settled = wants.map((wantsMilli, index) => {
          const request = { holderId: `h${index}`, sequence: round, hasMilli: has[index]!, wantsMilli, limitMilli };
          const next = refreshShare(table, request, 1_000, false);
          table = next.table;
          has[index] = next.answer.grantedMilli;
          return next.answer.settled;
        });
      const total = has.reduce((sum, one) => sum + one, 0);
      const wanted = Math.min(
        limitMilli,
        wants.reduce((sum, one) => sum + one, 0),
      );
      assert.ok(wanted - total <= wants.length, `${total} of ${wanted}`);
      assert.ok(settled.every((one) => one));
      const cut = has.filter((share, index) => share < wants[index]!);
      for (const share of cut) assert.ok(has.every((other) => other <= share + 1));
    }),
  );
});

test("while writes may have been lost every holder keeps what it has, and nobody gets anything new", () => {
  const of = (holderId: string, hasMilli: number) => ({
    holderId,
    sequence: 1,
    hasMilli,
    wantsMilli: limitMilli,
    limitMilli,
  });
  const one = refreshShare(new Map(), of("one", 60_000), 1_000, true);
  assert.equal(one.answer.grantedMilli, 60_000);
  const two = refreshShare(one.table, of("two", 0), 1_000, true);
  assert.equal(two.answer.grantedMilli, 0);
  const three = refreshShare(two.table, of("three", 40_000), 1_000, true);
  assert.equal(three.answer.grantedMilli, 40_000);
});

test("a share that was never granted is not believed outside of that window", () => {
  const held = refreshShare(
    new Map(),
    { holderId: "one", sequence: 1, hasMilli: 0, wantsMilli: limitMilli, limitMilli },
    1,
    false,
  );
  const claim = { holderId: "two", sequence: 1, hasMilli: limitMilli, wantsMilli: limitMilli, limitMilli };
  assert.equal(refreshShare(held.table, claim, 2, false).answer.grantedMilli, 0);
});

test("a wrong rate is refused by name", () => {
  for (const perSecond of [0, -1, Number.NaN, Infinity, 2_000_000])
    assert.throws(() => checkRateWish(perSecond), { code: "invalid-argument", field: "perSecond" });
  assert.equal(checkRateWish(0.5), 500);
});
