/** What every LockStore does beside being an election (L1, L3). */
import assert from "node:assert/strict";
import type { Leadership } from "@entrain/core/election";
import type { LockStore } from "@entrain/ports";
import { registerCases, type ConformanceCase } from "./conformance-case.ts";
import type { StoreUnderTest } from "./store-under-test.ts";
import { waitFor } from "./wait-for.ts";

async function hold(store: LockStore, agentId: string, leaseMs = 1_000): Promise<Leadership> {
  const answer = await store.campaign({ agentId, incarnation: 1, highestTerm: 0, leaseMs });
  assert.ok(answer.kind === "granted", JSON.stringify(answer));
  return answer.held;
}

/** The name of the case that a lock without its fence fails. */
export const unheldLockSavesNothing = "whoever does not hold the lock now replaces nothing (L3)";

/** The cases; each gets a swarm of its own. */
export const lockCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: "the holder replaces the text, and everybody reads it with its token",
    async run(swarm) {
      const [one, other] = [(await swarm.client()).lock("l"), (await swarm.client()).lock("l")];
      assert.equal(await other.saved(), undefined);
      const held = await hold(one, "a");
      await one.save(held, "1");
      await one.save(held, "zwei: ü, 二 and \u0000");
      assert.deepEqual(await other.saved(), { text: "zwei: ü, 二 and \u0000", term: held.term });
    },
  },
  {
    name: unheldLockSavesNothing,
    async run(swarm) {
      const store = (await swarm.client()).lock("l");
      const first = await hold(store, "a", 60);
      await store.save(first, "first");
      const stale = { code: "stale-term" };
      await waitFor("the lease to end", async () => (await store.read()) === undefined);
      await assert.rejects(store.save(first, "ended"), stale);
      const second = await hold(store, "b");
      for (const other of [
        first,
        { ...second, agentId: "a" },
        { ...second, incarnation: 2 },
        { ...second, term: second.term + 1 },
        { ...second, generation: second.generation + 1 },
      ])
        await assert.rejects(store.save(other, "not mine"), stale, JSON.stringify(other));
      await store.save(second, "second");
      await store.release(second);
      await assert.rejects(store.save(second, "released"), stale);
      assert.deepEqual(await store.saved(), { text: "second", term: second.term });
    },
  },
  {
    name: "locks and elections of one name do not touch each other",
    async run(swarm) {
      const client = await swarm.client();
      const held = await hold(client.lock("x"), "a");
      await hold(client.lock("y"), "b");
      const answer = await client
        .election("x")
        .campaign({ agentId: "c", incarnation: 1, highestTerm: 0, leaseMs: 1_000 });
      assert.equal(answer.kind, "granted");
      assert.equal((await client.lock("x").read())?.term, held.term);
    },
  },
  {
    name: "a text over 64 KiB is refused by its name",
    async run(swarm) {
      const store = (await swarm.client()).lock("l");
      const held = await hold(store, "a");
      await store.save(held, "x".repeat(65_536));
      await assert.rejects(store.save(held, "ü".repeat(32_769)), { code: "invalid-argument", field: "text" });
    },
  },
];

/** Registers the suite. */
export function testLockStore(open: () => Promise<StoreUnderTest>): void {
  registerCases("LockStore", lockCases, open);
}
