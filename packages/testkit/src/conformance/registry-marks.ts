/** What every Registry keeps of a member that is alive beside its state: whether it is joining, its load, what it can do. */
import assert from "node:assert/strict";
import type { MemberRecord } from "@entrain/core/membership";
import type { Registry } from "@entrain/ports";
import type { ConformanceCase } from "./conformance-case.ts";
import { follow } from "./registry-reading.ts";
import { beatOf, offerOf, type StoreUnderTest } from "./store-under-test.ts";

async function memberIn(registry: Registry, agentId: string): Promise<MemberRecord> {
  return (await registry.snapshot()).members.get(agentId) ?? assert.fail(`${agentId} is not listed`);
}

/** The cases; each gets a swarm of its own. */
export const markCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: "a life is joining until its first heartbeat, which is a mark in the log, and no other heartbeat is",
    async run(swarm) {
      const { registry } = await swarm.client();
      await registry.register([offerOf("a"), offerOf("b")]);
      const before = await registry.snapshot();
      assert.equal(before.members.get("a")?.joining, true);
      assert.equal((await registry.heartbeat([beatOf("a")])).version, before.version + 1);
      assert.equal((await registry.heartbeat([beatOf("a", 1, 0.5)])).version, before.version + 1);
      const after = await follow(registry, before);
      assert.deepEqual([after.members.get("a")?.joining, after.members.get("b")?.joining], [undefined, true]);
      await registry.register([offerOf("a", 2)]);
      assert.equal((await memberIn(registry, "a")).joining, true, "a restart begins another life");
      await registry.register([offerOf("c")], { joining: false });
      assert.equal((await memberIn(registry, "c")).joining, undefined, "who was a member before need not join again");
    },
  },
  {
    name: "a load stays as it was told last, and is forgotten with the life",
    async run(swarm) {
      const { registry } = await swarm.client();
      await registry.register([offerOf("a")]);
      await registry.heartbeat([{ ...beatOf("a"), load: 0.7 }]);
      await registry.heartbeat([beatOf("a", 1, 0.5, 0.25)]);
      const { health, risk, load } = await memberIn(registry, "a");
      assert.deepEqual([health, risk, load], [0.5, 0.25, 0.7]);
      await registry.heartbeat([{ ...beatOf("a"), load: 0 }]);
      assert.equal((await memberIn(registry, "a")).load ?? 0, 0);
      await registry.heartbeat([{ ...beatOf("a"), load: 0.3 }]);
      await registry.register([offerOf("a", 2)]);
      assert.equal((await memberIn(registry, "a")).load ?? 0, 0);
      await assert.rejects(registry.heartbeat([{ ...beatOf("a"), load: Number.NaN }]), { field: "load" });
    },
  },
  {
    name: "capabilities that are offered anew are one version, and the member stays what it was",
    async run(swarm) {
      const { registry } = await swarm.client();
      await registry.register([offerOf("a")]);
      await registry.heartbeat([{ ...beatOf("a"), load: 0.5 }]);
      const before = await registry.snapshot();
      await registry.register([{ ...offerOf("a"), capabilities: ["resize", "scan"] }]);
      const after = await follow(registry, before);
      assert.equal(after.version, before.version + 1);
      assert.deepEqual(after.members.get("a"), { ...before.members.get("a"), capabilities: ["resize", "scan"] });
    },
  },
];
