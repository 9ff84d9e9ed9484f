/** What every Registry says of places: whose ticket is whose, and from which beat on a version's places hold (R5). */
import assert from "node:assert/strict";
import type { Registry } from "@entrain/ports";
import type { ConformanceCase } from "./conformance-case.ts";
import { follow, stateOf } from "./registry-reading.ts";
import { beatOf, offerOf, type StoreUnderTest } from "./store-under-test.ts";
import { waitFor } from "./wait-for.ts";

async function ticketsOf(registry: Registry): Promise<Record<string, number | undefined>> {
  const { members } = await registry.snapshot();
  return Object.fromEntries([...members].sort().map(([agentId, { ticket }]) => [agentId, ticket]));
}

/** What a broken store must be caught by. */
export const everyTicketHasOneHolder = "a ticket has one holder: the lowest free one goes to the next newcomer";
export const beatGoesWithVersion =
  "R5: with a version goes the first beat of its places, by the swarm's count, once that is known";

/** The cases; each gets a swarm of its own. */
export const placeCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: everyTicketHasOneHolder,
    async run(swarm) {
      const { registry } = await swarm.client();
      await registry.register(["a", "b", "c"].map((id) => offerOf(id)));
      assert.deepEqual(await ticketsOf(registry), { a: 0, b: 1, c: 2 });
      await registry.leave("b", 1);
      await registry.register([offerOf("a", 2), offerOf("c")]);
      assert.deepEqual(await ticketsOf(registry), { a: 0, b: undefined, c: 2 }, "who lives on keeps its ticket");
      await registry.register(["d", "e", "b"].map((id) => offerOf(id, 2)));
      assert.deepEqual(await ticketsOf(registry), { a: 0, b: 4, c: 2, d: 1, e: 3 });
      for (const id of ["d", "a"]) await registry.leave(id, 2);
      await registry.register([offerOf("f"), offerOf("g")]);
      assert.deepEqual(await ticketsOf(registry), { a: undefined, b: 4, c: 2, d: undefined, e: 3, f: 0, g: 1 });
    },
  },
  {
    name: beatGoesWithVersion,
    async run(swarm) {
      const [one, other] = [await swarm.client(), await swarm.client()];
      await one.registry.register([offerOf("a")]);
      assert.equal((await one.registry.snapshot()).effectiveBeat, undefined, "nobody has told the count");
      const dayMs = 86_400_000;
      await one.registry.heartbeat([beatOf("a")], { cycle: 7.25, periodMs: dayMs });
      assert.equal((await one.registry.snapshot()).effectiveBeat, undefined, "a count alone plans nothing");
      const early = await other.registry.snapshot();
      await other.registry.register([offerOf("b"), offerOf("c")]);
      assert.deepEqual(await other.registry.heartbeat([beatOf("b")]), { version: 5, unknown: [], superseded: [] });
      // So late in the cycle that a second's notice goes beyond its end.
      await one.registry.heartbeat([beatOf("a")], { cycle: 41.999_999, periodMs: dayMs });
      await other.registry.leave("b", 1);
      const changes = await one.registry.changesSince(early.version);
      assert.ok(changes !== "resync");
      assert.deepEqual(
        changes.map(({ version, effectiveBeat }) => [version, effectiveBeat]),
        [
          [3, 8],
          [4, 8],
          [5, 8],
          [6, 43],
        ],
      );
      assert.deepEqual(await follow(one.registry, early), await other.registry.snapshot());
    },
  },
  {
    name: "the heartbeat that finds the dead plans by the count that it brings",
    async run(swarm) {
      const { registry } = await swarm.client();
      await registry.register([offerOf("silent"), offerOf("keeper")]);
      await waitFor("the silent member to die", async () => {
        await registry.heartbeat([beatOf("keeper")], { cycle: 3.5, periodMs: 86_400_000 });
        return (await stateOf(registry, "silent")) === "dead";
      });
      assert.equal((await registry.snapshot()).effectiveBeat, 4);
    },
  },
  {
    name: "an offer of a living member that changes moves nobody: the first beat of places stays (R5)",
    async run(swarm) {
      const { registry } = await swarm.client();
      await registry.register([offerOf("a")]);
      await registry.heartbeat([beatOf("a")], { cycle: 7.25, periodMs: 86_400_000 });
      await registry.register([offerOf("b")]);
      const before = await registry.snapshot();
      await registry.heartbeat([beatOf("a"), beatOf("b")], { cycle: 41.5, periodMs: 86_400_000 });
      await registry.register([{ ...offerOf("a"), capabilities: ["count"] }]);
      const after = await registry.snapshot();
      assert.ok(after.version > before.version && after.members.get("a")?.capabilities?.includes("count"));
      assert.deepEqual([before.effectiveBeat, after.effectiveBeat], [8, 8]);
    },
  },
];
