/** What every PoolStore does. */
import assert from "node:assert/strict";
import type { PoolRound, PoolStore, RoundAnswer } from "@entrain/ports";
import { registerCases, type ConformanceCase } from "./conformance-case.ts";
import type { StoreUnderTest } from "./store-under-test.ts";
import { waitFor } from "./wait-for.ts";

const pool = "prices";
const claimOf = (agentId: string, beat: number | undefined, more: { leaseMs?: number; itemsMax?: number } = {}) => ({
  ...{ agentId, incarnation: 1, beat, highestToken: 0, leaseMs: 1_000, itemsMax: 100 },
  ...more,
});
const give = (store: PoolStore, id: string, count = 2) =>
  store.contribute(pool, { id, count, text: JSON.stringify(Array.from({ length: count }, () => id)) }, "replies");

function granted(answer: RoundAnswer): PoolRound {
  assert.ok(answer.kind === "granted", JSON.stringify(answer));
  return answer.round;
}

const idsOf = ({ contributions }: PoolRound): string[] => contributions.map(({ id }) => id).sort();

/** The name of the case that a store without its lease check fails. */
export const poolRoundIsNotGivenAway = "of twenty claimants one gets the round of a beat, and a beat has one round";

/** The cases; each gets a swarm of its own. */
export const poolCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: "what agents contribute is taken by one round, settled by its holder, and told to each of them",
    async run(swarm) {
      const [one, two] = [(await swarm.client()).pools, (await swarm.client()).pools];
      const told = new Map<string, string>();
      two.watch("replies", (id, outcome) => told.set(id, outcome));
      assert.deepEqual(await give(one, "a/1", 1), { kind: "waiting" });
      assert.deepEqual(await give(two, "b/1", 3), { kind: "waiting" });
      assert.deepEqual(await give(two, "b/1", 3), { kind: "waiting" }, "again, it is not there twice");
      const round = granted(await one.claim(pool, claimOf("a", 7)));
      assert.deepEqual([idsOf(round), round.attempt], [["a/1", "b/1"], 1]);
      const [first] = round.contributions.filter(({ id }) => id === "b/1");
      assert.deepEqual(first, { id: "b/1", count: 3, text: '["b/1","b/1","b/1"]' });
      assert.deepEqual(await two.look(pool, "a/1"), { kind: "waiting" });
      const outcomes = round.contributions.map(({ id }) => `outcome of ${id} with spaces`);
      await waitFor("the outcomes are told", async () => {
        // A subscription that is not there yet misses the hint, not the outcome.
        if (await one.settle(pool, round, outcomes)) return false;
        return (await two.look(pool, "b/1")).kind === "settled";
      });
      const settled = { kind: "settled", outcome: "outcome of a/1 with spaces" };
      assert.deepEqual([await one.look(pool, "a/1"), await give(one, "a/1")], [settled, settled]);
      for (const [id, outcome] of told) assert.equal(outcome, `outcome of ${id} with spaces`);
      assert.deepEqual(await two.claim(pool, claimOf("b", 8)), { kind: "empty" });
      assert.deepEqual(await one.look(pool, "c/1"), { kind: "unknown" });
    },
  },
  {
    name: poolRoundIsNotGivenAway,
    async run(swarm) {
      const stores = [(await swarm.client()).pools, (await swarm.client()).pools] as const;
      await give(stores[0], "a/1");
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          stores[index % 2 === 0 ? 0 : 1].claim(pool, claimOf(`agent-${index}`, 3)),
        ),
      );
      const rounds = answers.filter(({ kind }) => kind === "granted");
      assert.deepEqual([rounds.length, answers.filter(({ kind }) => kind === "held").length], [1, 19]);
      const round = granted(rounds[0]!);
      await give(stores[0], "a/2");
      assert.equal(await stores[0].settle(pool, round, ["done"]), true);
      assert.deepEqual(await stores[1].claim(pool, claimOf("late", 3)), { kind: "done" });
      assert.deepEqual(idsOf(granted(await stores[1].claim(pool, claimOf("late", 4)))), ["a/2"]);
    },
  },
  {
    name: "a holder whose lease is over is succeeded with the same items and key under a higher token, and settles nothing",
    async run(swarm) {
      const store = (await swarm.client()).pools;
      await give(store, "a/1");
      const first = granted(await store.claim(pool, claimOf("a", 1, { leaseMs: 50 })));
      await give(store, "b/1");
      let answer: RoundAnswer = { kind: "empty" };
      await waitFor("another gets it", async () => {
        answer = await store.claim(pool, claimOf("b", 2));
        return answer.kind === "granted";
      });
      const second = granted(answer);
      assert.deepEqual([idsOf(second), second.key, second.attempt], [["a/1"], first.key, 2]);
      assert.ok(second.token > first.token);
      assert.equal(await store.renew(pool, first, 1_000), undefined);
      assert.equal(await store.settle(pool, first, ["old"]), false);
      assert.ok((await store.renew(pool, second, 1_000)) !== undefined);
      assert.equal(await store.settle(pool, second, ["new"]), true);
      assert.deepEqual(await store.look(pool, "a/1"), { kind: "settled", outcome: "new" });
      const third = granted(await store.claim(pool, claimOf("a", 2)));
      assert.deepEqual([idsOf(third), third.attempt], [["b/1"], 1]);
      const again = granted(await store.claim(pool, claimOf("a", 2)));
      assert.deepEqual([again.key, again.attempt], [third.key, 2], "who lost the answer gets the round again");
      assert.equal(await store.settle(pool, third, ["old"]), false);
    },
  },
  {
    name: "a round takes the oldest first, as many as it may, and at least one",
    async run(swarm) {
      const store = (await swarm.client()).pools;
      for (const id of ["a/1", "b/1", "c/1"]) await give(store, id, 40);
      const first = granted(await store.claim(pool, claimOf("a", undefined, { itemsMax: 100 })));
      assert.deepEqual(idsOf(first), ["a/1", "b/1"]);
      await store.settle(pool, first, ["", ""]);
      assert.deepEqual(idsOf(granted(await store.claim(pool, claimOf("a", undefined, { itemsMax: 1 })))), ["c/1"]);
    },
  },
  {
    name: "a claim that comes late has had its call, and a count that has gone back gets its rounds again",
    async run(swarm) {
      const store = (await swarm.client()).pools;
      const taken = async (beat: number, leaseMs: number): Promise<PoolRound> => {
        let answer: RoundAnswer = { kind: "empty" };
        await waitFor(`the round of beat ${beat}`, async () => {
          answer = await store.claim(pool, claimOf("a", beat, { leaseMs }));
          return answer.kind === "granted";
        });
        return granted(answer);
      };
      let beat = 900;
      await waitFor("a claim that is late by a beat is refused", async () => {
        beat += 10;
        await give(store, `on-time/${beat}`);
        await store.settle(pool, await taken(beat, 2_000), []);
        await give(store, `late/${beat}`);
        const late = await store.claim(pool, claimOf("b", beat - 1, { leaseMs: 2_000 }));
        if (late.kind === "granted") await store.settle(pool, late.round, []);
        return late.kind === "done";
      });
      // Two leases after the last claim nobody is late any more: whoever counts lower counts anew.
      const anew = await taken(600, 1);
      assert.deepEqual(idsOf(anew), [`late/${beat}`]);
      await store.settle(pool, anew, ["done"]);
      await give(store, "anew/1");
      assert.deepEqual(await store.claim(pool, claimOf("b", 600)), { kind: "done" }, "a beat has one round");
      assert.deepEqual(idsOf(await taken(601, 1_000)), ["anew/1"]);
    },
  },
  {
    name: "a batch that is too long, or whose id has spaces, is refused by name",
    async run(swarm) {
      const store = (await swarm.client()).pools;
      const long = { id: "a/1", count: 1, text: "x".repeat(1_048_577) };
      await assert.rejects(store.contribute(pool, long, "a"), { code: "invalid-argument", field: "items" });
      await assert.rejects(give(store, "a 1"), { code: "invalid-argument", field: "id" });
    },
  },
];

/** Registers the suite. */
export function testPoolStore(open: () => Promise<StoreUnderTest>): void {
  registerCases("PoolStore", poolCases, open);
}
