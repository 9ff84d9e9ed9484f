/** What every SuspicionStore does (M3). */
import assert from "node:assert/strict";
import type { MemberRecord } from "@entrain/core/membership";
import type { MemberReport } from "@entrain/ports";
import { caseNamed, registerCases, type ConformanceCase } from "./conformance-case.ts";
import { offerOf, type StorePorts, type StoreUnderTest } from "./store-under-test.ts";
import { waitFor } from "./wait-for.ts";

const target = { agentId: "t", incarnation: 1, refutations: 0 };

function reportOf(by: string, vote: MemberReport["vote"], given: Partial<MemberReport> = {}): MemberReport {
  return { reporter: { agentId: by, incarnation: 1 }, vote, needed: 3, validMs: 60_000, members: [target], ...given };
}

/** Members, of whom `t` is the one in question. */
async function openWith(swarm: StoreUnderTest): Promise<StorePorts> {
  const client = await swarm.client();
  await client.registry.register(["t", "a", "b", "c", "d"].map((agentId) => offerOf(agentId)));
  return client;
}

async function targetIn(client: StorePorts): Promise<Pick<MemberRecord, "state" | "suspect" | "refutations">> {
  const member = (await client.registry.snapshot()).members.get("t");
  assert.ok(member);
  const { state, suspect = false, refutations = 0 } = member;
  return { state, suspect, refutations };
}

/** The store's clock, ms, as yet another incarnation of a bystander comes. */
function clockOf(client: StorePorts): () => Promise<number> {
  let incarnation = 0;
  return async () => {
    await client.registry.register([offerOf("z", (incarnation += 1))]);
    return (await client.registry.snapshot()).members.get("z")?.joinedAtMs ?? 0;
  };
}

/** Waits until the store's clock has gone on. */
async function goOn(nowMs: () => Promise<number>, ms: number): Promise<void> {
  const startedMs = await nowMs();
  await waitFor("the store's clock to go on", async () => (await nowMs()) > startedMs + ms);
}

/** How many of a life are buried by reports that come all at once; undefined where the store took its time over them. */
async function buriedAtOnce(client: StorePorts, incarnation: number): Promise<number | undefined> {
  const members = [{ ...target, incarnation }];
  const reports = (["suspect", "dead"] as const).flatMap((vote) =>
    ["a", "b", "c", "d"].map((by) => reportOf(by, vote, { members })),
  );
  // All are sent before the first answer; the bystanders tell when the store had the first of them, and the last.
  const early = client.registry.register([offerOf("early", incarnation)]);
  const reporting = Promise.all(reports.map((report) => client.suspicions.report(report)));
  await client.registry.register([offerOf("late", incarnation)]);
  await early;
  const buried = await reporting;
  const { members: listed } = await client.registry.snapshot();
  const tookMs = (listed.get("late")?.joinedAtMs ?? Infinity) - (listed.get("early")?.joinedAtMs ?? 0);
  return tookMs < 200 ? buried.reduce((sum, one) => sum + one, 0) : undefined;
}

/** The cases; each gets a swarm of its own. */
const suspicionCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: "a report marks a member suspect, as one delta that a follower learns, and it stays alive",
    async run(swarm) {
      const client = await openWith(swarm);
      const before = await client.registry.snapshot();
      assert.equal(await client.suspicions.report(reportOf("a", "suspect")), 0);
      assert.equal(await client.suspicions.report(reportOf("b", "suspect")), 0);
      const changes = await client.registry.changesSince(before.version);
      assert.ok(changes !== "resync");
      assert.deepEqual(
        changes.map(({ member: { agentId, state, suspect }, effectiveBeat }) => [
          agentId,
          state,
          suspect,
          effectiveBeat === before.effectiveBeat,
        ]),
        [["t", "alive", true, true]],
      );
      assert.deepEqual(await targetIn(client), { state: "alive", suspect: true, refutations: 0 });
    },
  },
  {
    name: "enough votes of different processes bury a member, fewer do not",
    async run(swarm) {
      const client = await openWith(swarm);
      for (const by of ["a", "a", "b", "a"]) assert.equal(await client.suspicions.report(reportOf(by, "refused")), 0);
      assert.equal(await client.suspicions.report(reportOf("c", "suspect")), 0, "a suspicion is no vote");
      assert.equal((await targetIn(client)).state, "alive");
      assert.equal(await client.suspicions.report(reportOf("c", "refused")), 1);
      assert.equal((await targetIn(client)).state, "dead");
      assert.equal(await client.suspicions.report(reportOf("d", "refused")), 0, "nobody is buried twice");
    },
  },
  {
    name: "votes on silence count once the suspicion has stood for a while, not all at once with it",
    async run(swarm) {
      const client = await openWith(swarm);
      let incarnation = 1;
      let buried: number | undefined;
      await waitFor("reports to be carried out at once", async () => {
        buried = await buriedAtOnce(client, incarnation);
        if (buried === undefined) await client.registry.register([offerOf("t", (incarnation += 1))]);
        return buried !== undefined;
      });
      assert.equal(buried, 0);
      const members = [{ ...target, incarnation }];
      await goOn(clockOf(client), 200);
      for (const by of ["a", "b"]) assert.equal(await client.suspicions.report(reportOf(by, "dead", { members })), 0);
      assert.equal(await client.suspicions.report(reportOf("c", "dead", { members })), 1);
    },
  },
  {
    name: "no process buries another alone, whatever it says that it takes",
    async run(swarm) {
      const { suspicions } = await openWith(swarm);
      await assert.rejects(suspicions.report(reportOf("a", "refused", { needed: 1 })), { field: "needed" });
      await assert.rejects(suspicions.report(reportOf("a", "refused", { validMs: 0 })), { field: "validMs" });
      assert.equal(await suspicions.report(reportOf("a", "refused", { needed: 2 })), 0);
      assert.equal(await suspicions.report(reportOf("b", "refused", { needed: 2 })), 1);
    },
  },
  {
    name: "a refutation voids the votes before it, and those that do not know of it",
    async run(swarm) {
      const client = await openWith(swarm);
      for (const by of ["a", "b"]) await client.suspicions.report(reportOf(by, "refused"));
      assert.equal(await client.suspicions.refute({ ...target, refutations: 1 }), true);
      assert.deepEqual(await targetIn(client), { state: "alive", suspect: false, refutations: 1 });
      for (const by of ["c", "d"]) assert.equal(await client.suspicions.report(reportOf(by, "refused")), 0);
      assert.deepEqual(await targetIn(client), { state: "alive", suspect: false, refutations: 1 });
      const members = [{ ...target, refutations: 1 }];
      for (const by of ["c", "d"])
        assert.equal(await client.suspicions.report(reportOf(by, "refused", { members })), 0);
      assert.equal(await client.suspicions.report(reportOf("a", "refused", { members })), 1);
    },
  },
  {
    name: "a refutation that is no higher, of another incarnation or of the dead changes nothing",
    async run(swarm) {
      const client = await openWith(swarm);
      await client.suspicions.report(reportOf("a", "suspect"));
      assert.equal(await client.suspicions.refute(target), false);
      assert.equal(await client.suspicions.refute({ ...target, incarnation: 2, refutations: 1 }), false);
      assert.equal((await targetIn(client)).suspect, true);
      for (const by of ["a", "b", "c"]) await client.suspicions.report(reportOf(by, "refused"));
      assert.equal(await client.suspicions.refute({ ...target, refutations: 1 }), false);
      assert.equal((await targetIn(client)).state, "dead");
    },
  },
  {
    name: "M3: what was said of a dead incarnation does not count against the next one",
    async run(swarm) {
      const client = await openWith(swarm);
      for (const by of ["a", "b"]) await client.suspicions.report(reportOf(by, "refused"));
      await client.registry.register([offerOf("t", 2)]);
      assert.deepEqual(await targetIn(client), { state: "alive", suspect: false, refutations: 0 });
      assert.equal(await client.suspicions.report(reportOf("c", "refused")), 0);
      const members = [{ ...target, incarnation: 2 }];
      assert.equal(await client.suspicions.report(reportOf("c", "refused", { members })), 0);
    },
  },
  {
    name: "M3: an incarnation that comes back from the dead goes on with its refutations, and what was said before is void",
    async run(swarm) {
      const client = await openWith(swarm);
      for (const refutations of [1, 2]) {
        const members = [{ ...target, refutations: refutations - 1 }];
        for (const by of ["a", "b", "c"]) await client.suspicions.report(reportOf(by, "refused", { members }));
        assert.equal((await targetIn(client)).state, "dead");
        await client.registry.register([offerOf("t")]);
        assert.deepEqual(await targetIn(client), { state: "alive", suspect: false, refutations });
        for (const by of ["a", "b", "c", "d"])
          assert.equal(await client.suspicions.report(reportOf(by, "refused", { members })), 0);
        assert.deepEqual(await targetIn(client), { state: "alive", suspect: false, refutations });
      }
      const [member] = [(await client.registry.snapshot()).members.get("t")];
      assert.ok(member?.ticket !== undefined);
    },
  },
  {
    name: "who is not alive itself has no vote, and a vote dies with its voter",
    async run(swarm) {
      const client = await openWith(swarm);
      for (const by of ["a", "b"]) await client.suspicions.report(reportOf(by, "refused"));
      const reporter = { agentId: "c", incarnation: 9 };
      assert.equal(await client.suspicions.report(reportOf("c", "refused", { reporter })), 0);
      await client.registry.leave("a", 1);
      assert.equal(await client.suspicions.report(reportOf("a", "refused")), 0);
      assert.equal(await client.suspicions.report(reportOf("c", "refused")), 0);
      assert.equal(await client.suspicions.report(reportOf("d", "refused")), 1);
    },
  },
  {
    name: "votes do not count for longer than they are valid",
    async run(swarm) {
      const client = await openWith(swarm);
      const brief = { needed: 2, validMs: 1 };
      await client.suspicions.report(reportOf("a", "refused", brief));
      await goOn(clockOf(client), 5);
      assert.equal(await client.suspicions.report(reportOf("b", "refused", brief)), 0);
    },
  },
];

/** What a mutation of report-members.lua has to break. */
export const enoughVotesBury = caseNamed(
  suspicionCases,
  "enough votes of different processes bury a member, fewer do not",
);

/** The same. */
export const silenceStandsFirst = caseNamed(
  suspicionCases,
  "votes on silence count once the suspicion has stood for a while, not all at once with it",
);

/** The same of refute-suspicion.lua. */
export const refutationVoids = caseNamed(
  suspicionCases,
  "a refutation voids the votes before it, and those that do not know of it",
);

/** Registers the cases as tests. */
export function testSuspicionStore(open: () => Promise<StoreUnderTest>): void {
  registerCases("SuspicionStore", suspicionCases, open);
}
