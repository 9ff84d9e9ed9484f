/** What has expired goes by the store's clock, and nothing that was renewed goes with it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { EntrainError, createRandom, type Json } from "@entrain/kernel";
import type { ContextDocument } from "@entrain/core/context";
import type { BlackboardKeeperOptions } from "./blackboard-keeper.ts";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { keepBlackboard, removeExpired } from "./blackboard-keeper.ts";

const item = { kind: "data", value: 1 };

function board(items: Readonly<Record<string, Json>>) {
  const time = createVirtualTime();
  const document = { blackboard: { items } };
  const patches: unknown[] = [];
  const state = { nowMs: 0, asked: 0, refusal: undefined as EntrainError | undefined };
  const options: BlackboardKeeperOptions = {
    store: {
      changesSince(version) {
        state.asked += 1;
        return Promise.resolve({ nowMs: state.nowMs, present: version, oldest: 1, entries: [] });
      },
    },
    desk: {
      patch({ patch }, { author, reason }) {
        if (state.refusal !== undefined) return Promise.reject(state.refusal);
        patches.push([author, reason, ...(patch as Json[])]);
        return Promise.resolve({ version: 8 });
      },
    },
    source: { current: (): ContextDocument => ({ version: 7, document }) },
    timers: time.timers,
    random: createRandom(1),
  };
  return { options, patches, state, time };
}

test("what the store's clock says has expired is removed in one change, on condition that it is what it was", async () => {
  const { options, patches, state } = board({
    a: { ...item, expiresAt: 10 },
    "b/c": { ...item, expiresAt: 20 },
    d: item,
  });
  state.nowMs = 9;
  assert.equal(await removeExpired(options), 0);
  assert.deepEqual(patches, []);
  state.nowMs = 20;
  assert.equal(await removeExpired(options), 2);
  const removal = (name: string, value: number) => [
    { op: "test", path: `/blackboard/items/${name}/expiresAt`, value },
    { op: "remove", path: `/blackboard/items/${name}` },
  ];
  assert.deepEqual(patches, [["entrain", "expired", ...removal("a", 10), ...removal("b~1c", 20)]]);
});

test("who finds an item renewed or gone changes nothing, and other failures are told", async () => {
  const { options, state } = board({ a: { ...item, expiresAt: 10 } });
  state.nowMs = 10;
  state.refusal = EntrainError.invalid("/blackboard/items/a/expiresAt", 0, "the value there is another one");
  assert.equal(await removeExpired(options), 0);
  state.refusal = new EntrainError("store-unavailable", "away");
  await assert.rejects(removeExpired(options), { code: "store-unavailable" });
});

test("a board on which nothing expires costs the store nothing", async () => {
  const { options, state } = board({ a: item });
  assert.equal(await removeExpired(options), 0);
  assert.equal(state.asked, 0);
});

test("a keeper looks about once a second, also after a failure, until it is stopped", async () => {
  const { options, patches, state, time } = board({ a: { ...item, expiresAt: 10 } });
  const stop = keepBlackboard(options);
  state.nowMs = 10;
  state.refusal = new EntrainError("store-unavailable", "away");
  await time.advance(1_200);
  state.refusal = undefined;
  await time.advance(1_200);
  assert.ok(patches.length >= 1);
  await stop();
  const told = patches.length;
  await time.advance(5_000);
  assert.equal(patches.length, told);
});
