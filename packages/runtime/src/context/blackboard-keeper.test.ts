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
  const state = { nowMs: 0, asked: 0, refusal: undefined as EntrainError | undefined, needed: "none", told: 0 };
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
        const text = JSON.stringify(patch);
        if (text.includes(`/${state.needed}/expiresAt`) || text.includes(`"${state.needed}":null`))
          return Promise.reject(EntrainError.invalid("/blackboard/items", "an object", `keep ${state.needed}`));
        patches.push([author, reason, ...[patch].flat()]);
        return Promise.resolve({ version: 8 });
      },
    },
    source: { current: (): ContextDocument => ({ version: 7, document }) },
    timers: time.timers,
    random: createRandom(1),
    events: () => (state.told += 1),
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

test("an item that the swarm's own schema wants keeps none of the others, and is said once", async () => {
  const names = Array.from({ length: 9 }, (_, n) => `i${n}`);
  const { options, patches, state, time } = board(
    Object.fromEntries(names.map((name) => [name, { ...item, expiresAt: 10 }])),
  );
  state.nowMs = 10;
  state.needed = "i4";
  const stop = keepBlackboard(options);
  await time.advance(1_200);
  await stop();
  const removed = names.filter((name) => JSON.stringify(patches).includes(`/${name}/expiresAt`));
  assert.deepEqual(
    removed,
    names.filter((name) => name !== "i4"),
  );
  assert.equal(state.told, 1);
  const refused = new Map([["i4", 10]]);
  const asked = patches.length;
  await removeExpired(options, refused);
  assert.ok(!JSON.stringify(patches.slice(asked)).includes("/i4/"), "it is left for a while");
});

test("an item with a name that no JSON Patch can reach is removed from the version in which it is known", async () => {
  const { options, patches, state } = board({ prototype: { ...item, expiresAt: 10 }, a: { ...item, expiresAt: 10 } });
  state.nowMs = 10;
  state.needed = "prototype";
  const bases: unknown[] = [];
  const { patch } = options.desk;
  const desk: BlackboardKeeperOptions["desk"] = {
    patch(wanted, request) {
      if (wanted.kind === "json") return patch(wanted, request);
      bases.push([request.baseVersion, wanted.patch]);
      return Promise.resolve({ version: 9 });
    },
  };
  assert.equal(await removeExpired({ ...options, desk }), 2);
  assert.equal(patches.length, 1);
  assert.deepEqual(bases, [[7, { blackboard: { items: { prototype: null } } }]]);
});
