/** What every RoleStore does (L1, L3). */
import assert from "node:assert/strict";
import type { Leadership } from "@entrain/core/election";
import type { AgentRole, RoleChange } from "@entrain/core/membership";
import { compareIds } from "@entrain/kernel";
import type { SampledMember } from "@entrain/ports";
import { caseNamed, registerCases, type ConformanceCase } from "./conformance-case.ts";
import { follow } from "./registry-reading.ts";
import { beatOf, offerOf, type StorePorts, type StoreUnderTest } from "./store-under-test.ts";
import { waitFor } from "./wait-for.ts";

const leaseMs = 2_000;

/** Members `a`, `b` and `c`, of whom `a` leads, and gives roles with a lease that has just been renewed. */
async function openWith(swarm: StoreUnderTest) {
  const client = await swarm.client();
  const election = client.election();
  await client.registry.register(["a", "b", "c"].map((agentId) => offerOf(agentId)));
  let held = await campaign(client);
  async function lead(): Promise<Leadership> {
    if ((await election.renew(held, leaseMs)).kind === "refused") held = await campaign(client);
    return held;
  }
  return {
    client,
    lead,
    assign: async (...changes: readonly RoleChange[]) => client.roles.assign(await lead(), changes),
  };
}

async function campaign(client: StorePorts): Promise<Leadership> {
  const answer = await client.election().campaign({ agentId: "a", incarnation: 1, highestTerm: 0, leaseMs });
  assert.ok(answer.kind === "granted", JSON.stringify(answer));
  return answer.held;
}

function changeOf(agentId: string, from: AgentRole, to: AgentRole, incarnation = 1): RoleChange {
  return { agentId, incarnation, from, to, cause: "vacancy" };
}

/** The members alive, in the order of their ids. */
async function sampleOf({ roles }: StorePorts): Promise<readonly SampledMember[]> {
  return (await roles.sample()).toSorted((a, b) => compareIds(a.agentId, b.agentId));
}

async function roleIn(client: StorePorts, agentId: string): Promise<AgentRole | undefined> {
  return (await sampleOf(client)).find((member) => member.agentId === agentId)?.role;
}

/** The cases; each gets a swarm of its own. */
const roleCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: "roles that the leader gives are marks that a follower learns, and nobody's place changes",
    async run(swarm) {
      const { client, assign } = await openWith(swarm);
      const before = await client.registry.snapshot();
      const changes = [changeOf("a", "standby", "primary"), changeOf("b", "standby", "backup")];
      assert.deepEqual(await assign(...changes), ["a", "b"]);
      const followed = await follow(client.registry, before);
      assert.deepEqual(
        [...followed.members.values()].map(({ agentId, state, role }) => [agentId, state, role]),
        [
          ["a", "alive", "primary"],
          ["b", "alive", "backup"],
          ["c", "alive", undefined],
        ],
      );
      assert.equal(followed.version, before.version + 2);
      assert.equal(followed.effectiveBeat, before.effectiveBeat);
      assert.deepEqual(followed, await client.registry.snapshot());
    },
  },
  {
    name: "a sample tells of everybody alive: risk, role, how long it has it, and whether anything was heard since",
    async run(swarm) {
      const { client, assign } = await openWith(swarm);
      await assign(changeOf("b", "standby", "backup"));
      await client.registry.leave("c", 1);
      const first = await sampleOf(client);
      assert.deepEqual(
        first.map(({ agentId, incarnation, role, suspect, risk }) => [agentId, incarnation, role, suspect, risk]),
        [
          ["a", 1, "standby", false, 0],
          ["b", 1, "backup", false, 0],
        ],
      );
      assert.equal(first[0]?.heldMs, Infinity);
      assert.ok((first[1]?.heldMs ?? -1) >= 0 && (first[1]?.heldMs ?? 0) < 3_600_000);
      await waitFor("time to pass as the store sees it", async () => {
        await client.registry.heartbeat([beatOf("a", 1, 1, 0.75)]);
        return ((await sampleOf(client))[0]?.heardAt ?? 0) > (first[0]?.heardAt ?? 0);
      });
      const [a, b] = await sampleOf(client);
      assert.deepEqual([a?.risk, b?.heardAt], [0.75, first[1]?.heardAt]);
    },
  },
  {
    name: "only the live leadership gives roles, and where it is another it changes nothing (L1, L3)",
    async run(swarm) {
      const { client, lead } = await openWith(swarm);
      const held = await lead();
      const change = [changeOf("b", "standby", "primary")];
      for (const wrong of [{ term: held.term - 1 }, { incarnation: 2 }, { agentId: "b" }, { generation: 99 }])
        await assert.rejects(client.roles.assign({ ...held, ...wrong }, change), { code: "stale-term" });
      await client.election().release(held);
      await assert.rejects(client.roles.assign(held, change), { code: "stale-term" });
      assert.equal(await roleIn(client, "b"), "standby");
    },
  },
  {
    name: "a change is made where the member still has the role and the life that it starts from",
    async run(swarm) {
      const { client, assign } = await openWith(swarm);
      assert.deepEqual(await assign(changeOf("b", "backup", "primary")), []);
      assert.deepEqual(await assign(changeOf("b", "standby", "primary", 2)), []);
      assert.deepEqual(await assign(changeOf("z", "standby", "primary")), []);
      assert.deepEqual(await assign(changeOf("b", "standby", "primary")), ["b"]);
      assert.deepEqual(await assign(changeOf("b", "standby", "primary")), []);
      await client.registry.leave("b", 1);
      assert.deepEqual(await assign(changeOf("b", "primary", "standby")), []);
    },
  },
  {
    name: "a role lasts through heartbeats, a new address and a refuted suspicion, and ends with the life",
    async run(swarm) {
      const { client, assign } = await openWith(swarm);
      const { registry, suspicions } = client;
      await assign(changeOf("b", "standby", "primary"));
      await registry.heartbeat([beatOf("b", 1, 0.5, 0.5)]);
      await registry.register([{ ...offerOf("b"), address: "127.0.0.1:5000" }]);
      const life = { agentId: "b", incarnation: 1, refutations: 0 };
      const reporter = { agentId: "c", incarnation: 1 };
      await suspicions.report({ reporter, vote: "suspect", needed: 2, validMs: 1_000, members: [life] });
      assert.equal((await sampleOf(client))[1]?.suspect, true);
      await suspicions.refute({ ...life, refutations: 1 });
      assert.equal(await roleIn(client, "b"), "primary");
      await registry.leave("b", 1);
      assert.equal((await registry.snapshot()).members.get("b")?.role, undefined);
      await registry.register([offerOf("b")]);
      assert.equal(await roleIn(client, "b"), "standby");
    },
  },
];

/** What a mutation of assign-roles.lua has to break. */
export const onlyTheLeaderGivesRoles = caseNamed(
  roleCases,
  "only the live leadership gives roles, and where it is another it changes nothing (L1, L3)",
);

/** Registers the cases as tests. */
export function testRoleStore(open: () => Promise<StoreUnderTest>): void {
  registerCases("RoleStore", roleCases, open);
}
