/** What every GoalStore (R4), GlobalState and StoreHealth (S1) does. */
import assert from "node:assert/strict";
import { compareIds } from "@entrain/kernel";
import { initialGoal, type GoalRecord } from "@entrain/core/rhythm";
import { swarmHealth } from "@entrain/core/membership";
import type { StoreStatus } from "@entrain/ports";
import { registerCases, type ConformanceCase } from "./conformance-case.ts";
import { beatOf, offerOf, proposalOf, type StoreUnderTest } from "./store-under-test.ts";
import { waitFor } from "./wait-for.ts";

const goalOf = (periodMs: number): GoalRecord => initialGoal("sync", periodMs, 1_700_000_000_000.25);

/** The cases; each gets a swarm of its own. */
export const goalStoreCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: "of many first goals one is stored, and everybody is answered that one",
    async run(swarm) {
      const clients = await Promise.all(Array.from({ length: 4 }, () => swarm.client()));
      const goals = await Promise.all(
        Array.from({ length: 20 }, (_, index) => clients[index % 4]!.goals.readOrCreate(goalOf(100 + index))),
      );
      for (const goal of goals) assert.deepEqual(goal, goals[0]);
      assert.equal(goals[0]?.anchorUnixMs, 1_700_000_000_000.25);
    },
  },
  {
    name: "a goal of a later version than the stored one is one that the store has lost: it is put back and told",
    async run(swarm) {
      const [one, other] = [(await swarm.client()).goals, (await swarm.client()).goals];
      await one.readOrCreate(goalOf(100));
      const told: number[] = [];
      const unwatch = other.watch((goal) => told.push(goal.goalVersion));
      let goalVersion = 1;
      await waitFor("a hint", async () => {
        goalVersion += 1;
        const known = { ...goalOf(200), goalVersion };
        assert.deepEqual(await one.readOrCreate(known), known);
        return told.length > 0;
      });
      unwatch();
      assert.equal((await other.readOrCreate(goalOf(300))).goalVersion, goalVersion);
    },
  },
  {
    name: "R4: of goals that are to follow the same one, one is set; the others are answered it, and setting it again changes nothing",
    async run(swarm) {
      const clients = await Promise.all(Array.from({ length: 3 }, () => swarm.client()));
      const first = goalOf(100);
      assert.deepEqual(await clients[0]!.goals.set({ ...first, goalVersion: 2 }), { kind: "overtaken", by: undefined });
      await clients[0]!.goals.readOrCreate(first);
      const offers = [200, 300, 400].map((periodMs) => ({ ...goalOf(periodMs), goalVersion: 2 }));
      const answers = await Promise.all(offers.map((offer, index) => clients[index]!.goals.set(offer)));
      const winner = offers.find((_, index) => answers[index]?.kind === "set");
      const expected = offers.map((offer) => (offer === winner ? { kind: "set" } : { kind: "overtaken", by: winner }));
      assert.deepEqual(answers, expected);
      for (const [index, offer] of offers.entries())
        assert.deepEqual(await clients[2]!.goals.set(offer), expected[index]);
      assert.deepEqual(await clients[1]!.goals.readOrCreate(first), winner);
    },
  },
  {
    name: "a goal that is set is pushed to whoever watches",
    async run(swarm) {
      const [one, other] = [(await swarm.client()).goals, (await swarm.client()).goals];
      let goal = await one.readOrCreate(goalOf(100));
      const told: number[] = [];
      const unwatch = other.watch(({ goalVersion }) => told.push(goalVersion));
      await waitFor("a hint", async () => {
        goal = { ...goal, goalVersion: goal.goalVersion + 1 };
        assert.deepEqual(await one.set(goal), { kind: "set" });
        return told.length > 0;
      });
      unwatch();
    },
  },
];

/** The cases; each gets a swarm of its own. */
export const globalStateCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: "an empty swarm has no leader, no health and no members",
    async run(swarm) {
      const { globalState, health } = await swarm.client();
      assert.deepEqual(await globalState.snapshot(), {
        leader: undefined,
        health: undefined,
        alive: 0,
        missing: 0,
        voters: 0,
        votersDead: 0,
        contextVersion: 0,
        generation: health.status().generation,
        recentDecisions: [],
      });
    },
  },
  {
    name: "a snapshot shows leader, members and the latest decisions",
    async run(swarm) {
      const client = await swarm.client();
      await client.registry.register([offerOf("a", 1, 0.5), offerOf("b", 1, 1), offerOf("c", 1, 0.1)]);
      await client.registry.heartbeat([beatOf("b", 1, 0.2)]);
      await client.registry.leave("c", 1);
      const answer = await client.election().campaign({ agentId: "a", incarnation: 1, highestTerm: 0, leaseMs: 1_000 });
      for (let index = 0; index < 25; index++) await client.ledger.commit(proposalOf(`incident-${index}`, "a"));
      const snapshot = await (await swarm.client()).globalState.snapshot();
      assert.ok(answer.kind === "granted" && snapshot.leader?.term === answer.held.term);
      assert.equal(snapshot.health, swarmHealth([0.5, 0.2], 0));
      assert.deepEqual([snapshot.alive, snapshot.missing], [2, 0]);
      const latest = Array.from({ length: 20 }, (_, index) => `incident-${24 - index}#a`);
      assert.deepEqual(snapshot.recentDecisions, latest);
      const { decision } = await client.ledger.commit(proposalOf("incident-25", "a"));
      const old = { ...decision, ...proposalOf("incident-old", "a"), committedAtMs: decision.committedAtMs - 301_000 };
      await client.ledger.reoffer([old]);
      const { recentDecisions } = await client.globalState.snapshot();
      assert.deepEqual(recentDecisions, ["incident-25#a", ...latest.slice(0, 18)], "those of 5 minutes");
    },
  },
  {
    name: "a dead member counts as missing, with health 0, for a while",
    async run(swarm) {
      const { registry, globalState } = await swarm.client();
      await registry.register([offerOf("silent"), offerOf("keeper")]);
      const beat = async () => {
        await registry.heartbeat([beatOf("keeper", 1, 0.8)]);
        return globalState.snapshot();
      };
      const missed = await waitFor("the silent member to be missing", async () => {
        const snapshot = await beat();
        return snapshot.missing === 1 && snapshot;
      });
      assert.equal(missed.alive, 1);
      assert.equal(missed.health, swarmHealth([0.8], 1));
      const fleet = (await registry.fleet()).toSorted((a, b) => compareIds(a.agentId, b.agentId));
      const silent = { agentId: "silent", health: 0, missing: true };
      assert.deepEqual(fleet, [{ agentId: "keeper", health: 0.8 }, silent]);
      const over = await waitFor("it to count no more", async () => {
        const snapshot = await beat();
        return snapshot.missing === 0 && snapshot;
      });
      assert.equal(over.health, 0.8);
      assert.deepEqual(await registry.fleet(), [{ agentId: "keeper", health: 0.8 }]);
      assert.equal((await registry.snapshot()).members.get("silent")?.state, "dead", "but it is still listed");
    },
  },
];

/** The cases; each gets a swarm of its own. */
export const storeHealthCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: "a connected client sees the store up in generation 1",
    async run(swarm) {
      const { health } = await swarm.client();
      const told: StoreStatus[] = [];
      health.watch((status) => told.push(status))();
      assert.deepEqual(health.status(), { up: true, generation: 1 });
      assert.deepEqual((await swarm.client()).health.status(), { up: true, generation: 1 });
      assert.deepEqual(told, []);
    },
  },
];

/** Registers the suites of the three ports. */
export function testSharedState(open: () => Promise<StoreUnderTest>): void {
  registerCases("GoalStore", goalStoreCases, open);
  registerCases("GlobalState", globalStateCases, open);
  registerCases("StoreHealth", storeHealthCases, open);
}
