/**
 * The view that decisions rest on: see lua/read-global-state.lua.
 * A snapshot is one command of O(log members): the health is a running sum that every heartbeat keeps.
 */
import type { GlobalState } from "@entrain/ports";
import type { CommandPlane } from "./command-plane.ts";
import { leaderFrom, swarmElection } from "./election-store.ts";
import type { StoreKeys } from "./keys.ts";
import type { Reply } from "./link.ts";

/** How long a decision is a recent one, ms. */
const recentForMs = 300_000;

/** The global state of a swarm. */
export function createGlobalState(options: {
  readonly keys: StoreKeys;
  readonly commands: CommandPlane;
  /** How long a dead member counts as missing, ms of observed time. */
  readonly missingForMs: number;
}): GlobalState {
  const { keys, commands, missingForMs } = options;
  return {
    async snapshot() {
      const { membership, memberBeats, membersDead, context, decisionsLatest, votes } = keys;
      const reply = await commands.run(
        "read-global-state",
        [
          ...[keys.leader(swarmElection), membership, memberBeats, membersDead, context, decisionsLatest],
          ...[votes.voters, votes.dead],
        ],
        [missingForMs, recentForMs],
      );
      const [generation, leader, healthSum, alive, missing, version, recentDecisions, voters, votersDead] =
        reply as SnapshotReply;
      const expected = alive + missing;
      return {
        leader: leaderFrom(leader),
        health: expected === 0 ? undefined : Number(healthSum) / 1e6 / expected,
        alive,
        missing,
        voters,
        votersDead,
        contextVersion: Number(version),
        generation: Number(generation),
        recentDecisions,
      };
    },
  };
}

type SnapshotReply = readonly [
  generation: string,
  leader: Reply,
  healthSum: string,
  alive: number,
  missing: number,
  contextVersion: string,
  recentDecisions: readonly string[],
  voters: number,
  votersDead: number,
];
