/** The faults of a chaos run: each is made, held for a while and undone. Which one comes when, a seed says. */
import type { TestRedis } from "@entrain/redis-server/testing";
import { moveClock } from "./faked-clock.ts";
import type { OneWayProxy } from "./one-way-proxy.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** What faults are made of. */
export interface FaultTargets {
  /** The server, or the primary of a set that Sentinels watch. */
  readonly redis: Pick<TestRedis, "kill" | "restart" | "pause" | "resume">;
  /** The worker that leads now, or any where nobody is known to. */
  readonly leader: () => Promise<{ readonly worker: WorkerProcess; readonly link?: OneWayProxy | undefined }>;
  /** Starts a worker that was killed again, as a higher incarnation. */
  readonly restart: (worker: WorkerProcess) => void;
  /** Resolves after this many ms. */
  readonly hold: (ms: number) => Promise<void>;
}

/** A fault from its beginning to its end. `leaseMs`: how long a leadership holds without renewal. */
type Fault = (targets: FaultTargets, leaseMs: number) => Promise<void>;

/** Longer than a lease by this factor: then another may lead. */
const beyondLease = 1.8;

/** All faults by name. */
export const faults: Readonly<Record<FaultName, Fault>> = {
  async "kill the leader"({ leader, restart, hold }, leaseMs) {
    const { worker } = await leader();
    await worker.kill();
    await hold(leaseMs * beyondLease);
    restart(worker);
  },
  async "pause the leader"({ leader, hold }, leaseMs) {
    const { worker } = await leader();
    worker.pause();
    await hold(leaseMs * beyondLease);
    worker.resume();
  },
  async "pause the leader for less than its lease"({ leader, hold }, leaseMs) {
    const { worker } = await leader();
    worker.pause();
    await hold(leaseMs * 0.7);
    worker.resume();
  },
  async "cut the leader's requests off"({ leader, hold }, leaseMs) {
    const { link } = await leader();
    passing(link).set("no-requests");
    await hold(leaseMs * beyondLease);
    passing(link).set("both-ways");
  },
  async "cut the leader's replies off"({ leader, hold }, leaseMs) {
    const { link } = await leader();
    passing(link).set("no-replies");
    await hold(leaseMs * beyondLease);
    passing(link).set("both-ways");
  },
  async "kill Redis and start it again"({ redis, hold }, leaseMs) {
    await redis.kill();
    await hold(leaseMs / 2);
    await redis.restart();
  },
  async "pause Redis"({ redis, hold }, leaseMs) {
    await redis.pause();
    await hold(leaseMs * beyondLease);
    await redis.resume();
  },
  async "kill Redis for good"({ redis }) {
    await redis.kill();
  },
  async "set the leader's clock an hour forward, then back"({ leader, hold }, leaseMs) {
    const { clockFile } = (await leader()).worker.settings;
    if (clockFile === undefined) throw new Error("this run cannot move clocks");
    for (const offsetS of [3_600, -3_600]) {
      moveClock(clockFile, offsetS);
      await hold(leaseMs * beyondLease);
    }
  },
};

function passing(link: OneWayProxy | undefined): OneWayProxy {
  if (link === undefined) throw new Error("this run has no links to cut");
  return link;
}

/** A fault's name. */
export type FaultName =
  | "kill the leader"
  | "pause the leader"
  | "pause the leader for less than its lease"
  | "cut the leader's requests off"
  | "cut the leader's replies off"
  | "kill Redis and start it again"
  | "pause Redis"
  | "kill Redis for good"
  | "set the leader's clock an hour forward, then back";

/** Faults that hit workers, whatever the store is. */
export const workerFaults: readonly FaultName[] = [
  "kill the leader",
  "pause the leader",
  "pause the leader for less than its lease",
];

/** Those of a run over one server that comes back. */
export const faultNames: readonly FaultName[] = [
  ...workerFaults,
  "cut the leader's requests off",
  "cut the leader's replies off",
  "kill Redis and start it again",
  "pause Redis",
];
