import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EntrainError } from "@entrain/kernel";
import { createLifeCycle, unlessEnding, type LifeCycleOptions } from "./life-cycle.ts";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A life that writes down what it does; it opens in `steps` turns of the event loop. */
function noted({ steps = 0, failure }: { steps?: number; failure?: Error } = {}) {
  const notes: string[] = [];
  const options: LifeCycleOptions = {
    async open(ending) {
      notes.push("opening");
      for (let step = 0; step < steps; step++) await unlessEnding(ending, turn());
      if (failure !== undefined) throw failure;
      notes.push("open");
    },
    async close(_drainMs, wasRunning) {
      notes.push(wasRunning ? "closing" : "undoing");
      await turn();
      notes.push("closed");
    },
  };
  return { life: createLifeCycle(options), notes };
}

test("it opens once and closes once, however often it is asked", async () => {
  const { life, notes } = noted({ steps: 1 });
  assert.equal(life.phase(), "idle");
  const starts = [life.start(1_000), life.start(1_000)];
  assert.equal(life.phase(), "starting");
  await Promise.all(starts);
  assert.equal(life.phase(), "running");
  await Promise.all([life.end(0), life.end(0)]);
  assert.equal(life.phase(), "ended");
  assert.deepEqual(notes, ["opening", "open", "closing", "closed"]);
});

test("a start that fails is undone before it is refused, and stays refused with the same error", async () => {
  const { life, notes } = noted({ failure: new EntrainError("invalid-config", "no such address") });
  await assert.rejects(life.start(1_000), { code: "invalid-config" });
  assert.deepEqual(notes, ["opening", "undoing", "closed"]);
  await assert.rejects(life.start(1_000), { code: "invalid-config" });
  await life.end(0);
  assert.deepEqual(notes, ["opening", "undoing", "closed"]);
});

test("a start that takes longer than its time is undone", async () => {
  const { life, notes } = noted({ steps: Infinity });
  await assert.rejects(life.start(10), { code: "deadline-exceeded", message: "the start took longer than 10 ms" });
  assert.deepEqual(notes, ["opening", "undoing", "closed"]);
});

test("a start that is given up is refused with the reason", async () => {
  const { life, notes } = noted({ steps: Infinity });
  const starting = life.start(1_000);
  life.abandon(new EntrainError("superseded", "another one is alive"));
  await assert.rejects(starting, { code: "superseded" });
  assert.deepEqual(notes, ["opening", "undoing", "closed"]);
});

test("giving a start up that is not under way changes nothing", async () => {
  const { life } = noted();
  life.abandon(new EntrainError("superseded", "too early"));
  await life.start(1_000);
  life.abandon(new EntrainError("superseded", "too late"));
  assert.equal(life.phase(), "running");
  await life.end(0);
});

test("what has ended does not start, and what never started has nothing to undo but what was made", async () => {
  const { life, notes } = noted();
  await life.end(0);
  await assert.rejects(life.start(1_000), { code: "cancelled" });
  assert.deepEqual(notes, ["undoing", "closed"]);
  const ran = noted();
  await ran.life.start(1_000);
  await ran.life.end(0);
  await assert.rejects(ran.life.start(1_000), { code: "cancelled" });
});

test("whenever the end comes, nothing is open afterwards and closing comes after opening", async () => {
  const plans = fc.record({ steps: fc.nat(6), turnsBeforeEnd: fc.nat(8), fails: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(plans, async ({ steps, turnsBeforeEnd, fails }) => {
      const { life, notes } = noted({ steps, ...(fails ? { failure: new Error("no") } : {}) });
      const starting = life.start(1_000).catch((thrown: unknown) => assert.ok(thrown instanceof EntrainError));
      for (let count = 0; count < turnsBeforeEnd; count++) await turn();
      await life.end(0);
      await starting;
      assert.equal(life.phase(), "ended");
      const opened = notes.filter((note) => note.startsWith("open"));
      const closed = notes.filter((note) => !note.startsWith("open"));
      assert.deepEqual(notes, [...opened, ...closed]);
      assert.ok(closed.length === 2 && closed[1] === "closed");
      if (closed[0] === "closing") assert.ok(opened.includes("open"));
    }),
    { numRuns: 60 },
  );
});

test("durations that are none are refused by their name", async () => {
  for (const ms of [0, -1, Number.NaN, Infinity, 2 ** 31]) {
    const { life } = noted();
    await assert.rejects(life.start(ms), { code: "invalid-argument", field: "timeoutMs" });
    assert.equal(life.phase(), "idle");
  }
  const { life, notes } = noted();
  await assert.rejects(life.end(-1), { code: "invalid-argument", field: "drainMs" });
  assert.deepEqual(notes, []);
});

test("what is done before the end keeps its outcome", async () => {
  const ending = new AbortController();
  assert.equal(await unlessEnding(ending.signal, Promise.resolve(7)), 7);
  await assert.rejects(unlessEnding(ending.signal, Promise.reject(new Error("own"))), { message: "own" });
  ending.abort(new EntrainError("cancelled", "over"));
  await assert.rejects(unlessEnding(ending.signal, Promise.resolve(7)), { code: "cancelled" });
});
