/** What every SuccessionStore does (L5). */
import assert from "node:assert/strict";
import type { Leadership } from "@entrain/core/election";
import { caseNamed, registerCases, type ConformanceCase } from "./conformance-case.ts";
import { offerOf, type StorePorts, type StoreUnderTest } from "./store-under-test.ts";
import { waitFor } from "./wait-for.ts";

const leaseMs = 1_000;
const atOnce = { aliveForMs: 0, evictAfterMs: 60_000, votersMin: 2 };
const reporter = (agentId: string, incarnation = 1) => ({ agentId, incarnation, highestTerm: 0, leaseMs });

/** Voters, the first of whom leads. */
async function openWith(swarm: StoreUnderTest, ...agentIds: string[]): Promise<[StorePorts, Leadership]> {
  const client = await swarm.client();
  await client.registry.register(agentIds.map((agentId) => offerOf(agentId)));
  for (const agentId of agentIds) await client.votes.enroll({ agentId, incarnation: 1 }, atOnce);
  return [client, await campaign(client, agentIds[0] ?? "")];
}

async function campaign(client: StorePorts, agentId: string): Promise<Leadership> {
  const answer = await client.election().campaign({ agentId, incarnation: 1, highestTerm: 0, leaseMs });
  assert.ok(answer.kind === "granted", JSON.stringify(answer));
  return answer.held;
}

/** The cases; each gets a swarm of its own. */
const successionCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: "the report that makes more than half of the other voters takes over, under a higher term",
    async run(swarm) {
      const [client, held] = await openWith(swarm, "a", "b", "c", "d", "e", "f");
      const { succession } = client;
      assert.deepEqual(await succession.report(reporter("b"), held), { kind: "counted", reports: 1, needed: 3 });
      assert.deepEqual(await succession.report(reporter("b"), held), { kind: "counted", reports: 1, needed: 3 });
      assert.deepEqual(await succession.report(reporter("c"), held), { kind: "counted", reports: 2, needed: 3 });
      const answer = await succession.report(reporter("d"), held);
      assert.ok(answer.kind === "granted" && answer.held.term > held.term);
      assert.deepEqual((await client.election().read())?.agentId, "d");
      assert.equal((await client.election().renew(held, leaseMs)).kind, "refused", "the old one leads no more (L3)");
      const late = await succession.report(reporter("e"), held);
      assert.ok(late.kind === "record" && late.leader?.agentId === "d");
    },
  },
  {
    name: "it takes two at least: one voter alone succeeds nobody",
    async run(swarm) {
      const [{ succession }, held] = await openWith(swarm, "a", "b");
      assert.deepEqual(await succession.report(reporter("b"), held), { kind: "counted", reports: 1, needed: 2 });
      assert.deepEqual(await succession.report(reporter("b"), held), { kind: "counted", reports: 1, needed: 2 });
    },
  },
  {
    name: "one renewal voids the reports before it",
    async run(swarm) {
      const [client, held] = await openWith(swarm, "a", "b", "c");
      assert.equal((await client.succession.report(reporter("b"), held)).kind, "counted");
      assert.equal((await client.election().renew(held, leaseMs)).kind, "renewed");
      assert.deepEqual(await client.succession.report(reporter("c"), held), { kind: "counted", reports: 1, needed: 2 });
    },
  },
  {
    name: "a report is valid for a quarter of the lease",
    async run(swarm) {
      const [client, held] = await openWith(swarm, "a", "b", "c");
      await client.succession.report(reporter("b"), held);
      const startedAt = performance.now();
      await waitFor("a quarter of the lease", () => Promise.resolve(performance.now() - startedAt > leaseMs / 4 + 20));
      const answer = await client.succession.report(reporter("c"), held);
      // On a very busy machine the whole lease has gone by.
      if (answer.kind !== "record") assert.deepEqual(answer, { kind: "counted", reports: 1, needed: 2 });
    },
  },
  {
    name: "who has no vote, or reports another term, or itself, reports nothing",
    async run(swarm) {
      const [client, held] = await openWith(swarm, "a", "b", "c");
      const { succession } = client;
      await client.registry.register([offerOf("d")]);
      assert.deepEqual(await succession.report(reporter("d"), held), { kind: "no-voter" });
      assert.deepEqual(await succession.report(reporter("b", 2), held), { kind: "no-voter" });
      for (const other of [
        { ...held, term: held.term - 1 },
        { ...held, agentId: "b" },
      ])
        assert.equal((await succession.report(reporter("b"), other)).kind, "record");
      assert.equal((await succession.report(reporter("a"), held)).kind, "record");
      assert.deepEqual(await succession.report(reporter("b"), held), { kind: "counted", reports: 1, needed: 2 });
      await client.registry.leave("b", 1);
      assert.deepEqual(await succession.report(reporter("c"), held), { kind: "counted", reports: 1, needed: 2 });
    },
  },
  {
    name: "reports of one term do not count against the next",
    async run(swarm) {
      const [client, held] = await openWith(swarm, "a", "b", "c");
      await client.succession.report(reporter("b"), held);
      await client.election().release(held);
      const next = await campaign(client, "a");
      assert.deepEqual(await client.succession.report(reporter("c"), next), { kind: "counted", reports: 1, needed: 2 });
    },
  },
  {
    name: "the others are told of a report",
    async run(swarm) {
      const [client, held] = await openWith(swarm, "a", "b", "c");
      const told: number[] = [];
      const unwatch = (await swarm.client()).succession.watch((term) => told.push(term));
      await waitFor("the hint", async () => {
        await client.succession.report(reporter("b"), held);
        return told.length > 0 || (await client.election().read()) === undefined;
      });
      unwatch();
      assert.equal(told[0], held.term);
    },
  },
];

/** The case that a store fails which lets any report take over. */
export const enoughReports = caseNamed(
  successionCases,
  "the report that makes more than half of the other voters takes over, under a higher term",
);
/** The case that a store fails which counts reports from before a renewal. */
export const renewalVoids = caseNamed(successionCases, "one renewal voids the reports before it");

/** Registers the suite. */
export function testSuccessionStore(open: () => Promise<StoreUnderTest>): void {
  registerCases("SuccessionStore", successionCases, open);
}
