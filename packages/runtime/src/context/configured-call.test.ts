/** Calls under limits of the shared document, in virtual time. */
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { createRandom, EntrainError } from "@entrain/kernel";
import type { SharedDocument } from "@entrain/core/context";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { configuredCall, type ConfiguredCallOptions } from "./configured-call.ts";

function setUp(configuration: SharedDocument = {}) {
  const time = createVirtualTime();
  const world = { document: { configuration } as SharedDocument };
  const around = { document: () => world.document, timers: time.timers, random: createRandom(1) };
  const tries: number[] = [];
  const failing = (_signal: AbortSignal, attempt: number): Promise<never> => {
    tries.push(attempt);
    return Promise.reject(new Error(`try ${attempt}`));
  };
  const call = <T>(work: (signal: AbortSignal, attempt: number) => Promise<T>, options?: ConfiguredCallOptions) =>
    configuredCall(around, "upstream", work, options);
  return { time, world, tries, failing, call };
}

test("a call is tried as often as the document says, and its last error is the caller's", async () => {
  const { time, call, tries, failing } = setUp({ retries: { upstream: { attemptsMax: 3, pauseMs: 10 } } });
  await assert.rejects(time.until(call(failing)), /try 3/);
  assert.deepEqual(tries, [1, 2, 3]);
});

test("a change of the document counts for a call that is under way", async () => {
  const { time, world, call, tries, failing } = setUp({ retries: { upstream: { attemptsMax: 50, pauseMs: 1_000 } } });
  const calling = call(failing);
  void calling.catch(() => undefined);
  await time.advance(1_500);
  const before = tries.length;
  world.document = { configuration: { retries: { upstream: { attemptsMax: 1 } } } };
  await assert.rejects(time.until(calling));
  assert.equal(tries.length, before + 1, "the try after the change was the last one");
});

test("a try that takes longer than the document allows is ended, whether or not the work heeds its signal", async () => {
  const { time, call } = setUp({ timeouts: { upstream: 40 } });
  let ended: unknown;
  const deaf = (signal: AbortSignal): Promise<never> => {
    signal.addEventListener("abort", () => {
      ended = signal.reason;
    });
    return new Promise(() => undefined);
  };
  await assert.rejects(time.until(call(deaf)), { code: "deadline-exceeded", message: /upstream .* 40 ms/ });
  assert.ok(ended instanceof EntrainError);
});

test("a try that is over leaves neither timer nor listener behind, also where its work never ends", async () => {
  const { time, call } = setUp({ retries: { upstream: { attemptsMax: 3, pauseMs: 10 } }, timeouts: { upstream: 40 } });
  const { signal } = new AbortController();
  const deaf = (): Promise<never> => new Promise(() => undefined);
  await assert.rejects(time.until(call(deaf, { signal })), { code: "deadline-exceeded" });
  assert.equal(getEventListeners(signal, "abort").length, 0);
});

test("what cannot succeed unchanged is not tried again", async () => {
  const { time, call } = setUp({ retries: { upstream: { attemptsMax: 9 } } });
  let tries = 0;
  const wrong = (): Promise<never> => {
    tries += 1;
    throw EntrainError.invalid("x", 1, "give 2");
  };
  await assert.rejects(time.until(call(wrong)), { code: "invalid-argument" });
  assert.equal(tries, 1);
});

test("the caller's signal ends a try and a pause", async () => {
  const { time, call, tries, failing } = setUp({ retries: { upstream: { attemptsMax: 9, pauseMs: 60_000 } } });
  const stop = new AbortController();
  const calling = call(failing, { signal: stop.signal });
  void calling.catch(() => undefined);
  await time.advance(1);
  stop.abort();
  await assert.rejects(time.until(calling), { code: "cancelled" });
  assert.deepEqual(tries, [1]);
  await assert.rejects(time.until(call(failing, { signal: stop.signal })), { code: "cancelled" });
  assert.deepEqual(tries, [1], "nothing is begun for a caller who has gone");
});
