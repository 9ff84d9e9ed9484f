import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, EntrainError } from "@entrain/kernel";
import type { SharedDocument } from "@entrain/core/context";
import { rateTimings, refreshShare, releaseShare, type RateTable } from "@entrain/core/rate";
import type { RateStore, EventSink } from "@entrain/ports";
import { createVirtualTime, type VirtualTime } from "@entrain/testkit/virtual-time";
import { policeRates } from "./police-rates.ts";
import { createRateDesk, type RateDesk } from "./rate-desk.ts";
import type { SharedRate } from "./shared-rate.ts";

/** A store in virtual time that can go away; answers take 2 ms each way. */
function storeIn({ clock, sleep }: VirtualTime) {
  let table: RateTable = new Map();
  const state = { away: false, calls: 0 };
  const store: RateStore = {
    async refresh(_rate, request) {
      await sleep(2);
      if (state.away) throw new EntrainError("store-unavailable", "Redis is away");
      state.calls += 1;
      const next = refreshShare(table, request, clock.unixMs(), false);
      table = next.table;
      await sleep(2);
      return next.answer;
    },
    release(_rate, holderId) {
      table = releaseShare(table, holderId);
      return Promise.resolve();
    },
  };
  return { store, state, holders: () => table.size };
}

function deskIn(
  { clock, timers }: VirtualTime,
  store: RateStore,
  holderId: string,
  events: EventSink = () => undefined,
): RateDesk {
  return createRateDesk({ store, clock, timers, random: createRandom(holderId), events, holderId });
}

/** Offers one take after the other at a steady pace until it is told to end; counts those that were granted. */
function offer({ timers, clock }: VirtualTime, rate: SharedRate, perSecond: number) {
  const grantedAtMs: number[] = [];
  let ended = false;
  const turn = (): void => {
    if (ended) return;
    rate.take({ timeoutMs: 500 }).then(
      () => grantedAtMs.push(clock.monoMs()),
      () => undefined,
    );
    timers.after(1_000 / perSecond, turn);
  };
  turn();
  return { grantedAtMs, end: () => (ended = true) };
}

test("twenty processes that want more than there is use all of it, never more, and call the store seldom", async () => {
  const time = createVirtualTime();
  const { store, state } = storeIn(time);
  const desks = Array.from({ length: 20 }, (_, index) => deskIn(time, store, `p${index}`));
  const offers = desks.map((desk) => offer(time, desk.rate("upstream", { perSecond: 1_000 }), 60));
  await time.advance(8_000);
  const granted = offers.flatMap(({ grantedAtMs }) => grantedAtMs);
  assert.ok(granted.length <= 8_000 && granted.length >= 7_200, `${granted.length} of 8,000`);
  for (let from = 2_000; from < 8_000; from += 1_000) {
    const inSecond = granted.filter((atMs) => atMs >= from && atMs < from + 1_000).length;
    assert.ok(inSecond <= 1_120 && inSecond >= 900, `${inSecond} in the second from ${from}`);
  }
  assert.ok(state.calls < granted.length / 20, `${state.calls} calls for ${granted.length}`);
  for (const one of offers) one.end();
  await Promise.all(desks.map((desk) => desk.stop()));
});

test("a rate that the policy changes is in force in every process within a lease, and never more than the new one is used from then on", async () => {
  const time = createVirtualTime();
  const { store } = storeIn(time);
  let document: SharedDocument = {};
  const setRate = (perSecond: number): void => {
    document = { policy: { resource: { rates: { upstream: { perSecond } } } } };
  };
  const source = { current: () => ({ version: 1, document }) };
  const desks = Array.from({ length: 10 }, (_, index) => deskIn(time, policeRates(store, source), `p${index}`));
  const rates = desks.map((desk) => desk.rate("upstream", { perSecond: 1_000 }));
  const offers = rates.map((rate) => offer(time, rate, 250));
  const grantsBetween = (fromMs: number, toMs: number) =>
    offers.flatMap(({ grantedAtMs }) => grantedAtMs).filter((atMs) => atMs >= fromMs && atMs < toMs).length;
  await time.advance(6_000);
  const loweredMs = time.clock.monoMs();
  setRate(200);
  await time.advance(15_000);
  assert.ok(grantsBetween(loweredMs - 2_000, loweredMs) > 1_800, "it was in full use");
  const boundMs = 1.1 * rateTimings.refreshMs;
  assert.ok(grantsBetween(loweredMs, loweredMs + boundMs) <= 1_000 * (boundMs / 1_000) + 100);
  for (let fromMs = loweredMs + boundMs + 100; fromMs < loweredMs + 14_000; fromMs += 1_000)
    assert.ok(grantsBetween(fromMs, fromMs + 1_000) <= 200 * 1.1 + 10, `${grantsBetween(fromMs, fromMs + 1_000)}`);
  const settledMs = loweredMs + rateTimings.leaseMs;
  assert.ok(grantsBetween(settledMs, settledMs + 5_000) >= 900, "the new rate is used");
  for (const rate of rates) assert.equal(rate.status().limitPerSecond, 200);
  setRate(2_000);
  await time.advance(rateTimings.leaseMs);
  const raisedMs = time.clock.monoMs();
  await time.advance(3_000);
  assert.ok(
    grantsBetween(raisedMs, raisedMs + 3_000) >= 5_400,
    `${grantsBetween(raisedMs, raisedMs + 3_000)} of 6,000`,
  );
  document = {};
  await time.advance(rateTimings.leaseMs);
  assert.equal(rates[0]?.status().limitPerSecond, 1_000, "without a word of the policy it is as the processes say");
  for (const one of offers) one.end();
  await Promise.all(desks.map((desk) => desk.stop()));
});

test("a share moves to the process that is asked", async () => {
  const time = createVirtualTime();
  const { store } = storeIn(time);
  const [one, two] = [deskIn(time, store, "one"), deskIn(time, store, "two")];
  const first = offer(time, one.rate("upstream", { perSecond: 100 }), 200);
  const second = two.rate("upstream", { perSecond: 100 });
  second.tryTake();
  await time.advance(5_000);
  assert.ok(one.rate("upstream", { perSecond: 100 }).status().perSecond > 90);
  first.end();
  const other = offer(time, second, 200);
  await time.advance(12_000);
  assert.ok(second.status().perSecond > 90, `${second.status().perSecond}`);
  other.end();
  await Promise.all([one.stop(), two.stop()]);
});

test("without the store a share is good to the end of its lease and not a ms longer, and comes back with the store", async () => {
  const time = createVirtualTime();
  const { store, state } = storeIn(time);
  const desk = deskIn(time, store, "one");
  const rate = desk.rate("upstream", { perSecond: 100 });
  await time.until(rate.take());
  state.away = true;
  const awayMs = time.clock.monoMs();
  const { grantedAtMs, end } = offer(time, rate, 5);
  await time.advance(rateTimings.leaseMs * 2);
  const lastMs = grantedAtMs.at(-1)!;
  assert.ok(lastMs > awayMs + rateTimings.leaseMs - 2_000 && lastMs <= awayMs + rateTimings.leaseMs, `${lastMs}`);
  state.away = false;
  await time.advance(2_000);
  assert.ok(grantedAtMs.at(-1)! > lastMs);
  end();
  await desk.stop();
});

test("waits are first come first served, bounded in time, can be given up, and end with the desk", async () => {
  const time = createVirtualTime();
  const { store, holders } = storeIn(time);
  const desk = deskIn(time, store, "one");
  const rate = desk.rate("upstream", { perSecond: 10 });
  const order: number[] = [];
  await time.until(rate.take());
  await time.until(
    Promise.all([3, 1, 2].map((units) => rate.take({ units, timeoutMs: 5_000 }).then(() => order.push(units)))),
  );
  assert.deepEqual(order, [3, 1, 2]);
  await assert.rejects(time.until(rate.take({ units: 100, timeoutMs: 50 }).then(() => rate.take({ timeoutMs: 50 }))), {
    code: "deadline-exceeded",
  });
  const aborting = new AbortController();
  const given = rate.take({ timeoutMs: 60_000, signal: aborting.signal });
  aborting.abort();
  await assert.rejects(given, { code: "cancelled" });
  const left = rate.take({ timeoutMs: 60_000 });
  const ended = assert.rejects(left, { code: "cancelled" });
  await desk.stop();
  await ended;
  assert.equal(holders(), 0);
  assert.throws(() => rate.tryTake(), { code: "cancelled" });
  await time.advance(10_000);
  assert.equal(time.pendingTimers(), 0);
});

test("wrong figures are refused by name, and one name has one pair of figures in a process", async () => {
  const time = createVirtualTime();
  const desk = deskIn(time, storeIn(time).store, "one");
  const rate = desk.rate("upstream", { perSecond: 10 });
  assert.equal(desk.rate("upstream", { perSecond: 10 }), rate);
  assert.throws(() => desk.rate("upstream", { perSecond: 11 }), { code: "already-exists", nearest: 10 });
  assert.throws(() => desk.rate("other", { perSecond: 1, burstMs: -1 }), { field: "burstMs" });
  assert.throws(() => desk.rate("other", { perSecond: -5 }), { field: "perSecond" });
  assert.throws(() => rate.tryTake(0.5), { field: "units" });
  await assert.rejects(rate.take({ timeoutMs: Number.NaN }), { field: "timeoutMs" });
});
