/**
 * A process of agents that share one scheduled job, spread over its period. Each run is a line of JSON on stdout, after a
 * first line `ready` when its agents are registered. It ends when its standard input does.
 */
import { createRandom } from "@entrain/kernel";
import { electionTimings } from "@entrain/core/election";
import { membershipTimings } from "@entrain/core/membership";
import { createRedisStore } from "@entrain/redis";
import { createScheduleDesk, createSystemClock, MembershipLoop, systemTimers } from "@entrain/runtime";

/** What a worker is told, as its only argument. */
export interface ScheduleWorkerTask {
  readonly redis: string;
  readonly swarmId: string;
  readonly agentIds: readonly string[];
  readonly periodMs: number;
}

/** One run: what it was for, and when its handler was called; Unix ms. */
export interface ScheduleWorkerRun {
  readonly agentId: string;
  readonly fireAtMs: number;
  readonly begunAtMs: number;
}

const { redis, swarmId, agentIds, periodMs } = JSON.parse(process.argv[2] ?? "{}") as ScheduleWorkerTask;
const clock = createSystemClock();
const incarnation = Math.floor(clock.unixMs());
const ignore = (): void => undefined;
const store = createRedisStore({ redis, swarmId, clock, timers: systemTimers });
await store.connect();
const membership: MembershipLoop = new MembershipLoop({
  registry: store.registry,
  clock,
  timers: systemTimers,
  events: ignore,
  timings: membershipTimings(),
  takeOver: true,
  offers: agentIds.map((agentId) => ({
    ...{ agentId, incarnation, processId: `p-${process.pid}`, host: "bench", pid: process.pid, address: "127.0.0.1:1" },
    ...{ opsUrl: "", health: 1 },
  })),
  healthOf: () => 1,
  riskOf: () => 0,
  onView() {
    for (const desk of desks) desk.membersChanged();
  },
  onSuperseded: ignore,
});
const desks = agentIds.map((agentId) => {
  const desk = createScheduleDesk({
    ...{
      agentId,
      incarnation: () => incarnation,
      clock,
      timers: systemTimers,
      events: ignore,
      random: createRandom(agentId),
    },
    ...{ store: store.schedules, health: store.health, timings: electionTimings() },
    members: () => membership.alive().map((member) => member.agentId),
  });
  desk.spread("hourly", periodMs, {}, ({ fireTime }) => {
    const run: ScheduleWorkerRun = { agentId, fireAtMs: fireTime, begunAtMs: clock.unixMs() };
    process.stdout.write(`${JSON.stringify(run)}\n`);
  });
  return desk;
});
await membership.start();
for (const desk of desks) desk.start();
process.stdout.write("ready\n");
process.stdin
  .on("end", () => {
    process.exit(0);
  })
  .resume();
