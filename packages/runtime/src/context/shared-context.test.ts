/** The watches of a process, told of once a second. */
import assert from "node:assert/strict";
import { test } from "node:test";
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
    changesSince: () => Promise.resolve({ present: 1, oldest: 1, entries: [] }),
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
    timers: time.timers,
    events: (event) => events.push(event),
    seed: "shared",
  });
  const change = (version: number): void => {
    const changes = [{ kind: "added", pointer: `/n${version}`, after: version }] as const;
    const patch = { kind: "merge", patch: { [`n${version}`]: version } } as const;
    const entry = { version, baseVersion: version - 1, author: "ops", reason: "", atMs: 0, patch, changes };
    for (const hint of hints) hint({ version, entries: [entry] });
  };
  const samples = () =>
    events.flatMap((event) =>
      event.kind === "watches.sampled" ? [[event.open, event.waiting, event.behindMax, event.told]] : [],
    );
  return { time, context, change, samples };
}

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
