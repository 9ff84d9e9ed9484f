import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, EntrainError } from "@entrain/kernel";
import { electionTimings } from "@entrain/core/election";
import type { RuntimeEvent } from "@entrain/ports";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { createBatcher } from "../batching/batcher.ts";
import { FleetCall } from "./fleet-call.ts";
import type { FleetBatchInfo, FleetFlush } from "./fleet-call-options.ts";
import { poolStoreIn } from "./oracle-pool-store.ts";

const periodMs = 200;

type Call = FleetBatchInfo & { readonly by: string; readonly items: readonly string[]; readonly atMs: number };

/** Agents that beat together, and whose batchers are one; `flush` is asked for every call. All of them are members. */
function fleetOf(size: number, flush: (call: Call) => ReturnType<FleetFlush<string, string>>, membersSize = size) {
  const time = createVirtualTime();
  const lab = poolStoreIn(time);
  const { clock, timers } = time;
  const ids = Array.from({ length: size }, (_, index) => `agent-${index}`);
  const members = Array.from({ length: membersSize }, (_, index) => `agent-${index}`);
  const calls: Call[] = [];
  const events: RuntimeEvent[] = [];
  const agents = ids.map((agentId) => {
    const call = new FleetCall<string, string>(
      {
        ...{ name: "prices", collectMs: 25, itemsMax: 100, attempts: 3, retryPauseMs: 100, deadlineMs: 5_000 },
        flush(items, batch) {
          const made = { ...batch, by: agentId, items, atMs: clock.monoMs() };
          calls.push(made);
          return flush(made);
        },
      },
      {
        ...{ agentId, incarnation: () => 1, store: lab.storeOf(agentId), clock, timers, random: createRandom(agentId) },
        ...{ timings: electionTimings(), members: () => members, events: (event) => events.push(event) },
      },
    );
    const batcher = createBatcher<string, string>(
      { name: "prices", deadlineMs: 60_000, flush: (items, batch) => call.contribute(items, batch) },
      { ...{ agentId, keyPrefix: agentId, clock, timers, random: createRandom(agentId) }, events: () => undefined },
    );
    return { agentId, call, batcher };
  });
  let beat = 0;
  const turn = (): void => {
    beat += 1;
    for (const agent of agents) {
      agent.batcher.beat(beat);
      agent.call.beat(beat);
    }
    timers.after(periodMs, turn);
  };
  timers.after(periodMs, turn);
  const add = () => agents.map(({ agentId, batcher }) => batcher.add(`of ${agentId}`));
  /** What is told of the calls: how each ended, how many attempts it took, and whether it was another's before. */
  const told = async () => {
    await time.advance(10);
    return events.flatMap((event) =>
      event.kind === "fleet.called" ? [[event.outcome, event.attempts, event.takenOver] as const] : [],
    );
  };
  const countFrom = (from: number): void => {
    beat = from;
  };
  return { time, lab, calls, add, told, countFrom };
}

const upper = ({ items }: Call) => Promise.resolve(items.map((item) => item.toUpperCase()));
const settled = <T>(promises: readonly Promise<T>[]) => Promise.allSettled(promises);

test("a beat of twenty agents is one call, and each gets its own results", async () => {
  const { time, calls, add } = fleetOf(20, upper);
  for (let round = 1; round <= 5; round++) {
    const results = await time.until(settled(add()));
    assert.deepEqual(
      results.map((result) => (result.status === "fulfilled" ? result.value : "")),
      Array.from({ length: 20 }, (_, index) => `OF AGENT-${index}`),
    );
    assert.equal(calls.length, round);
  }
  assert.ok(new Set(calls.map(({ by }) => by)).size > 1, "the call goes round");
});

test("where one of fifty agents has the batcher its call waits for the others no longer than it collects", async () => {
  const { time, calls, add } = fleetOf(1, upper, 50);
  for (let round = 1; round <= 40; round++) await time.until(settled(add()));
  const afterBeatMs = calls.map(({ atMs }) => atMs % periodMs);
  assert.equal(calls.length, 40);
  assert.ok(
    Math.max(...afterBeatMs) <= 60,
    `${Math.max(...afterBeatMs)} ms after the beat, of which 25 are collecting`,
  );
});

test("a call that fails is tried again with the same key, and given up for all after its attempts", async () => {
  let failures = 2;
  const { time, calls, add, told } = fleetOf(5, (call) =>
    failures-- > 0 ? Promise.reject(new Error("503")) : upper(call),
  );
  assert.ok((await time.until(settled(add()))).every(({ status }) => status === "fulfilled"));
  assert.deepEqual(
    calls.map(({ attempt }) => attempt),
    [1, 2, 3],
  );
  assert.equal(new Set(calls.map(({ key }) => key)).size, 1);
  failures = 99;
  const results = await time.until(settled(add()));
  assert.ok(results.every((result) => result.status === "rejected" && (result.reason as Error).message === "503"));
  assert.equal(calls.length, 6);
  assert.deepEqual(await told(), [
    ["answered", 3, false],
    ["failed", 3, false],
  ]);
});

test("an upstream that is down is called once a beat when the retries are spent, whichever agent makes the call", async () => {
  const { time, calls, add } = fleetOf(5, () => Promise.reject(new Error("503")));
  for (let round = 1; round <= 15; round++) await time.until(settled(add()));
  const before = calls.length;
  assert.ok(before <= 15 + 12, `${before} calls`);
  for (let round = 1; round <= 10; round++) await time.until(settled(add()));
  assert.equal(calls.length - before, 10);
});

test("a result that JSON does not hold fails its own item, and an upstream that answered is not called again", async () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const odd: Readonly<Record<string, unknown>> = { "of agent-0": 1n, "of agent-1": circle, "of agent-2": undefined };
  const { time, calls, add, told } = fleetOf(4, ({ items }) =>
    Promise.resolve(items.map((item) => (item in odd ? (odd[item] as string) : item))),
  );
  const results = await time.until(settled(add()));
  assert.deepEqual(
    results.map((result) => (result.status === "fulfilled" ? result.value : (result.reason as EntrainError).code)),
    ["invalid-argument", "invalid-argument", null, "of agent-3"],
  );
  assert.equal(calls.length, 1);
  assert.deepEqual(await told(), [["answered", 1, false]]);
});

test("results that are too long fail the batch that they are for, and nobody else's", async () => {
  const { time, calls, add } = fleetOf(2, ({ items }) =>
    Promise.resolve(items.map((item) => (item === "of agent-0" ? "x".repeat(1_100_000) : item))),
  );
  const [long, short] = await time.until(settled(add()));
  assert.equal(long?.status === "rejected" && (long.reason as EntrainError).code, "resource-exhausted");
  assert.deepEqual(short, { status: "fulfilled", value: "of agent-1" });
  assert.equal(calls.length, 1);
});

test("a swarm that is started again and counts from a lower beat has its calls within seconds", async () => {
  const { time, calls, add, countFrom } = fleetOf(3, upper);
  countFrom(12_900);
  await time.until(settled(add()));
  countFrom(12_600);
  assert.ok((await time.until(settled(add()), 6_000)).every(({ status }) => status === "fulfilled"));
  assert.ok(calls.at(-1)!.beat! < 12_900, `beat ${calls.at(-1)?.beat}`);
});

for (const [what, text] of [
  ["is no JSON", '["one'],
  ["holds another number of items than it says", '["one","two"]'],
] as const)
  test(`a batch that ${what} fails alone, and once`, async () => {
    const { time, lab, calls, add } = fleetOf(3, upper);
    const store = lab.storeOf("stranger");
    await time.until(store.contribute("prices", { id: "bad/1", count: 1, text }, "stranger"));
    assert.ok((await time.until(settled(add()))).every(({ status }) => status === "fulfilled"));
    assert.deepEqual([calls.length, calls[0]?.items.length], [1, 3]);
    const state = await time.until(store.look("prices", "bad/1"));
    assert.match(state.kind === "settled" ? state.outcome : "", /invalid-argument/);
  });

test("a store that is away for a moment when the results are there is told them again, not the upstream", async () => {
  const { time, lab, calls, add } = fleetOf(3, (call) => {
    lab.state.cutOff.add(call.by);
    time.timers.after(600, () => lab.state.cutOff.clear());
    return upper(call);
  });
  assert.ok((await time.until(settled(add()))).every(({ status }) => status === "fulfilled"));
  assert.equal(calls.length, 1);
});

test("a request that is wrong is not sent again", async () => {
  const { time, calls, add } = fleetOf(3, () => Promise.reject(EntrainError.invalid("sku", "x", "give another")));
  const results = await time.until(settled(add()));
  const codes = results.map((result) => (result.status === "rejected" ? (result.reason as EntrainError).code : ""));
  assert.deepEqual(codes, ["invalid-argument", "invalid-argument", "invalid-argument"]);
  assert.equal(calls.length, 1);
});

test("an agent that is cut off in mid-call has been told before another makes the call, under the same key", async () => {
  const log: string[] = [];
  const { time, lab, calls, add, told } = fleetOf(4, async (call) => {
    log.push(`begin ${call.attempt}`);
    if (call.attempt > 1) return upper(call);
    return new Promise((_resolve, reject) => {
      call.signal.addEventListener("abort", () => {
        log.push("told");
        reject(new Error("told"));
      });
    });
  });
  const results = settled(add());
  await time.advance(300);
  const first = calls[0]!;
  lab.state.cutOff.add(first.by);
  await time.advance(4_000);
  assert.deepEqual(log, ["begin 1", "told", "begin 2"]);
  assert.deepEqual([calls[1]!.key, calls[1]!.items], [first.key, first.items]);
  assert.ok(calls[1]!.token > first.token && calls[1]!.by !== first.by);
  lab.state.cutOff.clear();
  assert.ok((await time.until(results)).every(({ status }) => status === "fulfilled"));
  assert.deepEqual(await told(), [
    ["lost", 1, false],
    ["answered", 1, true],
  ]);
});

test("results whose hints are lost are looked up, and batches that the store has lost are handed over again", async () => {
  const { time, lab, calls, add } = fleetOf(3, upper);
  lab.state.losesHints = true;
  assert.ok((await time.until(settled(add()))).every(({ status }) => status === "fulfilled"));
  assert.equal(calls.length, 1);
  const results = settled(add());
  const nextBeatMs = periodMs - (time.clock.monoMs() % periodMs);
  await time.advance(nextBeatMs + 15);
  lab.forget();
  assert.ok((await time.until(results)).every(({ status }) => status === "fulfilled"));
  assert.ok(calls.slice(1).flatMap(({ items }) => items).length >= 3);
});
