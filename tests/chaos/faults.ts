/** The faults of a chaos run: each is made, held for a while and undone. Which one comes when, a seed says. */
import type { TestRedis } from "@entrain/redis-server/testing";
import type { OneWayProxy } from "./one-way-proxy.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** What faults are made of. */
export interface FaultTargets {
  readonly redis: TestRedis;
  /** The worker that leads now, or any where nobody is known to. */
  readonly leader: () => Promise<{ readonly worker: WorkerProcess; readonly link: OneWayProxy }>;
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
    link.set("no-requests");
    await hold(leaseMs * beyondLease);
    link.set("both-ways");
  },
  async "cut the leader's replies off"({ leader, hold }, leaseMs) {
    const { link } = await leader();
    link.set("no-replies");
    await hold(leaseMs * beyondLease);
    link.set("both-ways");
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
};

/** A fault's name. */
export type FaultName =
  | "kill the leader"
  | "pause the leader"
  | "pause the leader for less than its lease"
  | "cut the leader's requests off"
  | "cut the leader's replies off"
  | "kill Redis and start it again"
  | "pause Redis";

/** The names of all faults. */
export const faultNames = Object.keys(faults) as readonly FaultName[];
