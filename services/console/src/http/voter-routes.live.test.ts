/** The voters' record through the API, over a real store. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createRedisStore, type RedisStore } from "@entrain/redis";
import { offerOf, waitFor } from "@entrain/testkit/conformance";
import { openStoreLab, type StoreLab } from "@entrain/testkit/store-lab";
import { createApi } from "../testing/api-under-test.ts";

let lab: StoreLab<RedisStore>;
before(async () => {
  lab = await openStoreLab(createRedisStore);
});
after(() => lab[Symbol.asyncDispose]());

const timings = { aliveForMs: 0, evictAfterMs: 60_000, votersMin: 2 };

test("an operator sees whose votes count, and takes a dead one's away", async (t) => {
  const store = await lab.swarm().client();
  const { app, feed } = await createApi([], undefined, undefined, undefined, undefined, store.votes);
  t.after(() => app.close());
  await store.registry.register([offerOf("a"), offerOf("b")]);
  for (const agentId of ["a", "b"]) await store.votes.enroll({ agentId, incarnation: 1 }, timings);
  const read = async () =>
    (await app.inject("/api/v1/voters")).json<{ version: number; voters: { dead: boolean }[] }>();
  const remove = async (agentId: string) => {
    const { statusCode } = await app.inject({ method: "DELETE", url: `/api/v1/voters/${agentId}` });
    return statusCode;
  };
  const { voters, ...rest } = await read();
  assert.deepEqual(rest, { version: 2, quorum: 2 });
  assert.equal(voters.length, 2);
  assert.equal(await remove("b"), 409, "it is alive");
  assert.equal(await remove("stranger"), 404);
  await waitFor("b to be dead", async () => {
    await store.registry.heartbeat([{ agentId: "a", incarnation: 1, health: 1, risk: 0 }]);
    return (await read()).voters[1]?.dead === true;
  });
  assert.equal(await remove("b"), 204);
  assert.equal(await remove("b"), 404);
  assert.equal((await read()).voters.length, 1);
  feed({ kind: "store", status: { up: false, generation: 1 } });
  assert.deepEqual({ ...(await read()), voters: 1 }, { version: 3, quorum: 2, voters: 1, stale: true });
  assert.equal(await remove("b"), 503);
});
