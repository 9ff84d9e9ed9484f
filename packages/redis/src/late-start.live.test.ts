/** A store that is away when the process starts: everything begins to work once it appears, hints included. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { offerOf, waitFor } from "@entrain/testkit/conformance";
import { openStoreLab } from "@entrain/testkit/store-lab";
import { createRedisStore } from "./index.ts";

test("after a first connecting that failed, hints arrive as soon as the store is there", async () => {
  await using lab = await openStoreLab(createRedisStore);
  await lab.redis.kill();
  const store = lab.swarm().idleClient();
  const hints: number[] = [];
  store.registry.watch((version) => hints.push(version));
  await assert.rejects(store.connect(), { code: "store-unavailable" });
  await lab.redis.restart();
  await waitFor("the store to be up", () => store.health.status().up);
  let incarnation = 0;
  await waitFor("a hint", async () => {
    incarnation += 1;
    await store.registry.register([offerOf("a", incarnation)]);
    return hints.length > 0;
  });
});
