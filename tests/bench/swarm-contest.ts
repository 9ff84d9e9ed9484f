/** Five processes of the agent service, which stand for the swarm's own leadership. */
import { randomUUID } from "node:crypto";
import { createRedisStore } from "@entrain/redis";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { createSystemClock, systemTimers } from "@entrain/runtime";
import { waitFor } from "@entrain/testkit/conformance";
import { startService, type ServiceProcess } from "../integration/service-process.ts";
import type { LeaderContest, Turn } from "./leader-contest.ts";

const patienceMs = 30_000;

/** Starts a Redis and the agents, and waits until each has its vote. */
export async function openSwarmContest(
  stack: AsyncDisposableStack,
  names: readonly string[],
  leaseMs: number,
): Promise<LeaderContest> {
  const redis = stack.adopt(await acquireTestRedis(), (server) => server.stop());
  const swarmId = `bench-${randomUUID()}`;
  const connection = { redis: redis.url, swarmId, clock: createSystemClock(), timers: systemTimers };
  const store = stack.adopt(createRedisStore({ ...connection, recoveryWindowMs: leaseMs }), (opened) => opened.close());
  await store.connect();
  const turns: Turn[] = [];
  let highest = 0;
  store.election().watch((term) => {
    // A term that is told again is nobody's victory.
    if (term !== 0 && term <= highest) return;
    highest = Math.max(highest, term);
    turns.push({ kind: term === 0 ? "free" : "won", atMs: performance.now() });
  });
  const env = {
    ENTRAIN_SWARM: swarmId,
    REDIS_URL: redis.url,
    ENTRAIN_TELEMETRY: "none",
    ENTRAIN_LEASE: `${leaseMs}ms`,
    ENTRAIN_LEASE_RENEW: "300ms",
    ENTRAIN_LEASE_MARGIN: "150ms",
    ENTRAIN_STORE_TIMEOUT: "300ms",
    ENTRAIN_LOG_LEVEL: "info",
  };
  const candidates = new Map<string, ServiceProcess>();
  stack.defer(async () => {
    await Promise.all([...candidates.values()].map((service) => service[Symbol.asyncDispose]()));
  });
  const start = async (name: string): Promise<void> => {
    const service = startService("agent", { ...env, ENTRAIN_AGENT_ID: name });
    candidates.set(name, service);
    await service.ready();
  };
  const settled = async (): Promise<string> => {
    await waitFor("all to be alive", async () => {
      const { members } = await store.registry.snapshot();
      return names.every((name) => members.get(name)?.state === "alive");
    });
    return (await waitFor("a leader", () => store.election().read(), patienceMs)).agentId;
  };
  for (const name of names) await start(name);
  const areVoters = async (): Promise<boolean> => (await store.votes.voters()).voters.length === names.length;
  await waitFor("all to be voters", areVoters, patienceMs);
  return { candidates, turns, settled, start };
}
