/** The watches of a process, told of once a second. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "@entrain/kernel";
import { emptyDocument } from "@entrain/core/context";
import type { ContextStore, RuntimeEvent } from "@entrain/ports";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { createSharedContext } from "./shared-context.ts";

const never = () => () => undefined;

function held() {
  const time = createVirtualTime();
  const events: RuntimeEvent[] = [];
  const notCalled = (): never => assert.fail("not called");
  const store: ContextStore = {
    read: () => Promise.resolve(emptyDocument),
    readOrCreate: (document) => Promise.resolve({ version: 1, document }),
    changesSince: () => Promise.resolve({ nowMs: 0, present: 1, oldest: 1, entries: [] }),
    watch: (hint) => {
      hints.push(hint);
      return () => undefined;
    },
    history: notCalled,
    commit: notCalled,
    findRequest: notCalled,
  };
  const hints: Parameters<ContextStore["watch"]>[0][] = [];
  const context = createSharedContext({
    store,
    health: { status: () => ({ up: true, generation: 1 }), watch: never },
    rules: { apply: notCalled, check: notCalled },
    clock: time.clock,
    timers: time.timers,
    events: (event) => events.push(event),
    seed: "shared",
  });
  const add = (version: number, pointer: string, after: Json): void => {
    const changes = [{ kind: "added", pointer, after }] as const;
    const patch = { kind: "merge", patch: {} } as const;
    const entry = { version, baseVersion: version - 1, author: "ops", reason: "", atMs: 0, patch, changes };
    for (const hint of hints) hint({ version, entries: [entry] });
  };
  const change = (version: number): void => add(version, `/n${version}`, version);
  const put = (version: number, name: string, item: Json): void => add(version, `/blackboard/items/${name}`, item);
  const samples = () =>
    events.flatMap((event) =>
      event.kind === "watches.sampled" ? [[event.open, event.waiting, event.behindMax, event.told]] : [],
    );
  const named = () =>
    events.flatMap((event) =>
      event.kind === "watches.sampled" ? [event.byName.map(({ name, open }) => [name, open])] : [],
    );
  return { time, context, change, put, samples, named };
}

test("a reader's watch tells what it may see, has its resyncs so, and passes over the rest", async () => {
  const { time, context, put } = held();
  context.follower.start();
  await time.advance(10);
  const seen = context.context.seenBy({ speaksFor: (agentId) => agentId === "a" });
  const watch = seen.watch({ queueMax: 1 });
  const item = (value: number, more = {}) => ({ kind: "data", value, access: "private", owner: "a", ...more });
  put(2, "mine", item(1));
  put(3, "theirs", item(2, { owner: "b" }));
  put(4, "old", item(3, { expiresAt: time.clock.unixMs() }));
  const first = (await time.until(watch.next())).value as { version: number; changes: { pointer: string }[] };
  assert.deepEqual([first.version, first.changes.map(({ pointer }) => pointer)], [2, ["/blackboard/items/mine"]]);
  assert.deepEqual(seen.current()?.document["blackboard"], { items: { mine: item(1) } });
  assert.equal(watch.stats().waiting, 0);
  for (const version of [5, 6]) put(version, `mine${version}`, item(version));
  const rest = [await time.until(watch.next()), await time.until(watch.next())].map(({ value }) => value as object);
  assert.deepEqual(rest.at(-1), {
    kind: "resync",
    cause: "slow",
    fromVersion: 5,
    version: 6,
    document: { ...seen.current()?.document },
  });
  assert.ok(!JSON.stringify(rest).includes('"owner":"b"'));
  watch.close();
  context.stop();
});

test("the watches of a process are told of once a second: how many, what waits, how far behind, what was told", async () => {
  const { time, context, change, samples } = held();
  context.follower.start();
  await time.advance(10);
  const idle = context.context.watch();
  const busy = context.context.watch();
  const first = busy.next();
  for (const version of [2, 3, 4]) change(version);
  assert.equal((await time.until(first)).done, false);
  await time.advance(1_000);
  // The one has 3 waiting, the other was told 1 of 3.
  assert.deepEqual(samples(), [[2, 5, 3, 1]]);
  for (let n = 0; n < 3; n++) await idle.next();
  idle.close();
  busy.close();
  await time.advance(5_000);
  assert.deepEqual(samples().slice(1), [[0, 0, 0, 3]]);
  context.stop();
});

test("the watches of a process are listed, and counted by the names that fit", async () => {
  const { time, context, change, named } = held();
  context.follower.start();
  await time.advance(10);
  const watches = Array.from({ length: 25 }, (_, n) => context.context.watch({ name: `w${n}`, pointers: ["/n2"] }));
  context.context.watch();
  change(2);
  await time.advance(5);
  const [first] = context.watches();
  assert.deepEqual(
    [first?.watchId, first?.name, first?.pointers, first?.health, first?.waiting, first?.behindMs],
    [1, "w0", ["/n2"], "behind", 1, 5],
  );
  for (const watch of watches.slice(1)) watch.close();
  assert.deepEqual(
    context.watches().map(({ watchId, name }) => [watchId, name]),
    [
      [1, "w0"],
      [26, "unnamed"],
    ],
  );
  await time.advance(1_000);
  assert.equal(named()[0]?.length, 21, "twenty names, and the others together");
  assert.deepEqual(named()[0]?.at(-1), ["other", 1]);
  context.stop();
});
