/** What every Ledger does (D1, D3, L3). */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Leadership } from "@entrain/core/election";
import { isDivergent, type Act, type ActSource } from "@entrain/core/decision";
import type { Ledger } from "@entrain/ports";
import { registerCases, type ConformanceCase } from "./conformance-case.ts";
import { reofferCases } from "./reoffer-cases.ts";
import { proposalOf, type StorePorts, type StoreUnderTest } from "./store-under-test.ts";
import { waitFor } from "./wait-for.ts";

const fingerprint = { kind: "overheating", subject: "rack 7/a", band: "critical" };
const leaseMs = 1_000;

function actOf(incidentId: string, agentId: string, action: string, source: ActSource = "adopted"): Act {
  return { agentId, incidentId, decisionId: `${incidentId}#x`, action, source, atMs: 1 };
}

/** Makes `agentId` the leader, after whoever led. */
async function lead(client: StorePorts, agentId: string, before?: Leadership): Promise<Leadership> {
  if (before !== undefined) await client.election().release(before);
  const answer = await client.election().campaign({ agentId, incarnation: 1, highestTerm: 0, leaseMs });
  assert.ok(answer.kind === "granted");
  return answer.held;
}

async function commitAll(ledger: Ledger, count: number): Promise<void> {
  for (let index = 0; index < count; index++) await ledger.commit(proposalOf(`incident-${index}`, "a"));
}

/** The case that catches a commit that does not look at its fence. */
export const staleFenceIsRefused = "a stale fence is refused and commits nothing (L3)";

/** The cases; each gets a swarm of its own. */
export const ledgerCases: readonly ConformanceCase<StoreUnderTest>[] = [
  ...reofferCases,
  {
    name: "a fingerprint has one open incident until it was silent for the cooldown",
    async run(swarm) {
      const [one, other] = [(await swarm.client()).ledger, (await swarm.client()).ledger];
      const first = await one.open({ fingerprint }, 60_000);
      assert.deepEqual(first, {
        incident: { incidentId: "overheating/rack%207%2Fa/critical/1", fingerprint, ordinal: 1 },
        decision: undefined,
      });
      assert.deepEqual(await other.open({ fingerprint }, 60_000), first);
      const other1 = await other.open({ fingerprint: { ...fingerprint, band: "warning" } }, 60_000);
      assert.equal(other1.incident.ordinal, 1);
      const next = await waitFor("a cooldown of 0 ms to be over", async () => {
        const opened = await one.open({ fingerprint }, 0);
        return opened.incident.ordinal > 1 && opened.incident;
      });
      assert.equal(next.ordinal, 2);
      assert.equal(next.incidentId, "overheating/rack%207%2Fa/critical/2");
    },
  },
  {
    name: "opening an incident answers its decision in the same step",
    async run(swarm) {
      const { ledger } = await swarm.client();
      const { incident } = await ledger.open({ fingerprint }, 60_000);
      const { decision } = await ledger.commit(proposalOf(incident.incidentId, "a"));
      assert.deepEqual(await ledger.open({ fingerprint }, 60_000), { incident, decision });
    },
  },
  {
    name: "an identity that the caller gives is the whole identity",
    async run(swarm) {
      const { ledger } = await swarm.client();
      const opened = await ledger.open({ fingerprint, incidentId: "INC-42" }, 60_000);
      assert.deepEqual(opened, { incident: { incidentId: "INC-42", fingerprint, ordinal: 0 }, decision: undefined });
      const { decision } = await ledger.commit(proposalOf("INC-42", "a"));
      assert.deepEqual((await ledger.open({ fingerprint, incidentId: "INC-42" }, 60_000)).decision, decision);
      assert.equal((await ledger.open({ fingerprint }, 60_000)).incident.ordinal, 1);
    },
  },
  {
    name: "of fifty committers at once one stands and all get its decision (D1)",
    async run(swarm) {
      const clients = await Promise.all(Array.from({ length: 5 }, () => swarm.client()));
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          clients[index % 5]!.ledger.commit(proposalOf("incident", `agent-${index}`, `action-${index}`)),
        ),
      );
      assert.equal(answers.filter(({ stands }) => stands).length, 1);
      const standing = answers.find(({ stands }) => stands)?.decision;
      for (const { decision } of answers) assert.deepEqual(decision, standing);
      assert.deepEqual(await clients[0]!.ledger.read("incident"), standing);
      assert.deepEqual(await clients[0]!.ledger.stats(), { count: 1, divergence: 0, safeAlone: 0 });
    },
  },
  {
    name: "a decision is read back as it was proposed, with the store's instant and the term in force",
    async run(swarm) {
      const client = await swarm.client();
      const before = await client.ledger.commit(proposalOf("before", "a"));
      assert.equal(before.decision.term, 0);
      const held = await lead(client, "leader");
      const { decision } = await client.ledger.commit(proposalOf("after", "a"));
      const { term, committedAtMs, ...proposal } = decision;
      assert.equal(term, held.term);
      assert.deepEqual(proposal, proposalOf("after", "a"));
      assert.ok(committedAtMs >= before.decision.committedAtMs && committedAtMs >= held.term);
      assert.equal(await client.ledger.read("unknown"), undefined);
    },
  },
  {
    name: "the same proposal again stands and changes nothing",
    async run(swarm) {
      const { ledger } = await swarm.client();
      const first = await ledger.commit(proposalOf("incident", "a"));
      assert.deepEqual(await ledger.commit(proposalOf("incident", "a")), first);
      assert.equal((await ledger.stats()).count, 1);
    },
  },
  {
    name: "the leader commits under its fence",
    async run(swarm) {
      const client = await swarm.client();
      const held = await lead(client, "leader");
      const { decision, stands } = await client.ledger.commit(proposalOf("incident", "leader"), held);
      assert.equal(stands, true);
      assert.equal(decision.term, held.term);
    },
  },
  {
    name: staleFenceIsRefused,
    async run(swarm) {
      const [one, other] = [await swarm.client(), await swarm.client()];
      const old = await lead(one, "old");
      const held = await lead(other, "new", old);
      const stale: Leadership[] = [
        old,
        { ...held, agentId: "old" },
        { ...held, incarnation: 2 },
        { ...held, term: held.term + 1 },
        { ...held, generation: held.generation + 1 },
      ];
      for (const fence of stale)
        await assert.rejects(one.ledger.commit(proposalOf("incident", "old"), fence), { code: "stale-term" });
      assert.equal(await one.ledger.read("incident"), undefined);
      await other.election().release(held);
      await assert.rejects(other.ledger.commit(proposalOf("incident", "new"), held), { code: "stale-term" });
      assert.deepEqual(await one.ledger.stats(), { count: 0, divergence: 0, safeAlone: 0 });
    },
  },
  {
    name: "the same act again changes nothing; divergence is counted once per incident, safe actions apart",
    async run(swarm) {
      const { ledger } = await swarm.client();
      await ledger.commit(proposalOf("incident", "a"));
      const acts = [
        actOf("incident", "a", "throttle", "committed"),
        actOf("incident", "b", "throttle"),
        actOf("incident", "c", "enter_safe_mode", "safe-alone"),
      ];
      await ledger.recordActs(acts);
      await ledger.recordActs([...acts, ...acts]);
      assert.deepEqual(await ledger.stats(), { count: 1, divergence: 0, safeAlone: 1 });
      await ledger.recordActs([actOf("incident", "d", "shed_load")]);
      await ledger.recordActs([actOf("incident", "e", "cool_down")]);
      assert.deepEqual(await ledger.stats(), { count: 1, divergence: 1, safeAlone: 1 });
      await ledger.recordActs([]);
      const { entries } = await ledger.list(10);
      assert.deepEqual(entries[0]?.acts.map(({ agentId }) => agentId).sort(), ["a", "b", "c", "d", "e"]);
    },
  },
  {
    name: "divergence is what the core says it is, for any acts in any order",
    async run(swarm) {
      const { ledger } = await swarm.client();
      const incidents = ["i0", "i1", "i2", "i3"];
      for (const incidentId of incidents) await ledger.commit(proposalOf(incidentId, "a"));
      const act = fc
        .tuple(
          fc.constantFrom(...incidents),
          fc.constantFrom("a", "b", "c"),
          fc.constantFrom("x", "y"),
          fc.constantFrom<ActSource>("committed", "adopted", "safe-alone", "local"),
        )
        .map(([incidentId, agentId, action, source]) => actOf(incidentId, agentId, action, source));
      await fc.assert(
        fc.asyncProperty(fc.array(act, { maxLength: 3 }), async (acts) => {
          await ledger.recordActs(acts);
          const { entries } = await ledger.list(10);
          const recorded = entries.flatMap((entry) => entry.acts);
          const stats = await ledger.stats();
          assert.equal(stats.divergence, entries.filter((entry) => isDivergent(entry.acts)).length);
          assert.equal(stats.safeAlone, recorded.filter(({ source }) => source === "safe-alone").length);
        }),
        { numRuns: 25 },
      );
    },
  },
  {
    name: "an act on an incident without a decision is taken and counted (D3)",
    async run(swarm) {
      const { ledger } = await swarm.client();
      await ledger.recordActs([actOf("lost", "a", "enter_safe_mode", "safe-alone")]);
      assert.deepEqual(await ledger.stats(), { count: 0, divergence: 0, safeAlone: 1 });
      assert.deepEqual(await ledger.list(10), { entries: [] });
    },
  },
  {
    name: "the ledger is listed newest first, page by page, each entry once",
    async run(swarm) {
      const { ledger } = await swarm.client();
      await commitAll(ledger, 7);
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await ledger.list(3, cursor);
        assert.ok(page.entries.length <= 3);
        seen.push(...page.entries.map(({ decision }) => decision.incidentId));
        cursor = page.next;
      } while (cursor !== undefined);
      assert.deepEqual(
        seen,
        [6, 5, 4, 3, 2, 1, 0].map((index) => `incident-${index}`),
      );
      assert.equal((await ledger.list(7)).next, undefined);
    },
  },
  {
    name: "a page limit, cursor or incident id out of bounds is refused by its name",
    async run(swarm) {
      const { ledger } = await swarm.client();
      const wrong = { code: "invalid-argument" };
      await assert.rejects(ledger.list(0), { ...wrong, field: "limit" });
      await assert.rejects(ledger.list(1_001), { ...wrong, field: "limit" });
      await assert.rejects(ledger.list(10, "+inf"), { ...wrong, field: "cursor" });
      await assert.rejects(ledger.read(""), { ...wrong, field: "incidentId" });
      await assert.rejects(ledger.commit(proposalOf("x".repeat(600), "a")), { ...wrong, field: "incidentId" });
    },
  },
  {
    name: "a watcher is told each decision once it is committed",
    async run(swarm) {
      const [one, other] = [await swarm.client(), await swarm.client()];
      const told: string[] = [];
      const unwatch = other.ledger.watch((decision) => told.push(decision.decisionId));
      let commits = 0;
      await waitFor("a first decision", async () => {
        commits += 1;
        await one.ledger.commit(proposalOf(`first-${commits}`, "a"));
        return told.length > 0;
      });
      const { decision } = await one.ledger.commit(proposalOf("second", "a"));
      await one.ledger.commit(proposalOf("second", "b"));
      await one.ledger.commit(proposalOf("third", "a"));
      await waitFor("the last decision", () => told.at(-1) === "third#a");
      unwatch();
      assert.deepEqual(told.slice(-2), [decision.decisionId, "third#a"]);
    },
  },
];

/** Registers the suite. */
export function testLedger(open: () => Promise<StoreUnderTest>): void {
  registerCases("Ledger", ledgerCases, open);
}
