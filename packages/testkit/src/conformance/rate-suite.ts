/** What every RateStore does, beside the pure table of core/rate (B1 over time). */
import assert from "node:assert/strict";
import { createRandom, EntrainError } from "@entrain/kernel";
import { refreshShare, releaseShare, type RateRequest, type RateTable } from "@entrain/core/rate";
import { registerCases, type ConformanceCase } from "./conformance-case.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const limitMilli = 1_000_000;
const requestOf = (holderId: string, sequence: number, hasMilli: number, wantsMilli = limitMilli): RateRequest => ({
  holderId,
  sequence,
  hasMilli,
  wantsMilli,
  limitMilli,
});

/** The cases; each gets a swarm of its own. */
export const rateCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: "random refreshes and releases are answered as the pure table answers them, and never add up to more than the limit",
    async run(swarm) {
      const clients = [(await swarm.client()).rates, (await swarm.client()).rates];
      const random = createRandom("rates");
      const uses = new Map<string, number>();
      let table: RateTable = new Map();
      for (let step = 1; step <= 400; step++) {
        const holderId = `holder-${random.int(12)}`;
        const rates = clients[random.int(2)]!;
        if (random.next() < 0.1) {
          await rates.release("upstream", holderId);
          table = releaseShare(table, holderId);
          uses.delete(holderId);
        } else {
          const request = requestOf(holderId, step, uses.get(holderId) ?? 0, random.int(300_000));
          const answer = await rates.refresh("upstream", request);
          const expected = refreshShare(table, request, answer.storeMs, false);
          assert.deepEqual(answer, expected.answer);
          table = expected.table;
          // One answer in ten is lost: its holder goes on with what it had.
          if (random.next() < 0.9) uses.set(holderId, answer.grantedMilli);
        }
        const inUse = [...uses.values()].reduce((sum, milli) => sum + milli, 0);
        assert.ok(inUse <= limitMilli, `step ${step}: ${inUse} of ${limitMilli} in use`);
      }
    },
  },
  {
    name: "a share that shrinks is given to another only when its holder has shown that it knows",
    async run(swarm) {
      const { rates } = await swarm.client();
      const one = await rates.refresh("upstream", requestOf("one", 1, 0));
      assert.equal(one.grantedMilli, limitMilli);
      assert.equal((await rates.refresh("upstream", requestOf("two", 1, 0))).grantedMilli, 0);
      const shrunk = await rates.refresh("upstream", requestOf("one", 2, limitMilli));
      assert.deepEqual([shrunk.grantedMilli, shrunk.settled], [limitMilli / 2, false]);
      assert.equal((await rates.refresh("upstream", requestOf("two", 2, 0))).grantedMilli, 0);
      assert.equal((await rates.refresh("upstream", requestOf("one", 3, limitMilli / 2))).settled, true);
      assert.equal((await rates.refresh("upstream", requestOf("two", 3, 0))).grantedMilli, limitMilli / 2);
    },
  },
  {
    name: "a request that a later one has overtaken changes nothing",
    async run(swarm) {
      const { rates } = await swarm.client();
      await rates.refresh("upstream", requestOf("one", 5, 0));
      await assert.rejects(
        rates.refresh("upstream", requestOf("one", 4, 0, 1)),
        (thrown) => EntrainError.from(thrown).code === "conflict",
      );
      const { grantedMilli } = await rates.refresh("upstream", requestOf("one", 6, limitMilli));
      assert.equal(grantedMilli, limitMilli);
    },
  },
  {
    name: "where holders know different limits the lowest counts",
    async run(swarm) {
      const { rates } = await swarm.client();
      await rates.refresh("upstream", { ...requestOf("old", 1, 0, 1_000), limitMilli: 10_000 });
      const { grantedMilli, limitMilli: lowest } = await rates.refresh("upstream", requestOf("new", 1, 0));
      assert.deepEqual([grantedMilli, lowest], [9_000, 10_000]);
      const raised = await rates.refresh("upstream", requestOf("old", 2, 1_000, 1_000));
      assert.equal(raised.limitMilli, limitMilli, "it changes with the last who knew the lower one");
    },
  },
];

/** Registers the suite. */
export function testRateStore(open: () => Promise<StoreUnderTest>): void {
  registerCases("RateStore", rateCases, open);
}
