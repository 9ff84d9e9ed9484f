/**
 * A candidate's part among the voters: it is a member, has a vote, and reports the leader gone where nobody listens at that
 * one's socket (L5). Now and then it is wrong: it takes a leader for gone that works, or is paused, alone or together with all
 * the others, as a port does that refuses for a moment.
 */
import { once } from "node:events";
import { rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import path from "node:path";
import { createRandom } from "@entrain/kernel";
import type { Clock, SuccessionStore } from "@entrain/ports";
import type { RedisStore } from "@entrain/redis";
import { createVoterLoop, MembershipLoop, Succession, systemTimers, type ElectionLoop } from "@entrain/runtime";
import { workerMembership } from "./recording-worker.ts";
import type { WorkerSettings } from "./worker-settings.ts";

/** What the part needs. */
export interface VoterPartOptions {
  readonly settings: WorkerSettings;
  readonly store: RedisStore;
  readonly clock: Clock;
  /** The swarm's, recorded. */
  readonly succession: SuccessionStore;
  readonly loop: ElectionLoop;
}

/** It. */
export interface VoterPart {
  readonly succession: Succession;
  stop(): Promise<void>;
}

/** How long they must have been alive to vote, ms: the first fault is not to come before. */
const aliveForMs = 100;
/** How long a wrong opinion lasts, and which share of the time all have it, or one alone. */
const wrongForMs = 200;
const allWrongShare = 0.06;
const oneWrongShare = 0.12;

/** Listens and takes part. */
export async function takePartAsVoter(options: VoterPartOptions): Promise<VoterPart> {
  const { settings, store, clock, loop } = options;
  const { agentId, incarnation, timings, file } = settings;
  const socketOf = (agent: string): string => path.join(path.dirname(file), `${agent}.sock`);
  // What a killed one has left behind refuses, and cannot be listened at again.
  rmSync(socketOf(agentId), { force: true });
  const server = createServer((socket) => socket.destroy()).listen(socketOf(agentId));
  await once(server, "listening");

  const place = { processId: `${agentId}-${incarnation}`, host: "h", pid: process.pid, address: agentId, opsUrl: "" };
  const events = (): undefined => undefined;
  const common = { clock, timers: systemTimers, events };
  const membership = new MembershipLoop({
    ...common,
    registry: store.registry,
    timings: workerMembership,
    offers: [{ agentId, incarnation, health: 1, ...place }],
    takeOver: true,
    healthOf: () => 1,
    riskOf: () => 0,
    onView: () => undefined,
    onSuperseded: () => undefined,
  });
  const voter = createVoterLoop({
    ...common,
    store: store.votes,
    timings: { aliveForMs, evictAfterMs: 3_600_000, votersMin: 2 },
    voter: { agentId, incarnation },
    view: () => membership.view(),
  });
  const succession = new Succession({
    ...common,
    ...{ agentId, incarnation, store: options.succession, leaseMs: timings.leaseMs },
    highestTerm: () => loop.highestTerm(),
    reach: async (leader) => (await knock(socketOf(leader))) === "answered",
    isRefused: async (leader) => isWrong(agentId) || (await knock(socketOf(leader))) === "refused",
    onGranted: (held, sentMs) => {
      loop.tookOver(held, sentMs);
    },
  });
  succession.start();
  voter.start();
  void membership.start().catch(() => undefined);
  return {
    succession,
    async stop() {
      succession.stop();
      voter.stop();
      await membership.stop();
      server.close();
    },
  };
}

/** Whether this process takes any leader for gone just now: the machine's monotonic clock says it alike for all. */
function isWrong(agentId: string): boolean {
  const spell = Math.floor(Number(process.hrtime.bigint()) / 1e6 / wrongForMs);
  return (
    createRandom(`all ${spell}`).next() < allWrongShare || createRandom(`${agentId} ${spell}`).next() < oneWrongShare
  );
}

/** A process that is paused answers, as its kernel does for it. */
async function knock(socketPath: string): Promise<"answered" | "refused" | "silent"> {
  const socket = connect(socketPath);
  try {
    await once(socket, "connect");
    return "answered";
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === "ECONNREFUSED" ? "refused" : "silent";
  } finally {
    socket.destroy();
  }
}
