/**
 * The leader record of one election in Redis (L1 to L4), which is also what the holder of a lock is: see lua/campaign.lua,
 * renew.lua, release.lua, read-leader.lua.
 */
import { EntrainError } from "@entrain/kernel";
import type { LeaderRecord, Leadership } from "@entrain/core/election";
import type { ElectionStore } from "@entrain/ports";
import type { CommandPlane } from "./command-plane.ts";
import type { StoreKeys } from "./keys.ts";
import type { Reply } from "./link.ts";
import type { MessageHub } from "./message-hub.ts";

/** The election whose term fences the swarm's decisions. */
export const swarmElection = "swarm";

/** Where an election is kept. */
export interface ElectionKeys {
  /** Hash: the leader record. */
  readonly record: string;
  /** Text: the highest term. */
  readonly term: string;
  /** Gets the new term, 0 when it was given up. */
  readonly channel: string;
  /** Hash: candidates with a priority; undefined where it goes to whoever asks first. */
  readonly candidates?: string;
}

/** The keys of the election `name`. */
export function electionKeys(keys: StoreKeys, name: string): ElectionKeys {
  const [record, candidates] = [keys.leader(name), keys.candidates(name)];
  return { record, term: keys.term(name), channel: keys.channels.leader(name), candidates };
}

/** The store of one election. */
export function createElectionStore(options: {
  readonly keys: ElectionKeys;
  readonly commands: CommandPlane;
  readonly hub: MessageHub;
  /** Longest lease that the recovery window covers (S1), ms. */
  readonly leaseMaxMs: number;
}): ElectionStore {
  const { keys, commands, hub, leaseMaxMs } = options;
  const { record, term, channel, candidates } = keys;
  return {
    async campaign({ agentId, incarnation, highestTerm, leaseMs, rank }) {
      checkLease(leaseMs, leaseMaxMs);
      checkWhole("highestTerm", highestTerm);
      checkWhole("incarnation", incarnation);
      const isRanked = rank !== undefined && candidates !== undefined;
      const ranks = isRanked ? [rank.priority, rank.countsMs, rank.waitMs] : ["", "", ""];
      const args = [channel, agentId, incarnation, highestTerm, leaseMs, ...ranks];
      // Without ranks the last key is not looked at; that it is one of the same place satisfies a Cluster.
      const reply = await commands.run("campaign", [record, term, candidates ?? record], args);
      const [kind, ...rest] = reply as CampaignReply;
      if (kind === "record") return { kind, leader: leaderFrom(rest[0]), leftToOthersMs: Number(rest[1]) };
      return { kind, held: { agentId, incarnation, term: Number(rest[0]), generation: Number(rest[1]) } };
    },
    async renew(held, leaseMs) {
      checkLease(leaseMs, leaseMaxMs);
      const args = [held.agentId, held.incarnation, held.term, held.generation, leaseMs];
      const [kind, answer] = (await commands.run("renew", [record], args)) as RenewReply;
      if (kind === "refused") return { kind, leader: leaderFrom(answer) };
      return { kind, held: { ...held, generation: Number(answer) } };
    },
    async release(held: Leadership) {
      await commands.run("release", [record], [channel, held.agentId, held.incarnation, held.term]);
    },
    async read() {
      return leaderFrom(await commands.run("read-leader", [record], []));
    },
    watch: (onHint) =>
      hub.watch(channel, (message) => {
        onHint(Number(message));
      }),
  };
}

type CampaignReply =
  readonly ["granted", term: string, generation: string] | readonly ["record", leader: Reply, leftToOthersMs: string];
type RenewReply = readonly ["renewed", generation: string] | readonly ["refused", leader: Reply];

/** The leader of a reply `{agentId, incarnation, term, generation, leaseUntilMs, remainingMs}`; undefined for `{}`. */
export function leaderFrom(reply: Reply): LeaderRecord | undefined {
  const [agentId, incarnation, term, generation, leaseUntilMs, remainingMs] = reply as readonly string[];
  if (agentId === undefined) return undefined;
  return {
    agentId,
    incarnation: Number(incarnation),
    term: Number(term),
    generation: Number(generation),
    leaseUntilMs: Number(leaseUntilMs),
    remainingMs: Number(remainingMs),
  };
}

export function checkLease(leaseMs: number, leaseMaxMs: number): void {
  if (!(Number.isInteger(leaseMs) && leaseMs > 0))
    throw EntrainError.invalid("leaseMs", leaseMs, "give a whole number of ms above 0");
  if (leaseMs > leaseMaxMs)
    throw EntrainError.invalid("leaseMs", leaseMs, `stay within the store's recoveryWindowMs (${leaseMaxMs})`);
}

/** Numbers that Lua compares and prints as integers. */
export function checkWhole(field: string, value: number): void {
  if (!(Number.isSafeInteger(value) && value >= 0))
    throw EntrainError.invalid(field, value, "give a whole number from 0 to 2^53 - 1");
}
