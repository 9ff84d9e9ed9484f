import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { dueRun, everyTimes, type LatePolicy, type MissedPolicy } from "./due-run.ts";

const hourly = everyTimes(3_600_000);
const at = (hour: number, minute = 0): number => hour * 3_600_000 + minute * 60_000;
const policy = (missed: MissedPolicy, graceMs = 60_000): LatePolicy => ({ missed, graceMs });

test("a period fires at its multiples, strictly after the instant that is asked for", () => {
  assert.deepEqual([hourly.after(at(3)), hourly.after(at(3) - 1), hourly.after(at(3, 59))], [at(4), at(3), at(4)]);
});

test("nothing is due before the fire time, and the run is due at it", () => {
  assert.deepEqual(dueRun(hourly, at(3), at(4) - 1, policy("skip")), { kind: "wait", nextAtMs: at(4) });
  const due = { kind: "due", missed: undefined, fireAtMs: at(4), nextAtMs: at(5) };
  assert.deepEqual(dueRun(hourly, at(3), at(4), policy("skip")), due);
  assert.deepEqual(dueRun(hourly, at(3), at(4, 1), policy("skip")), due);
});

test("a run that is too late is missed, or made once for all that were missed, as the policy says", () => {
  assert.deepEqual(dueRun(hourly, at(3), at(6, 2), policy("skip")), {
    kind: "due",
    missed: { count: 3, fromMs: at(4), toMs: at(6) },
    fireAtMs: undefined,
    nextAtMs: at(7),
  });
  assert.deepEqual(dueRun(hourly, at(3), at(6, 2), policy("run-once")), {
    kind: "due",
    missed: { count: 2, fromMs: at(4), toMs: at(5) },
    fireAtMs: at(6),
    nextAtMs: at(7),
  });
});

test("a job without further fire times waits for none", () => {
  const never = { text: "never", after: () => undefined };
  assert.deepEqual(dueRun(never, 0, at(9), policy("skip")), { kind: "wait", nextAtMs: undefined });
});

test("whatever the clock does, each fire time is either run or missed, once, and in order", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.constantFrom<MissedPolicy>("skip", "run-once"),
      fc.integer({ min: 1, max: 200 }),
      fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 30 }),
      (periodMs, missed, graceMs, steps) => {
        const times = everyTimes(periodMs);
        let settledMs = 0;
        let nowMs = 0;
        for (const step of steps) {
          nowMs += step;
          const due = dueRun(times, settledMs, nowMs, { missed, graceMs });
          if (due.kind === "wait") {
            assert.ok(due.nextAtMs !== undefined && due.nextAtMs > nowMs);
            continue;
          }
          const first = due.missed?.fromMs ?? due.fireAtMs;
          assert.equal(first, settledMs + periodMs - (settledMs % periodMs));
          if (due.missed !== undefined) {
            assert.equal((due.missed.toMs - due.missed.fromMs) / periodMs + 1, due.missed.count);
            if (due.fireAtMs !== undefined) assert.equal(due.fireAtMs, due.missed.toMs + periodMs);
          }
          settledMs = due.fireAtMs ?? due.missed?.toMs ?? assert.fail("something is due");
          assert.ok(settledMs <= nowMs);
        }
      },
    ),
  );
});
