/** What every Registry does (M1, M3). */
import assert from "node:assert/strict";
import type { Registry } from "@entrain/ports";
import { registerCases, type ConformanceCase } from "./conformance-case.ts";
import { markCases } from "./registry-marks.ts";
import { placeCases } from "./registry-places.ts";
import { follow, stateOf } from "./registry-reading.ts";
import { beatOf, offerOf, type StoreUnderTest } from "./store-under-test.ts";
import { waitFor } from "./wait-for.ts";

/** Lets time pass as the store sees it: `keeper` beats until `until` holds. */
async function beatUntil(
  registry: Registry,
  keeper: string,
  what: string,
  until: () => Promise<boolean>,
): Promise<void> {
  await waitFor(what, async () => {
    assert.deepEqual((await registry.heartbeat([beatOf(keeper)])).unknown, []);
    return until();
  });
}

/** The cases; each gets a swarm of its own. */
export const registryCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: "registered agents are listed alive, whole, and each is one version",
    async run(swarm) {
      const { registry } = await swarm.client();
      assert.deepEqual(await registry.snapshot(), { version: 0, members: new Map(), effectiveBeat: undefined });
      await registry.register([offerOf("a", 3, 0.5), offerOf("b")]);
      const view = await (await swarm.client()).registry.snapshot();
      assert.equal(view.version, 2);
      assert.deepEqual([...view.members.keys()].sort(), ["a", "b"]);
      const member = view.members.get("a");
      assert.ok(member);
      const { state, joinedAtMs, changedAtMs, ticket, joining, refutations, suspect, ...offer } = member;
      assert.deepEqual(offer, offerOf("a", 3, 0.5));
      assert.deepEqual([state, joining, refutations, suspect], ["alive", true, 0, false]);
      assert.equal(ticket, 0);
      assert.ok(joinedAtMs > 0 && changedAtMs === joinedAtMs);
    },
  },
  {
    name: "the deltas lead from any version to the present view",
    async run(swarm) {
      const { registry } = await swarm.client();
      await registry.register([offerOf("a"), offerOf("b")]);
      const early = await registry.snapshot();
      await registry.register([offerOf("c"), offerOf("a", 2)]);
      await registry.leave("b", 1);
      const followed = await follow(registry, early);
      assert.deepEqual(followed, await registry.snapshot());
      assert.deepEqual(await registry.changesSince(followed.version), []);
    },
  },
  {
    name: "a watcher whose version is not of this log is told to resync",
    async run(swarm) {
      const { registry } = await swarm.client();
      await registry.register([offerOf("a")]);
      assert.equal(await registry.changesSince(99), "resync");
    },
  },
  {
    name: "a watcher that is very far behind is told to resync",
    async run(swarm) {
      const { registry } = await swarm.client();
      await registry.register(Array.from({ length: 1_200 }, (_, index) => offerOf(`agent-${index}`)));
      assert.equal(await registry.changesSince(0), "resync");
      assert.equal((await registry.snapshot()).members.size, 1_200);
      const near = await registry.changesSince(1_195);
      assert.ok(near !== "resync" && near.length === 5);
    },
  },
  {
    name: "the same registration again changes nothing; a new address is a delta of the same life",
    async run(swarm) {
      const { registry } = await swarm.client();
      await registry.register([offerOf("a")]);
      await registry.register([offerOf("a")]);
      const before = await registry.snapshot();
      assert.equal(before.version, 1);
      await registry.register([{ ...offerOf("a"), address: "127.0.0.1:5000" }]);
      const after = await registry.snapshot();
      assert.equal(after.version, 2);
      assert.deepEqual(after.members.get("a"), { ...before.members.get("a"), address: "127.0.0.1:5000" });
    },
  },
  {
    name: "the higher incarnation takes over and the lower one is told (M3)",
    async run(swarm) {
      const [one, other] = [await swarm.client(), await swarm.client()];
      await one.registry.register([offerOf("a", 1), offerOf("b", 1)]);
      await other.registry.register([offerOf("a", 2)]);
      const answer = await one.registry.heartbeat([beatOf("a", 1, 0.1), beatOf("b", 1)]);
      assert.deepEqual(answer.superseded, ["a"]);
      assert.deepEqual(answer.unknown, []);
      await assert.rejects(one.registry.register([offerOf("c"), offerOf("a", 1)]), { code: "superseded", value: "a" });
      const view = await one.registry.snapshot();
      assert.equal(view.members.get("a")?.incarnation, 2);
      assert.equal(view.members.get("a")?.health, 1, "a dead incarnation does not refresh a live one");
      assert.equal(view.members.has("c"), false, "a refused registration lists nobody");
      assert.deepEqual((await other.registry.heartbeat([beatOf("a", 2)])).superseded, []);
    },
  },
  {
    name: "who is not to take over is refused while the other lives, and comes in when that one has left",
    async run(swarm) {
      const { registry } = await swarm.client();
      const refuse = { takeOver: false };
      await registry.register([offerOf("a", 1)], refuse);
      await registry.register([offerOf("a", 1)], refuse);
      const duplicate = { code: "already-exists", field: "agentId", value: "a" };
      await assert.rejects(registry.register([offerOf("b", 2), offerOf("a", 2)], refuse), duplicate);
      const view = await registry.snapshot();
      assert.deepEqual([view.members.get("a")?.incarnation, view.members.has("b")], [1, false]);
      await registry.leave("a", 1);
      await registry.register([offerOf("a", 2)], refuse);
      assert.equal((await registry.snapshot()).members.get("a")?.incarnation, 2);
    },
  },
  {
    name: "a heartbeat creates no record: strangers and new incarnations are to register",
    async run(swarm) {
      const { registry } = await swarm.client();
      await registry.register([offerOf("a", 1)]);
      const answer = await registry.heartbeat([beatOf("stranger"), beatOf("a", 2)]);
      assert.deepEqual([...answer.unknown].sort(), ["a", "stranger"]);
      assert.equal((await registry.snapshot()).members.size, 1);
    },
  },
  {
    name: "a heartbeat carries health and risk, which a new registration keeps; a process without agents learns the version",
    async run(swarm) {
      const { registry } = await swarm.client();
      await registry.register([offerOf("a")]);
      await registry.heartbeat([beatOf("a", 1, 0.25, 0.5)]);
      await registry.register([offerOf("a", 1, 0.25)]);
      const view = await registry.snapshot();
      assert.deepEqual([view.members.get("a")?.health, view.members.get("a")?.risk], [0.25, 0.5]);
      await registry.heartbeat([beatOf("a", 1, 0.25, 0)]);
      assert.equal((await registry.snapshot()).members.get("a")?.risk, undefined);
      assert.deepEqual(await registry.heartbeat([]), { version: view.version, unknown: [], superseded: [] });
    },
  },
  {
    name: "a silent member dies, and comes back by registering in the same incarnation",
    async run(swarm) {
      const { registry } = await swarm.client();
      await registry.register([offerOf("silent"), offerOf("keeper")]);
      const early = await registry.snapshot();
      await beatUntil(registry, "keeper", "the silent member to die", async () => {
        return (await stateOf(registry, "silent")) === "dead";
      });
      assert.equal((await follow(registry, early)).members.get("silent")?.state, "dead");
      assert.deepEqual((await registry.heartbeat([beatOf("silent")])).unknown, ["silent"]);
      await registry.register([offerOf("silent")]);
      assert.equal(await stateOf(registry, "silent"), "alive");
      assert.equal(await stateOf(registry, "keeper"), "alive");
    },
  },
  {
    name: "a member that leaves has left: once, and only in its own incarnation",
    async run(swarm) {
      const { registry } = await swarm.client();
      await registry.register([offerOf("a", 2)]);
      await registry.leave("a", 1);
      assert.equal(await stateOf(registry, "a"), "alive");
      await registry.leave("a", 2);
      await registry.leave("a", 2);
      await registry.leave("stranger", 1);
      const view = await registry.snapshot();
      assert.equal(view.members.get("a")?.state, "left");
      assert.equal(view.version, 2);
    },
  },
  {
    name: "members whose health is 0 leave and die like any other, and the log goes on",
    async run(swarm) {
      const { registry } = await swarm.client();
      await registry.register([offerOf("leaving", 1, 0), offerOf("silent", 1, 0), offerOf("keeper")]);
      await registry.leave("leaving", 1);
      assert.equal(await stateOf(registry, "leaving"), "left");
      await beatUntil(registry, "keeper", "the silent member to die", async () => {
        return (await stateOf(registry, "silent")) === "dead";
      });
      await registry.register([offerOf("silent")]);
      assert.equal((await registry.snapshot()).version, 7, "three joined, one was heard of, two went, one came back");
    },
  },
  {
    name: "the dead and the left are forgotten in the end",
    async run(swarm) {
      const { registry } = await swarm.client();
      await registry.register([offerOf("silent"), offerOf("gone"), offerOf("keeper")]);
      await registry.leave("gone", 1);
      await beatUntil(registry, "keeper", "both to be forgotten", async () => {
        return (await registry.snapshot()).members.size === 1;
      });
      assert.equal(await stateOf(registry, "keeper"), "alive");
    },
  },
  {
    name: "a watcher is told that the version moved",
    async run(swarm) {
      const [one, other] = [await swarm.client(), await swarm.client()];
      const told: number[] = [];
      const unwatch = other.registry.watch((version) => told.push(version));
      let incarnation = 0;
      await waitFor("a hint", async () => {
        incarnation += 1;
        await one.registry.register([offerOf("a", incarnation)]);
        return told.length > 0;
      });
      unwatch();
      assert.ok(told.every((version) => version <= incarnation));
    },
  },
  {
    name: "a health or incarnation that is no number, or an agent named twice, is refused by its name",
    async run(swarm) {
      const { registry } = await swarm.client();
      const wrong = { code: "invalid-argument" };
      await assert.rejects(registry.register([offerOf("a", 1, Number.NaN)]), { ...wrong, field: "health" });
      await assert.rejects(registry.register([offerOf("a", 1.5)]), { ...wrong, field: "incarnation" });
      await assert.rejects(registry.register([offerOf("a"), offerOf("a")]), { ...wrong, field: "agentId" });
      await assert.rejects(registry.heartbeat([beatOf("a"), beatOf("a")]), { ...wrong, field: "agentId" });
      const counting = (cycle: number, periodMs: number) => registry.heartbeat([], { cycle, periodMs });
      await assert.rejects(counting(Number.NaN, 200), { ...wrong, field: "cycle" });
      await assert.rejects(counting(1, 0), { ...wrong, field: "periodMs" });
      await registry.register([]);
      assert.equal((await registry.snapshot()).version, 0);
    },
  },
  ...markCases,
  ...placeCases,
];

/** Registers the suite. */
export function testRegistry(open: () => Promise<StoreUnderTest>): void {
  registerCases("Registry", registryCases, open);
}
