/** What every VoteStore does (M2, P2). */
import assert from "node:assert/strict";
import { createRandom } from "@entrain/kernel";
import {
  isNextRoundDue,
  outcomeOf,
  proposalDefinition,
  type ProposalWish,
  type VoterTimings,
} from "@entrain/core/vote";
import { registerCases, type ConformanceCase } from "./conformance-case.ts";
import { beatOf, offerOf, type StorePorts, type StoreUnderTest } from "./store-under-test.ts";
import { waitFor } from "./wait-for.ts";

const timings: VoterTimings = { aliveForMs: 80, evictAfterMs: 50, votersMin: 2 };
const atOnce: VoterTimings = { ...timings, aliveForMs: 0 };

const claim = (agentId: string, incarnation = 1) => ({ agentId, incarnation });

/** Agents that are alive and voters. */
async function openWith(swarm: StoreUnderTest, ...agentIds: string[]): Promise<StorePorts> {
  const client = await swarm.client();
  await client.registry.register(agentIds.map((agentId) => offerOf(agentId)));
  for (const agentId of agentIds) assert.equal((await client.votes.enroll(claim(agentId), atOnce)).kind, "enrolled");
  return client;
}

const namesOf = async ({ votes }: StorePorts): Promise<string> =>
  (await votes.voters()).voters.map(({ agentId, dead }) => (dead ? `${agentId}†` : agentId)).join(" ");

const propose = ({ votes }: StorePorts, wish: Partial<ProposalWish> = {}, votersMin = 2) =>
  votes.propose(proposalDefinition({ proposalId: "p", ...wish }), "a", votersMin);

async function readOne({ votes }: StorePorts, proposalId = "p") {
  const [proposal] = await votes.read([proposalId]);
  assert.ok(proposal);
  return proposal;
}

/** Lets time pass as the store sees it: the keepers beat until `until` holds. */
async function beatUntil(client: StorePorts, keepers: string, what: string, until: () => Promise<boolean>) {
  await waitFor(what, async () => {
    await client.registry.heartbeat(keepers.split(" ").map((agentId) => beatOf(agentId)));
    return until();
  });
}

/** The case that a store fails which counts a voter twice. */
export const oneVoteAVoter = "a voter votes once a round: its first vote stands, however often and whatever it says";
/** The case that a store fails which lets any single voter evict. */
export const majorityEvicts = "a dead voter stays one until a majority of all voters has voted it out (M2)";

/** The cases; each gets a swarm of its own. */
export const voteCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: "an agent is a voter when it has been alive for long enough, and each change is one version",
    async run(swarm) {
      const client = await swarm.client();
      await client.registry.register([offerOf("a"), offerOf("b")]);
      const waiting = await client.votes.enroll(claim("a"), timings);
      assert.deepEqual([waiting.kind, waiting.leftMs], ["waiting", timings.aliveForMs]);
      assert.equal((await client.votes.enroll(claim("a", 2), timings)).kind, "unknown");
      assert.equal((await client.votes.enroll(claim("stranger"), timings)).kind, "unknown");
      assert.deepEqual(await client.votes.voters(), { version: 0, voters: [] });
      await beatUntil(client, "a b", "a to be a voter", async () => {
        return (await client.votes.enroll(claim("a"), timings)).kind === "enrolled";
      });
      assert.equal((await client.votes.enroll(claim("a"), timings)).kind, "voter");
      const { version, voters } = await client.votes.voters();
      assert.deepEqual([version, voters[0]?.agentId, voters[0]?.dead], [1, "a", false]);
      assert.equal((await client.votes.enroll(claim("b"), timings)).kind, "waiting", "each waits for itself");
    },
  },
  {
    name: "who dies while it waits begins anew, and who leaves is no voter at once",
    async run(swarm) {
      const client = await openWith(swarm, "keeper");
      await client.registry.register([offerOf("a")]);
      await client.votes.enroll(claim("a"), timings);
      await beatUntil(client, "keeper", "a to die", async () => {
        return (await client.registry.snapshot()).members.get("a")?.state === "dead";
      });
      assert.equal((await client.votes.enroll(claim("a"), timings)).kind, "unknown");
      await client.registry.register([offerOf("a")]);
      assert.equal((await client.votes.enroll(claim("a"), timings)).kind, "waiting");
      const { version } = await client.votes.voters();
      await client.registry.leave("keeper", 1);
      assert.deepEqual(await client.votes.voters(), { version: version + 1, voters: [] });
    },
  },
  {
    name: majorityEvicts,
    async run(swarm) {
      const client = await openWith(swarm, "a", "b", "c", "d", "e");
      assert.equal((await client.votes.evict(claim("a"), "e", timings)).kind, "refused", "it lives");
      await beatUntil(client, "a b c d", "e to be due", async () => {
        return (await client.votes.enroll(claim("a"), timings)).due.includes("e");
      });
      assert.equal(await namesOf(client), "a b c d e†");
      const { voters, votersDead } = await client.globalState.snapshot();
      assert.deepEqual([voters, votersDead], [5, 1], "the global state counts them alike");
      const counted = { kind: "counted", needed: 3 };
      assert.deepEqual(await client.votes.evict(claim("a"), "e", timings), { ...counted, votes: 1 });
      assert.deepEqual(await client.votes.evict(claim("a"), "e", timings), { ...counted, votes: 1 }, "one vote each");
      assert.equal((await client.votes.evict(claim("b", 2), "e", timings)).kind, "refused", "no such incarnation");
      assert.equal((await client.votes.evict(claim("stranger"), "e", timings)).kind, "refused");
      assert.deepEqual(await client.votes.evict(claim("b"), "e", timings), { ...counted, votes: 2 });
      assert.deepEqual(await client.votes.evict(claim("c"), "e", timings), { kind: "evicted", votes: 3, needed: 3 });
      assert.equal(await namesOf(client), "a b c d");
    },
  },
  {
    name: "votes against one death do not count against the next, and who comes back has kept its vote",
    async run(swarm) {
      const client = await openWith(swarm, "a", "b", "c");
      const due = (keepers: string, agentId: string) =>
        beatUntil(client, keepers, `${agentId} to be due`, async () => {
          return (await client.votes.enroll(claim("a"), timings)).due.includes(agentId);
        });
      await due("a b", "c");
      assert.equal((await client.votes.evict(claim("a"), "c", timings)).kind, "counted");
      await client.registry.register([offerOf("c", 2)]);
      assert.equal((await client.votes.enroll(claim("c", 2), timings)).kind, "voter");
      assert.equal(await namesOf(client), "a b c");
      await due("a b", "c");
      assert.deepEqual(await client.votes.evict(claim("b"), "c", timings), { kind: "counted", votes: 1, needed: 2 });
    },
  },
  {
    name: "where no majority lives an operator takes a dead voter's vote away, and only a dead one's",
    async run(swarm) {
      const client = await openWith(swarm, "a", "b");
      assert.equal(await client.votes.remove("b"), "alive");
      assert.equal(await client.votes.remove("stranger"), "unknown");
      await beatUntil(client, "a", "b to be due", async () => {
        return (await client.votes.enroll(claim("a"), timings)).due.includes("b");
      });
      assert.deepEqual(await client.votes.evict(claim("a"), "b", timings), { kind: "counted", votes: 1, needed: 2 });
      assert.equal(await client.votes.remove("b"), "removed");
      assert.equal(await namesOf(client), "a");
    },
  },
  {
    name: "a proposal is made once under its id, and everybody reads the same",
    async run(swarm) {
      const one = await openWith(swarm, "a", "b", "c");
      const other = await swarm.client();
      const wish = { question: { text: 'quoted "text", / and ü' }, options: ["left", "right", "none"] };
      const made = await Promise.all([propose(one, wish), propose(other, wish), propose(one, wish)]);
      assert.deepEqual(made.sort(), ["proposed", "repeated", "repeated"]);
      assert.equal(await propose(other, { options: ["left", "right"] }), "reused");
      const proposal = await readOne(other);
      assert.deepEqual(proposal, { ...(await readOne(one)) });
      const { definition, proposedBy, round, electorate, absent, votes, taken, votersMin, previous } = proposal;
      assert.deepEqual(definition, proposalDefinition({ proposalId: "p", ...wish }));
      assert.deepEqual(
        { proposedBy, round, electorate, absent, votes, taken, votersMin, previous },
        {
          ...{ proposedBy: "a", round: 1, electorate: ["a", "b", "c"], absent: [], votes: [], taken: true },
          ...{ votersMin: 2, previous: undefined },
        },
      );
      await propose(one, { proposalId: "later" });
      assert.deepEqual(
        (await one.votes.latest(1)).map((latest) => latest.definition.proposalId),
        ["later"],
      );
      assert.deepEqual(await one.votes.read(["none"]), []);
    },
  },
  {
    name: oneVoteAVoter,
    async run(swarm) {
      const client = await openWith(swarm, "a", "b", "c");
      await propose(client);
      const cast = (agentId: string, choice: string, round = 1, incarnation = 1) =>
        client.votes.cast(claim(agentId, incarnation), "p", round, choice);
      assert.deepEqual(await cast("a", "yes"), { kind: "cast" });
      assert.deepEqual(await cast("a", "no"), { kind: "stands", choice: "yes" });
      assert.deepEqual(await cast("b", "no", 2), { kind: "round", round: 1 });
      assert.deepEqual(await cast("stranger", "yes"), { kind: "no-voter" });
      assert.deepEqual(await cast("b", "yes", 1, 2), { kind: "no-voter" }, "no such incarnation (M3)");
      assert.deepEqual(await client.votes.cast(claim("a"), "none", 1, "yes"), { kind: "unknown" });
      assert.equal(outcomeOf(await readOne(client)).kind, "open");
      await cast("c", "yes");
      const proposal = await readOne(client);
      assert.deepEqual(proposal.votes, [
        { voter: "a", choice: "yes" },
        { voter: "c", choice: "yes" },
      ]);
      assert.equal(outcomeOf(proposal).kind, "passed");
    },
  },
  {
    name: "the electorate of a round are the voters at its opening: who comes later votes in the next",
    async run(swarm) {
      const client = await openWith(swarm, "a", "b", "c");
      await propose(client, { policy: "unanimous" });
      await client.registry.register([offerOf("d")]);
      await client.votes.enroll(claim("d"), atOnce);
      assert.deepEqual(await client.votes.cast(claim("d"), "p", 1, "yes"), { kind: "no-voter" });
      for (const agentId of ["a", "b"]) await client.votes.cast(claim(agentId), "p", 1, "yes");
      await client.registry.leave("c", 1);
      assert.deepEqual(await client.votes.cast(claim("c"), "p", 1, "yes"), { kind: "no-voter" });
      const lost = await readOne(client);
      assert.deepEqual(lost.absent, ["c"]);
      assert.ok(isNextRoundDue(lost));
      assert.equal(await client.votes.nextRound(lost, 2), true);
      assert.equal(await client.votes.nextRound(lost, 2), false, "it is open already");
      const next = await readOne(client);
      assert.deepEqual([next.round, next.electorate, next.previous], [2, ["a", "b", "d"], { yes: 2 }]);
      for (const agentId of ["a", "b", "d"]) await client.votes.cast(claim(agentId), "p", 2, "no");
      const passed = outcomeOf(await readOne(client));
      assert.deepEqual([passed.kind, passed.round], ["passed", 2]);
    },
  },
  {
    name: "a round is not closed over a vote that came in meanwhile, and not beyond the last",
    async run(swarm) {
      const client = await openWith(swarm, "a", "b", "c");
      await propose(client, { rounds: 2 });
      const seen = await readOne(client);
      await client.votes.cast(claim("a"), "p", 1, "yes");
      assert.equal(await client.votes.nextRound(seen, 2), false);
      assert.equal(await client.votes.nextRound(await readOne(client), 2), true);
      assert.equal(await client.votes.nextRound(await readOne(client), 2), false);
      assert.equal((await readOne(client)).round, 2);
    },
  },
  {
    name: "when its time is over no vote is taken, and it has not passed (P2)",
    async run(swarm) {
      const client = await openWith(swarm, "a", "b", "c");
      await propose(client, { giveUpMs: 100 });
      await client.votes.cast(claim("a"), "p", 1, "yes");
      await waitFor("its time to be over", async () => !(await readOne(client)).taken);
      assert.deepEqual(await client.votes.cast(claim("b"), "p", 1, "yes"), { kind: "closed" });
      assert.equal(outcomeOf(await readOne(client)).kind, "failed");
      assert.equal(await client.votes.nextRound(await readOne(client), 2), false);
    },
  },
  {
    name: "of many voters at once each counts once, and all readers come to the same",
    async run(swarm) {
      const names = Array.from({ length: 20 }, (_, index) => `voter-${String(index).padStart(2, "0")}`);
      const client = await openWith(swarm, ...names);
      const others = await Promise.all([swarm.client(), swarm.client()]);
      await propose(client, { policy: "two-thirds" });
      const random = createRandom("votes");
      const hinted = new Set<string>();
      const unwatch = client.votes.watch((proposalId) => hinted.add(proposalId));
      await Promise.all(
        names.flatMap((name) =>
          others.map(({ votes }) => votes.cast(claim(name), "p", 1, random.next() < 0.5 ? "yes" : "no")),
        ),
      );
      const proposal = await readOne(client);
      assert.equal(proposal.votes.length, 20);
      assert.deepEqual(outcomeOf(await readOne(others[0])), outcomeOf(await readOne(others[1])));
      await waitFor("the hint", () => Promise.resolve(hinted.has("p")));
      unwatch();
    },
  },
];

/** Registers the suite. */
export function testVoteStore(open: () => Promise<StoreUnderTest>): void {
  registerCases("VoteStore", voteCases, open);
}
