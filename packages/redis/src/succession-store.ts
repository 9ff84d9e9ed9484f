/** Succession of the swarm's leader in Redis (L5): see lua/succeed-leader.lua. */
import type { SuccessionAnswer, SuccessionStore } from "@entrain/ports";
import type { CommandPlane } from "./command-plane.ts";
import { checkLease, checkWhole, electionKeys, leaderFrom, swarmElection } from "./election-store.ts";
import type { StoreKeys } from "./keys.ts";
import type { Reply } from "./link.ts";
import type { MessageHub } from "./message-hub.ts";

/** Reports about the leader of the swarm. */
export function createSuccessionStore(options: {
  readonly keys: StoreKeys;
  readonly commands: CommandPlane;
  readonly hub: MessageHub;
  /** Longest lease that the recovery window covers (S1), ms. */
  readonly leaseMaxMs: number;
}): SuccessionStore {
  const { keys, commands, hub, leaseMaxMs } = options;
  const { record, term: termKey, channel } = electionKeys(keys, swarmElection);
  const { voters, leaderReports } = keys.votes;
  const reports = keys.channels.leaderReports;
  return {
    async report({ agentId, incarnation, highestTerm, leaseMs }, leader) {
      checkLease(leaseMs, leaseMaxMs);
      checkWhole("highestTerm", highestTerm);
      const reply = await commands.run(
        "succeed-leader",
        [record, termKey, voters, keys.memberStates, leaderReports],
        [channel, reports, agentId, incarnation, highestTerm, leaseMs, leader.agentId, leader.term],
      );
      const [kind, first, second] = reply as readonly [SuccessionAnswer["kind"], Reply, Reply];
      switch (kind) {
        case "granted":
          return { kind, held: { agentId, incarnation, term: Number(first), generation: Number(second) } };
        case "counted":
          return { kind, reports: Number(first), needed: Number(second) };
        case "no-voter":
          return { kind };
        case "record":
          return { kind, leader: leaderFrom(first) };
      }
    },
    watch: (onReport) =>
      hub.watch(reports, (message) => {
        onReport(Number(message));
      }),
  };
}
