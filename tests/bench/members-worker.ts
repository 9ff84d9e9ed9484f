/**
 * A process of simulated members for the bench of the registry: each membership of it has a store's connection and a view of its
 * own, as if it were a process. Lines on stdout: `ready` once all are registered; for each line on standard input, the membership
 * version from which on everyone is complete, `seen` once each of its memberships has that version. When standard input ends it
 * writes, per membership, the versions of its views with the instants at which they came, and ends.
 */
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { membershipTimings } from "@entrain/core/membership";
import type { MemberOffer } from "@entrain/ports";
import { createRedisStore } from "@entrain/redis";
import { createSystemClock, MembershipLoop, systemTimers } from "@entrain/runtime";
import { monotonicMs } from "../integration/policy-load.ts";

/** What a worker is told, as its only argument. */
export interface MembersWorkerTask {
  readonly redis: string;
  readonly swarmId: string;
  /** The agents of each of its memberships. */
  readonly memberships: readonly (readonly string[])[];
}

/** A view's version, and when it was there (ms of the machine's monotonic clock). */
export type Sighting = readonly [version: number, atMs: number];

/** What a worker answers at its end: of each membership, the views it saw. */
export interface MembersWorkerAccount {
  readonly sightings: readonly (readonly Sighting[])[];
  /** Heartbeats that were answered after more than a heartbeat's pause, or not at all. */
  readonly lateHeartbeats: number;
}

const { redis, swarmId, memberships } = JSON.parse(process.argv[2] ?? "{}") as MembersWorkerTask;
const timings = membershipTimings();
const clock = createSystemClock();
let lateHeartbeats = 0;

/** Connects and registers, however long it takes: a thousand at once may time out at first, and go on trying. */
async function join(agentIds: readonly string[]): Promise<Sighting[]> {
  const sightings: Sighting[] = [];
  const store = createRedisStore({ redis, swarmId, clock, timers: systemTimers });
  await store.connect().catch(() => undefined);
  const processId = `p-${agentIds[0] ?? ""}`;
  const loop = new MembershipLoop({
    registry: store.registry,
    clock,
    timers: systemTimers,
    events: (event) => {
      if (event.kind === "heartbeat" && (!event.ok || event.roundTripMs > timings.heartbeatMs)) lateHeartbeats += 1;
    },
    timings,
    offers: agentIds.map((agentId) => offer(agentId, processId)),
    takeOver: true,
    healthOf: () => 1,
    riskOf: () => 0,
    onView: ({ version }) => {
      sightings.push([version, monotonicMs()]);
    },
    onSuperseded: (agentId) => {
      throw new Error(`${agentId} was superseded`);
    },
  });
  await loop.start().catch(() => undefined);
  while (!loop.registered()) await delay(20);
  return sightings;
}

function offer(agentId: string, processId: string): MemberOffer {
  const address = "127.0.0.1:50051";
  const opsUrl = "http://127.0.0.1:9464";
  return { agentId, incarnation: 1, processId, host: "host", pid: process.pid, address, opsUrl, health: 1 };
}

const seen: Sighting[][] = [];
for (const agentIds of memberships) seen.push(await join(agentIds));
process.stdout.write("ready\n");
createInterface({ input: process.stdin })
  .on("line", (line) => {
    void untilAllHave(Number(line));
  })
  .on("close", () => {
    const account: MembersWorkerAccount = { sightings: seen, lateHeartbeats };
    // The swarm ends with its store: nobody is left to be told.
    process.stdout.write(`${JSON.stringify(account)}\n`, () => process.exit(0));
  });

async function untilAllHave(version: number): Promise<void> {
  while (!seen.every((sightings) => (sightings.at(-1)?.[0] ?? 0) >= version)) await delay(20);
  for (const sightings of seen) sightings.length = 0;
  lateHeartbeats = 0;
  process.stdout.write("seen\n");
}
