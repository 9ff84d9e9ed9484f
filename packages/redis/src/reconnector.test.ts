import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, EntrainError } from "@entrain/kernel";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { createReconnector, type Session } from "./reconnector.ts";

interface FakeSession extends Session {
  readonly number: number;
}

/** A reconnector in virtual time whose attempts do what the test says. */
function setUp() {
  const time = createVirtualTime();
  const attemptsMs: number[] = [];
  const downs: string[] = [];
  let succeed = true;
  const reconnector = createReconnector<FakeSession>({
    clock: time.clock,
    timers: time.timers,
    random: createRandom("reconnector"),
    open: async () => {
      attemptsMs.push(time.clock.monoMs());
      await Promise.resolve();
      if (!succeed) throw new EntrainError("store-unavailable", "away");
      const { promise: ended, resolve: end } = Promise.withResolvers<EntrainError>();
      return { number: attemptsMs.length, ended, end };
    },
    onUp: () => undefined,
    onDown: (cause) => downs.push(cause.message),
  });
  return { time, attemptsMs, downs, reconnector, setSucceed: (next: boolean) => (succeed = next) };
}

test("pauses grow to a second with jitter, forever, and the first failure is told", async () => {
  const { time, attemptsMs, reconnector, setSucceed } = setUp();
  setSucceed(false);
  await assert.rejects(reconnector.connect(), { code: "store-unavailable" });
  await time.advance(60_000);
  const pauses = attemptsMs.slice(1).map((atMs, index) => atMs - (attemptsMs[index] ?? 0));
  pauses.forEach((pauseMs, index) => {
    const fullMs = Math.min(1_000, 50 * 2 ** index);
    assert.ok(pauseMs >= fullMs / 2 && pauseMs <= fullMs, `pause ${index}: ${pauseMs} ms`);
  });
  assert.ok(pauses.length >= 60 && new Set(pauses).size > 10);
  setSucceed(true);
  await reconnector.connect();
  assert.ok(reconnector.session());
  await reconnector.close();
});

test("after a long sound life the next attempt comes soon, after short ones later and later", async () => {
  const { time, attemptsMs, downs, reconnector } = setUp();
  await reconnector.connect();
  for (let life = 0; life < 12; life++) {
    reconnector.session()?.end(new EntrainError("store-unavailable", `life ${life}`));
    await time.advance(1_001);
  }
  const last = attemptsMs.at(-1)! - attemptsMs.at(-2)!;
  assert.ok(last > 500, `sessions that end at once are not opened in a hot loop: ${last} ms`);
  await time.advance(6_000);
  const endedMs = time.clock.monoMs();
  reconnector.session()?.end(new EntrainError("store-unavailable", "the last"));
  await time.advance(60);
  assert.ok(attemptsMs.at(-1)! - endedMs <= 50);
  assert.equal(downs.length, 13);
  await reconnector.close();
});

test("a closed one opens nothing any more and ends what it had", async () => {
  const { time, attemptsMs, downs, reconnector } = setUp();
  await reconnector.connect();
  const session = reconnector.session();
  await reconnector.close();
  assert.equal((await session?.ended)?.message, "the store was closed");
  await time.advance(60_000);
  assert.equal(attemptsMs.length, 1);
  assert.deepEqual(downs, ["the store was closed"]);
  assert.equal(time.pendingTimers(), 0);
  await assert.rejects(reconnector.connect(), { code: "store-unavailable" });
  await reconnector.close();
});

test("calls to connect at the same time share one attempt", async () => {
  const { attemptsMs, reconnector } = setUp();
  await Promise.all([reconnector.connect(), reconnector.connect(), reconnector.connect()]);
  assert.equal(attemptsMs.length, 1);
  await reconnector.close();
});
