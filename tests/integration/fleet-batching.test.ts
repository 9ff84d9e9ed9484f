/** Batches of a whole fleet through the library, over a real Redis; one agent dies in the middle of the call. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { createAgent, type Agent, type FleetBatchInfo } from "entrain";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import type { FleetTask } from "./fleet-party.ts";

const periodMs = 200;

let redis: TestRedis;
before(async () => {
  redis = await acquireTestRedis();
});
after(() => redis.stop());

function open(swarm: string, agentId: string): Agent {
  return createAgent({ swarm, agentId, redis: redis.url, rhythm: { periodMs } });
}

test("what five agents add within a beat goes upstream in one call, and each gets its own results and errors", async () => {
  const swarm = `f-${randomUUID()}`;
  const calls: (FleetBatchInfo & { readonly items: readonly string[] })[] = [];
  await using stack = new AsyncDisposableStack();
  const agents = ["a", "b", "c", "d", "e"].map((agentId) => stack.use(open(swarm, agentId)));
  const batchers = agents.map((agent) =>
    agent.fleetBatcher<string, string>({
      name: "prices",
      collectMs: 60,
      flush(items, batch) {
        calls.push({ ...batch, items });
        return Promise.resolve(
          items.map((item) => (item.endsWith("3") ? new Error(`no ${item}`) : `price of ${item}`)),
        );
      },
    }),
  );
  await Promise.all(agents.map((agent) => agent.start()));
  const beats = new Map<string, number>();
  for (const agent of agents) agent.on("beat", ({ beat }) => beats.set(agent.agentId, beat));
  await waitFor("all beat together", () => beats.size === 5 && new Set(beats.values()).size === 1, 20_000);
  const rounds = 5;
  let inOneCall = 0;
  for (let round = 0; round < rounds; round++) {
    const before = calls.length;
    const results = await Promise.allSettled(
      batchers.flatMap((batcher, agent) => [1, 2, 3].map((n) => batcher.add(`${round}/${agent}/${n}`))),
    );
    for (const [index, result] of results.entries()) {
      const item = `${round}/${Math.floor(index / 3)}/${(index % 3) + 1}`;
      if (item.endsWith("3")) {
        assert.ok(result.status === "rejected" && (result.reason as Error).message === `no ${item}`);
      } else assert.deepEqual(result, { status: "fulfilled", value: `price of ${item}` });
    }
    if (calls.length === before + 1) inOneCall += 1;
  }
  assert.ok(inOneCall >= rounds - 2, `${inOneCall} of ${rounds} rounds were one call`);
  const items = calls.flatMap((call) => call.items);
  assert.equal(new Set(items).size, items.length, "no item was sent twice");
  assert.equal(items.length, rounds * 15);
  const tokens = calls.map(({ token }) => token);
  assert.deepEqual(
    tokens,
    [...new Set(tokens)].sort((one, other) => one - other),
  );
  const named = calls.flatMap(({ beat }) => (beat === undefined ? [] : [beat]));
  assert.equal(new Set(named).size, named.length, "a beat has one call");
});

test("what waits when an agent stops is flushed then", async () => {
  const swarm = `f-${randomUUID()}`;
  const agent = createAgent({ swarm, redis: redis.url, rhythm: { periodMs: 60_000 } });
  const batcher = agent.fleetBatcher<number, number>({
    name: "sums",
    flush: (items) => Promise.resolve(items.map((item) => item + 1)),
  });
  await agent.start();
  const result = batcher.add(41);
  await agent.stop();
  assert.equal(await result, 42);
});

test("an agent that is killed in mid-call is succeeded by another with the same items and key under a higher token", async () => {
  const swarm = `f-${randomUUID()}`;
  const task: FleetTask = { redis: redis.url, swarm, agentId: "victim", periodMs };
  const main = path.join(import.meta.dirname, "fleet-party.ts");
  const child = spawn(process.execPath, [main, JSON.stringify(task)], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  // It is alone, so the call is its own; it never answers.
  const [line] = (await once(lines, "line")) as [string];
  const killed = JSON.parse(line) as FleetBatchInfo & { readonly items: readonly string[] };
  await using agent = open(swarm, "heir");
  const calls: (FleetBatchInfo & { readonly items: readonly string[] })[] = [];
  const batcher = agent.fleetBatcher<string, string>({
    name: "orders",
    flush(items, batch) {
      calls.push({ ...batch, items });
      return Promise.resolve(items.map((item) => item.toUpperCase()));
    },
  });
  await agent.start();
  child.kill("SIGKILL");
  await exited;
  assert.equal(await batcher.add("own"), "OWN");
  const [first, second] = calls;
  assert.deepEqual([first?.items, first?.key, first?.attempt], [killed.items, killed.key, 2]);
  assert.ok(first!.token > killed.token);
  assert.deepEqual(second?.items, ["own"]);
});
