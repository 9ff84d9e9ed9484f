/** Voters and their votes in Redis (M2, P2): see lua/include/proposal.lua, and lua/include/members.lua for who votes. */
import { canonicalJson } from "@entrain/kernel";
import { outcomeOf, voteLimits, type Proposal, type ProposalDefinition } from "@entrain/core/vote";
import type { CastAnswer, EnrollAnswer, VoteStore } from "@entrain/ports";
import type { CommandPlane } from "./command-plane.ts";
import { membersCommandKeys } from "./registry.ts";
import type { StoreKeys } from "./keys.ts";
import type { MessageHub } from "./message-hub.ts";

/** The voters and proposals of a swarm. */
export function createVoteStore(options: {
  readonly keys: StoreKeys;
  readonly commands: CommandPlane;
  readonly hub: MessageHub;
}): VoteStore {
  const { keys, commands, hub } = options;
  const { membership, memberStates, prefix } = keys;
  const { voters, dead, candidates, evictions, proposals } = keys.votes;
  const memberKeys = membersCommandKeys(keys);
  const members = keys.channels.membership;
  const channel = keys.channels.proposals;

  async function read(limit: number, ids: readonly string[]): Promise<readonly Proposal[]> {
    const reply = await commands.run(
      "read-proposals",
      [membership, voters, proposals],
      [channel, prefix, limit, ...ids],
    );
    const [version, ...found] = reply as readonly [string, ...ProposalReply[]];
    return found.map((one) => proposalFrom(Number(version), one));
  }

  return {
    async enroll({ agentId, incarnation }, { aliveForMs, evictAfterMs }) {
      const args = [members, agentId, incarnation, aliveForMs, evictAfterMs, voteLimits.votersMax];
      const reply = await commands.run("enroll-voter", [...memberKeys, candidates], args);
      const [kind, leftMs, due] = reply as readonly [EnrollAnswer["kind"], string, readonly string[]];
      return { kind, leftMs: Number(leftMs), due };
    },
    async evict({ agentId: by, incarnation }, agentId, { evictAfterMs, votersMin }) {
      const args = [members, by, incarnation, agentId, evictAfterMs, votersMin];
      const reply = await commands.run("evict-voter", [...memberKeys, evictions], args);
      const [kind, votes, needed] = reply as readonly ["evicted" | "counted" | "refused", string, string];
      return { kind, votes: Number(votes), needed: Number(needed) };
    },
    async remove(agentId) {
      return (await commands.run("remove-voter", memberKeys, [members, agentId])) as "removed" | "alive" | "unknown";
    },
    async voters() {
      const reply = await commands.run("read-voters", [membership, voters, dead], []);
      const [version, since, gone] = reply as readonly [string, readonly string[], readonly string[]];
      const listed = pairs(since).map(([agentId, sinceMs]) => ({
        agentId,
        sinceMs: Number(sinceMs),
        dead: gone.includes(agentId),
      }));
      return { version: Number(version), voters: listed.sort((a, b) => (a.agentId < b.agentId ? -1 : 1)) };
    },
    async propose(definition, by, votersMin) {
      const { proposalId, giveUpMs, roundsMax } = definition;
      const limits = [votersMin, giveUpMs, roundsMax, voteLimits.proposalsMax];
      const args = [channel, prefix, proposalId, canonicalJson(definition), by, ...limits];
      const reply = await commands.run("open-proposal", [membership, voters, proposals], args);
      return reply as "proposed" | "repeated" | "reused" | "full";
    },
    async cast({ agentId, incarnation }, proposalId, round, choice) {
      const args = [channel, prefix, proposalId, round, agentId, incarnation, choice];
      const reply = await commands.run("cast-vote", [membership, voters, memberStates], args);
      const [kind, detail = ""] = reply as readonly [CastAnswer["kind"], string?];
      if (kind === "stands") return { kind, choice: detail };
      if (kind === "round") return { kind, round: Number(detail) };
      return { kind };
    },
    async nextRound(lost, votersMin) {
      const { definition, round, votes } = lost;
      const counts = canonicalJson(Object.fromEntries(outcomeOf(lost).tally.counts));
      const args = [channel, prefix, definition.proposalId, round, votes.length, counts, votersMin];
      return (await commands.run("next-round", [membership, voters], args)) === 1;
    },
    read: (proposalIds) => (proposalIds.length === 0 ? Promise.resolve([]) : read(0, proposalIds)),
    latest: (limit) => read(limit, []),
    watch: (onHint) => hub.watch(channel, onHint),
  };
}

type ProposalReply = readonly [
  id: string,
  definition: string,
  proposedBy: string,
  round: string,
  votersVersion: string,
  electorate: string,
  votersMin: string,
  taken: string,
  previous: string,
  absent: readonly string[],
  votes: readonly string[],
];

function proposalFrom(votersVersionNow: number, reply: ProposalReply): Proposal {
  const [, definition, proposedBy, round, votersVersion, electorate, votersMin, taken, previous, absent, votes] = reply;
  const byName = pairs(votes).map(([voter, choice]) => ({ voter, choice }));
  return {
    definition: JSON.parse(definition) as ProposalDefinition,
    proposedBy,
    round: Number(round),
    votersVersion: Number(votersVersion),
    votersVersionNow,
    electorate: electorate === "" ? [] : electorate.split(" "),
    votersMin: Number(votersMin),
    absent,
    votes: byName.sort((a, b) => (a.voter < b.voter ? -1 : 1)),
    taken: taken === "1",
    previous: previous === "" ? undefined : (JSON.parse(previous) as Readonly<Record<string, number>>),
  };
}

function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index] ?? "", flat[2 * index + 1] ?? ""]);
}
