/** What every BarrierStore does. */
import assert from "node:assert/strict";
import type { BarrierStore } from "@entrain/ports";
import { registerCases, type ConformanceCase } from "./conformance-case.ts";
import type { StoreUnderTest } from "./store-under-test.ts";
import { waitFor } from "./wait-for.ts";

function arrive(
  store: BarrierStore,
  ticket: string,
  given: { parties?: number; leaseMs?: number; highestToken?: number } = {},
) {
  return store.arrive({ ticket, parties: 3, highestToken: 0, leaseMs: 2_000, ...given });
}

async function tokenOf(store: BarrierStore, ticket: string, given: Parameters<typeof arrive>[2] = {}): Promise<number> {
  const answer = await arrive(store, ticket, given);
  assert.ok(answer.kind === "opened", `${ticket}: ${JSON.stringify(answer)}`);
  return answer.token;
}

/** The cases; each gets a swarm of its own. */
export const barrierCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: "it opens for all when as many wait as it takes, and not before, with one token",
    async run(swarm) {
      const [one, other] = [(await swarm.client()).barrier("b"), (await swarm.client()).barrier("b")];
      assert.deepEqual(await arrive(one, "1"), { kind: "waiting", waiting: 1 });
      assert.deepEqual(await arrive(other, "2"), { kind: "waiting", waiting: 2 });
      assert.deepEqual(await arrive(one, "1"), { kind: "waiting", waiting: 2 }, "said again, it counts once");
      const token = await tokenOf(other, "3");
      for (const ticket of ["1", "2", "3"]) assert.equal(await tokenOf(one, ticket), token);
    },
  },
  {
    name: "of ninety arrivals at once thirty rounds open, each for exactly three, and tokens only grow",
    async run(swarm) {
      const clients = await Promise.all(Array.from({ length: 3 }, () => swarm.client()));
      const stores = clients.map((client) => client.barrier("b"));
      const tickets = Array.from({ length: 90 }, (_, index) => `t${index}`);
      await Promise.all(tickets.map((ticket, index) => arrive(stores[index % 3]!, ticket)));
      const tokens = await Promise.all(tickets.map((ticket) => tokenOf(stores[0]!, ticket)));
      const counts = new Map<number, number>();
      for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
      assert.deepEqual([...counts.values()], Array(30).fill(3));
      const highestToken = Math.max(...tokens) + 1_000_000_000;
      for (const ticket of ["x", "y"]) await arrive(stores[0]!, ticket);
      assert.equal(await tokenOf(stores[1]!, "z", { highestToken }), highestToken + 1);
    },
  },
  {
    name: "a party that says nothing for its lease does not count, and whoever departs does not either",
    async run(swarm) {
      const store = (await swarm.client()).barrier("b");
      await arrive(store, "crashed", { leaseMs: 60 });
      await arrive(store, "gone");
      assert.equal(await store.depart("gone"), undefined);
      assert.equal(await store.depart("gone"), undefined);
      await waitFor("the lease to end", async () => {
        const answer = await arrive(store, "1");
        return answer.kind === "waiting" && answer.waiting === 1;
      });
      await arrive(store, "2");
      const token = await tokenOf(store, "3");
      assert.equal(await store.depart("1"), token, "it had opened before it was given up");
    },
  },
  {
    name: "another number of parties is refused while somebody waits, and taken once nobody does",
    async run(swarm) {
      const store = (await swarm.client()).barrier("b");
      await arrive(store, "1");
      await assert.rejects(arrive(store, "2", { parties: 2 }), { code: "conflict", field: "parties", value: 3 });
      await store.depart("1");
      await arrive(store, "2", { parties: 2 });
      await tokenOf(store, "3", { parties: 2 });
    },
  },
  {
    name: "a watcher is told when it opens",
    async run(swarm) {
      const [one, other] = [(await swarm.client()).barrier("b"), (await swarm.client()).barrier("b")];
      const told: number[] = [];
      const unwatch = other.watch((token) => told.push(token));
      let round = 0;
      let token = 0;
      await waitFor("a hint", async () => {
        token = await tokenOf(one, `t${round++}`, { parties: 1 });
        return told.length > 0;
      });
      await waitFor("the last hint", () => told.at(-1) === token);
      unwatch();
    },
  },
];

/** Registers the suite. */
export function testBarrierStore(open: () => Promise<StoreUnderTest>): void {
  registerCases("BarrierStore", barrierCases, open);
}
