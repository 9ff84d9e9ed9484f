/** The faults of a run over decisions. Each has a beginning and an end, between which incidents go on. */
import type { TestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import type { OneWayProxy } from "./one-way-proxy.ts";

/** What faults are made of. */
export interface DecisionFaultTargets {
  readonly redis: TestRedis;
  readonly agentIds: readonly string[];
  /** Who leads now; undefined where nobody does. */
  readonly leader: () => Promise<string | undefined>;
  readonly link: (agentId: string) => OneWayProxy;
  readonly kill: (agentId: string) => Promise<void>;
  /** Starts an agent that was killed again; resolves when it has joined. */
  readonly restart: (agentId: string) => Promise<void>;
  /** Puts the next policy into the shared document. */
  readonly changePolicy: () => Promise<void>;
  /** Health of the swarm, 0..1. */
  readonly health: () => Promise<number | undefined>;
}

interface DecisionFault {
  begin(): Promise<void>;
  end(): Promise<void>;
}

/** A fault's name. */
export type DecisionFaultName =
  "kill the leader" | "cut a follower off" | "kill Redis and start it again" | "change the policy" | "let health drop";

/** How long somebody may take to lead, or the health to drop, ms. */
const patienceMs = 20_000;

/** All faults by name; each is made anew for each use. */
export const decisionFaults: Readonly<Record<DecisionFaultName, (targets: DecisionFaultTargets) => DecisionFault>> = {
  "kill the leader": ({ leader, kill, restart }) => {
    let victim = "";
    return {
      async begin() {
        victim = await waitFor("somebody leads", leader, patienceMs);
        await kill(victim);
      },
      end: () => restart(victim),
    };
  },
  "cut a follower off": ({ leader, agentIds, link }) => {
    let cut: OneWayProxy | undefined;
    return {
      async begin() {
        const leaderId = await waitFor("somebody leads", leader, patienceMs);
        cut = link(agentIds.find((agentId) => agentId !== leaderId) ?? "");
        cut.set("no-replies");
      },
      end() {
        cut?.set("both-ways");
        return Promise.resolve();
      },
    };
  },
  "kill Redis and start it again": ({ redis }) => ({ begin: () => redis.kill(), end: () => redis.restart() }),
  "change the policy": ({ changePolicy }) => ({ begin: changePolicy, end: changePolicy }),
  "let health drop": ({ agentIds, kill, restart, health }) => {
    const victims = agentIds.slice(0, Math.floor(agentIds.length / 2) + 1);
    return {
      async begin() {
        await Promise.all(victims.map(kill));
        await waitFor("the health drops", async () => ((await health()) ?? 1) < 0.5, patienceMs);
      },
      async end() {
        await Promise.all(victims.map(restart));
      },
    };
  },
};

/** The names of all faults. */
export const decisionFaultNames = Object.keys(decisionFaults) as readonly DecisionFaultName[];
