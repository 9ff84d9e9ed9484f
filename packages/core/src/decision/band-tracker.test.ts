import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Observation } from "./band-state.ts";
import { createBandTracker } from "./band-tracker.ts";
import { defaultPolicy } from "./default-policy.ts";
import type { Rule } from "./policy.ts";

/** A rule that begins at `limit` and stays from `limit - margin`. */
type Threshold = Rule & { readonly limit: number; readonly margin: number };

const threshold = (band: string, limit: number, given: Partial<Threshold> = {}): Threshold => ({
  ...defaultPolicy.rules[0]!,
  id: `${given.kind ?? "heat"}-${band}`,
  kind: "heat",
  band,
  limit,
  margin: 0,
  ...given,
});

/** What rules like these, the worst first, make of a value. */
function observe(rules: readonly Threshold[], value: number, subject = "rack-7"): Observation {
  const byId = (ruleId: string): Threshold | undefined => rules.find(({ id }) => id === ruleId);
  return {
    subject,
    rule: rules.find(({ limit }) => value >= limit),
    rankOf: (ruleId) => rules.findIndex(({ id }) => id === ruleId),
    holds(ruleId) {
      const rule = byId(ruleId);
      return rule !== undefined && value >= rule.limit - rule.margin;
    },
  };
}

/** At which of the values something begins. */
function begins(rules: readonly Threshold[], values: readonly number[]): number[] {
  const tracker = createBandTracker();
  return values.filter((value) => tracker.enters(observe(rules, value)));
}

const plain = [threshold("critical", 80), threshold("warning", 70)];
const wide = [threshold("critical", 80, { margin: 3 }), threshold("warning", 70, { margin: 3 })];

test("a reading begins something when its subject enters a band, not while it stays there", () => {
  assert.deepEqual(begins(plain, [71, 72, 81, 82, 73]), [71, 81, 73]);
});

test("what is normal begins nothing, and ends what was", () => {
  assert.deepEqual(begins(plain, [20, 81, 21, 82]), [81, 82]);
});

test("within its margin a state stays: neither the lesser band nor a return begins anything", () => {
  assert.deepEqual(begins(plain, [80, 79, 81, 78, 82]), [80, 79, 81, 78, 82]);
  assert.deepEqual(begins(wide, [80, 79, 81, 78, 82]), [80]);
  assert.deepEqual(begins(wide, [80, 76.9, 80]), [80, 76.9, 80], "beyond its margin it ends");
});

test("a state that is worse takes over at once, one that is less bad only when the present one has ended", () => {
  const rules = [threshold("critical", 80, { margin: 3 }), threshold("warning", 70, { kind: "load", id: "load" })];
  assert.deepEqual(begins(rules, [70, 80, 78, 76]), [70, 80, 76]);
});

test("where counts are given, a state begins with the n-th reading in a row and ends with the n-th", () => {
  const counted = [threshold("critical", 80, { enterAfter: 3, leaveAfter: 2 })];
  assert.deepEqual(begins(counted, [81, 82, 20, 83, 84, 85, 21, 86, 22, 23, 87, 88, 89]), [85, 89]);
});

test("a state whose rule is gone from the policy ends", () => {
  const tracker = createBandTracker();
  assert.equal(tracker.enters(observe(wide, 80)), true);
  assert.equal(tracker.enters(observe([threshold("hot", 79)], 79)), true);
});

test("noise within the margin of a threshold never begins a second incident, however long it lasts", () => {
  const noise = fc.array(fc.double({ min: 77, max: 83, noNaN: true }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(noise, (values) => {
      const started = begins(wide, values);
      assert.ok(started.filter((value) => value >= 80).length <= 1);
      assert.ok(started.length <= 2, "the warning before it, and itself");
    }),
  );
});

test("noise shorter than the counts begins nothing and ends nothing", () => {
  const counted = [threshold("critical", 80, { enterAfter: 4, leaveAfter: 4 })];
  const runs = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 50 });
  fc.assert(
    fc.property(runs, (lengths) => {
      const values = lengths.flatMap((length, index) => Array<number>(length).fill(index % 2 === 0 ? 85 : 20));
      assert.deepEqual(begins(counted, values), []);
      assert.deepEqual(begins(counted, [85, 85, 85, 85, 20, ...values.slice(lengths[0] ?? 0)].slice(0, 5)), [85]);
      const after = lengths.flatMap((length, index) => Array<number>(length).fill(index % 2 === 0 ? 20 : 85));
      assert.equal(begins(counted, [85, 85, 85, 85, ...after]).length, 1);
    }),
  );
});

test("whatever comes, no state begins while it holds", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 60, max: 90, noNaN: true }), { maxLength: 100 }), (values) => {
      const tracker = createBandTracker();
      let present: string | undefined;
      for (const value of values) {
        const observation = observe(wide, value);
        if (tracker.enters(observation)) {
          assert.notEqual(observation.rule?.id, present);
          present = observation.rule?.id;
        } else if (present !== undefined && !observation.holds(present)) present = undefined;
      }
    }),
  );
});

test("subjects are tracked apart", () => {
  const tracker = createBandTracker();
  assert.equal(tracker.enters(observe(wide, 75, "rack-1")), true);
  assert.equal(tracker.enters(observe(wide, 75, "rack-2")), true);
});

test("beyond its limit the tracker forgets whom it has not seen for longest", () => {
  const tracker = createBandTracker(2);
  for (const subject of ["a", "b", "a", "c"]) tracker.enters(observe(wide, 75, subject));
  assert.equal(tracker.enters(observe(wide, 75, "a")), false);
  assert.equal(tracker.enters(observe(wide, 75, "b")), true);
});
