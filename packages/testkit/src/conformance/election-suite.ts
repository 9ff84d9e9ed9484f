/** What every ElectionStore does (L1 to L3). */
import assert from "node:assert/strict";
import type { Leadership } from "@entrain/core/election";
import type { CampaignAnswer, CandidateRank, ElectionStore } from "@entrain/ports";
import { registerCases, type ConformanceCase } from "./conformance-case.ts";
import type { StoreUnderTest } from "./store-under-test.ts";
import { waitFor } from "./wait-for.ts";

const leaseMs = 1_000;
const shortLeaseMs = 60;

/** Long enough for a busy machine where something must not be over, short where it must. */
const [longMs, shortWaitMs] = [60_000, 50];

function rankOf(priority: number, waitMs = longMs): CandidateRank {
  return { priority, countsMs: longMs, waitMs };
}

function campaign(
  store: ElectionStore,
  agentId: string,
  given: { highestTerm?: number; leaseMs?: number; rank?: CandidateRank } = {},
) {
  return store.campaign({ agentId, incarnation: 1, highestTerm: 0, leaseMs, ...given });
}

function heldFrom(answer: CampaignAnswer): Leadership {
  assert.ok(answer.kind === "granted", JSON.stringify(answer));
  return answer.held;
}

/** The cases; each gets a swarm of its own. */
export const electionCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: "a free leadership is granted, and everybody reads it",
    async run(swarm) {
      const [one, other] = [(await swarm.client()).election(), (await swarm.client()).election()];
      assert.equal(await one.read(), undefined);
      const held = heldFrom(await campaign(one, "a"));
      const record = await other.read();
      assert.ok(record);
      const { leaseUntilMs, remainingMs, ...rest } = record;
      assert.deepEqual(rest, held);
      assert.ok(remainingMs > 0 && remainingMs <= leaseMs);
      assert.ok(leaseUntilMs >= held.term);
    },
  },
  {
    name: "of fifty candidates at once one is granted and the others are told who (L1)",
    async run(swarm) {
      const clients = await Promise.all(Array.from({ length: 5 }, () => swarm.client()));
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) => campaign(clients[index % 5]!.election(), `agent-${index}`)),
      );
      const granted = answers.filter((answer) => answer.kind === "granted");
      assert.equal(granted.length, 1);
      const leaders = answers.flatMap((answer) => (answer.kind === "record" ? [answer.leader?.agentId] : []));
      assert.deepEqual(new Set(leaders), new Set([granted[0]?.held.agentId]));
    },
  },
  {
    name: "who leads stays whatever the others' priority, and then the highest of those that asked goes first",
    async run(swarm) {
      const store = (await swarm.client()).election();
      const asked = await Promise.all([
        campaign(store, "low", { leaseMs: 2_000, rank: rankOf(10) }),
        campaign(store, "high", { rank: rankOf(90) }),
        campaign(store, "other", { rank: rankOf(10) }),
        campaign(store, "middle", { rank: rankOf(50) }),
      ]);
      for (const answer of asked.slice(1)) assert.equal(answer.kind === "record" && answer.leader?.agentId, "low");
      await store.release(heldFrom(asked[0]));
      for (const [agentId, priority] of [
        ["other", 10],
        ["middle", 50],
      ] as const) {
        const answer = await campaign(store, agentId, { rank: rankOf(priority) });
        assert.ok(answer.kind === "record" && answer.leader === undefined, JSON.stringify(answer));
        assert.ok(answer.leftToOthersMs > 0 && answer.leftToOthersMs <= longMs);
      }
      heldFrom(await campaign(store, "high", { rank: rankOf(90) }));
    },
  },
  {
    name: "the highest of those present is not waited for longer than the wait, nor a leader that is gone, nor an equal",
    async run(swarm) {
      const store = (await swarm.client()).election();
      const high = heldFrom(await campaign(store, "high", { rank: rankOf(90) }));
      await campaign(store, "one", { rank: rankOf(50) });
      await campaign(store, "two", { rank: rankOf(50) });
      await store.release(high);
      const two = heldFrom(await campaign(store, "two", { rank: rankOf(50) }));
      await campaign(store, "higher", { rank: rankOf(51) });
      await store.release(two);
      const answer = await campaign(store, "one", { rank: rankOf(50, shortWaitMs) });
      assert.ok(answer.kind === "record" && answer.leftToOthersMs === shortWaitMs, JSON.stringify(answer));
      await waitFor("the wait to end", async () => {
        return (await campaign(store, "one", { rank: rankOf(50, shortWaitMs) })).kind === "granted";
      });
    },
  },
  {
    name: "terms only grow, and above the highest that the candidate has seen (L2)",
    async run(swarm) {
      const store = (await swarm.client()).election();
      const first = heldFrom(await campaign(store, "a"));
      await store.release(first);
      const highestTerm = first.term + 1_000_000_000_000;
      const second = heldFrom(await campaign(store, "b", { highestTerm }));
      assert.equal(second.term, highestTerm + 1);
      await store.release(second);
      const third = heldFrom(await campaign(store, "c"));
      assert.equal(third.term, second.term + 1);
    },
  },
  {
    name: "a lease that nobody renews ends, and only then is another granted",
    async run(swarm) {
      const store = (await swarm.client()).election();
      const first = heldFrom(await campaign(store, "a", { leaseMs: shortLeaseMs }));
      const answer = await campaign(store, "b");
      assert.ok(answer.kind === "record" && answer.leader?.agentId === "a");
      const second = await waitFor("the lease to end", async () => {
        const next = await campaign(store, "b");
        return next.kind === "granted" && next.held;
      });
      assert.ok(second.term > first.term);
      assert.ok(second.term >= answer.leader.leaseUntilMs, "granted before the lease ended, by the store's clock");
    },
  },
  {
    name: "only an equal leadership is renewed (L3)",
    async run(swarm) {
      const store = (await swarm.client()).election();
      const held = heldFrom(await campaign(store, "a"));
      const others: Leadership[] = [
        { ...held, agentId: "b" },
        { ...held, incarnation: 2 },
        { ...held, term: held.term - 1 },
        { ...held, term: held.term + 1 },
        { ...held, generation: held.generation + 1 },
      ];
      for (const other of others) {
        const answer = await store.renew(other, leaseMs);
        assert.ok(answer.kind === "refused", JSON.stringify(other));
        assert.equal(answer.leader?.term, held.term);
      }
      const before = await store.read();
      assert.deepEqual(await store.renew(held, 2 * leaseMs), { kind: "renewed", held });
      const after = await store.read();
      assert.ok(after && before && after.leaseUntilMs > before.leaseUntilMs + leaseMs / 2);
    },
  },
  {
    name: "a renewal never creates a record: not after a release, not after the lease's end (L3)",
    async run(swarm) {
      const store = (await swarm.client()).election();
      const released = heldFrom(await campaign(store, "a"));
      await store.release(released);
      assert.deepEqual(await store.renew(released, leaseMs), { kind: "refused", leader: undefined });
      const ended = heldFrom(await campaign(store, "a", { leaseMs: shortLeaseMs }));
      await waitFor("the lease to end", async () => (await store.read()) === undefined);
      assert.deepEqual(await store.renew(ended, leaseMs), { kind: "refused", leader: undefined });
      assert.equal(await store.read(), undefined);
    },
  },
  {
    name: "who lost the answer to a campaign is granted again, with the same term",
    async run(swarm) {
      const store = (await swarm.client()).election();
      const first = heldFrom(await campaign(store, "a"));
      assert.deepEqual(heldFrom(await campaign(store, "a")), first);
      const restarted = await store.campaign({ agentId: "a", incarnation: 2, highestTerm: 0, leaseMs });
      assert.equal(restarted.kind, "record", "another incarnation is another candidate");
    },
  },
  {
    name: "a release is idempotent and touches no leadership but its own",
    async run(swarm) {
      const store = (await swarm.client()).election();
      const first = heldFrom(await campaign(store, "a"));
      await store.release(first);
      await store.release(first);
      const second = heldFrom(await campaign(store, "b"));
      await store.release(first);
      await store.release({ ...second, incarnation: 7 });
      assert.equal((await store.read())?.agentId, "b");
    },
  },
  {
    name: "a watcher is told the new term, and 0 when it is given up, until it stops",
    async run(swarm) {
      const [one, other] = [(await swarm.client()).election(), (await swarm.client()).election()];
      const told: number[] = [];
      const unwatch = other.watch((term) => told.push(term));
      const terms: number[] = [];
      // A subscription takes a moment to be in force: until the first hint, leaders come and go.
      await waitFor("a first hint", async () => {
        const held = heldFrom(await campaign(one, "a"));
        await one.release(held);
        terms.push(held.term);
        return told.length > 0;
      });
      await waitFor("the last hint", () => told.at(-1) === 0 && told.at(-2) === terms.at(-1));
      unwatch();
      unwatch();
      const count = told.length;
      await one.release(heldFrom(await campaign(one, "b")));
      await (await swarm.client()).election().read();
      assert.equal(told.length, count);
    },
  },
  {
    name: "elections of different names do not touch each other",
    async run(swarm) {
      const client = await swarm.client();
      const held = heldFrom(await campaign(client.election("compaction"), "a"));
      heldFrom(await campaign(client.election(), "b"));
      assert.equal((await client.election("compaction").read())?.agentId, "a");
      assert.equal((await client.election("compaction").renew(held, leaseMs)).kind, "renewed");
    },
  },
  {
    name: "a lease or term that is no whole number is refused by its name",
    async run(swarm) {
      const store = (await swarm.client()).election();
      await assert.rejects(campaign(store, "a", { leaseMs: 0 }), { code: "invalid-argument", field: "leaseMs" });
      await assert.rejects(campaign(store, "a", { leaseMs: 1.5 }), { code: "invalid-argument", field: "leaseMs" });
      await assert.rejects(campaign(store, "a", { highestTerm: -1 }), {
        code: "invalid-argument",
        field: "highestTerm",
      });
      assert.equal(await store.read(), undefined);
    },
  },
];

/** Registers the suite. */
export function testElectionStore(open: () => Promise<StoreUnderTest>): void {
  registerCases("ElectionStore", electionCases, open);
}
