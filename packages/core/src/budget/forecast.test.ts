import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { allocationRequest, budgetDefinition } from "./budget.ts";
import { createBudgetBook, type BudgetBook } from "./book.ts";
import { advanceSeries, checkForecast, observeGrant, openSeries, stillWanted } from "./forecast.ts";

const settings = checkForecast({ periodMs: 100, levelPercent: 50, trendPercent: 50 });

/** A series of consumable amounts, one a period. */
function seriesOf(amounts: readonly number[]) {
  return amounts.reduce((series, amount, period) => {
    const now = advanceSeries(series, settings, "consumable", 0, period * 100);
    return observeGrant(now, "consumable", amount, 0);
  }, openSeries(0));
}

test("level and trend are those of Holt's method", () => {
  const series = advanceSeries(seriesOf([10, 20, 24]), settings, "consumable", 0, 300);
  // By hand: level 10, trend 0; then 15 and 2.5; then 20.75 and 4.125.
  assert.deepEqual([series.level, series.trend, series.amount], [20.75, 4.125, 0]);
  assert.equal(stillWanted(series, "consumable", 0), 25);
});

test("what was granted in a period is no longer wanted in it, and before the first is over nothing more is", () => {
  const series = observeGrant(advanceSeries(seriesOf([10]), settings, "consumable", 0, 100), "consumable", 4, 0);
  assert.equal(stillWanted(series, "consumable", 0), 6);
  assert.equal(stillWanted(seriesOf([10]), "consumable", 0), 0);
});

test("a steady demand is forecast as it is, and an idle one falls to nothing", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 2, max: 40 }), (amount, periods) => {
      const steady = seriesOf(Array.from({ length: periods }, () => amount));
      const next = advanceSeries(steady, settings, "consumable", 0, periods * 100);
      assert.equal(stillWanted(next, "consumable", 0), amount);
      const idle = advanceSeries(steady, settings, "consumable", 0, (periods + 64) * 100);
      assert.equal(stillWanted(idle, "consumable", 0), 0);
    }),
  );
});

test("of a reusable resource the most that was out at once is the demand, and what is out counts", () => {
  let series = observeGrant(openSeries(0), "reusable", 8, 8);
  series = advanceSeries(series, settings, "reusable", 2, 100);
  assert.equal(stillWanted(series, "reusable", 2), 6);
});

test("bad settings are refused by field", () => {
  const wish = { budgetId: "a", limits: { slots: 1 } };
  for (const [forecast, message] of [
    [{ periodMs: 1 }, /forecast\/periodMs is 1/],
    [{ levelPercent: 0 }, /forecast\/levelPercent/],
    [{ trendPercent: 101 }, /forecast\/trendPercent/],
    [{ trend: 1 } as object, /forecast\/trend/],
  ] as const)
    assert.throws(() => budgetDefinition({ ...wish, strategy: "predictive", forecast }), { message });
  assert.throws(() => budgetDefinition({ ...wish, forecast: { periodMs: 1_000 } }), /predictive alone/);
});

let requests = 0;
const allocate = (book: BudgetBook, budgetId: string, tokens: number, nowMs: number) =>
  book.apply(
    { kind: "allocate", request: allocationRequest(budgetId, { requestId: `r-${++requests}`, amounts: { tokens } }) },
    nowMs,
  ).kind;

test("a predictive budget gives up what it will not want, and keeps what its history says it will", () => {
  const book = createBudgetBook();
  const ahead = { parentId: "root", strategy: "predictive", forecast: settings } as const;
  for (const wish of [
    { budgetId: "root", limits: { tokens: 200 } },
    { budgetId: "busy", limits: { tokens: 100 }, ...ahead },
    { budgetId: "other", limits: { tokens: 100 }, ...ahead },
  ])
    book.apply({ kind: "create", definition: budgetDefinition(wish) }, 0);
  for (const nowMs of [0, 100, 200]) assert.equal(allocate(book, "busy", 20, nowMs), "granted");
  // Of the 40 that busy has left, its history says that it wants 20 in this period.
  assert.equal(allocate(book, "other", 121, 300), "refused");
  assert.equal(allocate(book, "other", 120, 300), "granted");
  assert.equal(book.budget("busy")?.limits["tokens"], 80);
  assert.equal(allocate(book, "busy", 20, 350), "granted");
  assert.deepEqual(book.breaches(), []);
});

test("who lacks something takes with it what its forecast says it will want next", () => {
  const book = createBudgetBook();
  const ahead = { parentId: "root", strategy: "predictive", forecast: settings } as const;
  book.apply({ kind: "create", definition: budgetDefinition({ budgetId: "root", limits: { tokens: 200 } }) }, 0);
  book.apply(
    { kind: "create", definition: budgetDefinition({ budgetId: "busy", limits: { tokens: 40 }, ...ahead }) },
    0,
  );
  for (const nowMs of [0, 20]) assert.equal(allocate(book, "busy", 20, nowMs), "granted");
  assert.equal(allocate(book, "busy", 10, 100), "granted");
  assert.equal(book.budget("busy")?.limits["tokens"], 80, "10 that it lacked, and the 30 that it wants yet");
});
