/**
 * What a thousand members cost one Redis, and how soon each of them knows that one has gone: as a thousand processes of one agent,
 * each with a connection, a heartbeat and a view of its own, and as twenty processes of fifty agents, which send one heartbeat and
 * keep one view for all. The members are simulated in that ten processes hold the loops of all; the loops are the library's.
 *
 * A departure is that of a further member, which the bench itself keeps alive until then.
 */
import { randomUUID } from "node:crypto";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { createRandom } from "@entrain/kernel";
import { membershipTimings } from "@entrain/core/membership";
import type { Registry } from "@entrain/ports";
import { createRedisStore } from "@entrain/redis";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { createSystemClock, systemTimers } from "@entrain/runtime";
import { monotonicMs } from "../integration/policy-load.ts";
import { distribution, single, type Figure } from "./figure.ts";
import type { MembersWorkerAccount, MembersWorkerTask, Sighting } from "./members-worker.ts";
import type { Suite } from "./suite.ts";
import { startLineWorker } from "./worker-lines.ts";

const suite = "members";
const main = path.join(import.meta.dirname, "members-worker.ts");
const members = 1_000;
const workers = 10;
const quietMs = 20_000;
const departures = 60;
const heartbeatMs = membershipTimings().heartbeatMs;

/** How the members are divided. */
interface Shape {
  /** Agents that share a connection, a heartbeat and a view. */
  readonly packed: number;
  readonly says: string;
}

const shapes: readonly Shape[] = [
  { packed: 1, says: "a connection, a heartbeat and a view each" },
  { packed: 50, says: "50 agents to a connection, a heartbeat and a view" },
];

/** What Redis has done so far. */
interface RedisCosts {
  readonly cpuMs: number;
  readonly inBytes: number;
  readonly outBytes: number;
}

async function costsOf(redis: Redis): Promise<RedisCosts> {
  const text = await redis.info();
  const number = (field: string): number => Number(new RegExp(`^${field}:([\\d.]+)`, "m").exec(text)?.[1]);
  return {
    cpuMs: 1_000 * (number("used_cpu_user") + number("used_cpu_sys")),
    inBytes: number("total_net_input_bytes"),
    outBytes: number("total_net_output_bytes"),
  };
}

/** Members that only wait to go, kept alive together. */
async function keepAlive(registry: Registry, agentIds: readonly string[]) {
  const at = { address: "127.0.0.1:50051", opsUrl: "http://127.0.0.1:9464", host: "host", pid: 1, processId: "leaver" };
  const present = new Set(agentIds);
  await registry.register(agentIds.map((agentId) => ({ ...at, agentId, incarnation: 1, health: 1 })));
  const beat = (): Promise<unknown> =>
    registry.heartbeat([...present].map((agentId) => ({ agentId, incarnation: 1, health: 1, risk: 0 })));
  await beat();
  const timer = setInterval(() => void beat().catch(() => undefined), heartbeatMs);
  return {
    leave(agentId: string) {
      present.delete(agentId);
      return registry.leave(agentId, 1);
    },
    [Symbol.dispose]() {
      clearInterval(timer);
    },
  };
}

/** A member that went: from when on, and the version that says so. */
interface Departure {
  readonly atMs: number;
  readonly version: number;
}

/** One member after another goes, at any moment. */
async function letThemGo(
  registry: Registry,
  leavers: Awaited<ReturnType<typeof keepAlive>>,
  agentIds: readonly string[],
) {
  const random = createRandom(1);
  const gone: Departure[] = [];
  for (const agentId of agentIds) {
    const { version } = await registry.snapshot();
    const atMs = monotonicMs();
    await leavers.leave(agentId);
    const changes = await registry.changesSince(version);
    const left = changes === "resync" ? undefined : changes.find(({ member }) => member.agentId === agentId);
    if (left === undefined) throw new Error(`the log does not say that ${agentId} left`);
    gone.push({ atMs, version: left.version });
    await delay(200 + random.int(200));
  }
  return gone;
}

/** How long each membership took to see each departure, ms; Infinity where it never did. */
function delaysOf(gone: readonly Departure[], sightings: readonly (readonly Sighting[])[]): readonly number[] {
  return gone.flatMap(({ atMs, version }) =>
    sightings.map((seen) => (seen.find(([present]) => present >= version)?.[1] ?? Infinity) - atMs),
  );
}

async function* measureShape({ packed, says }: Shape, say: (line: string) => void): AsyncGenerator<Figure> {
  await using server = await acquireTestRedis();
  await using stack = new AsyncDisposableStack();
  const redis = stack.adopt(new Redis(server.url), (client) => {
    client.disconnect();
  });
  const swarmId = `bench-${randomUUID()}`;
  const store = createRedisStore({ redis: server.url, swarmId, clock: createSystemClock(), timers: systemTimers });
  await store.connect();
  stack.defer(() => store.close());
  const leaverIds = Array.from({ length: departures }, (_, index) => `leaver-${index}`);
  const leavers = stack.use(await keepAlive(store.registry, leaverIds));
  const memberships = Array.from({ length: members / packed }, (_, at) =>
    Array.from({ length: packed }, (_, index) => `m-${at * packed + index}`),
  );
  say(`${members} members, ${says}: joining`);
  const each = memberships.length / workers;
  const party = Array.from({ length: workers }, (_, at) =>
    startLineWorker(main, {
      redis: server.url,
      swarmId,
      memberships: memberships.slice(at * each, (at + 1) * each),
    } satisfies MembersWorkerTask),
  );
  for (const worker of party) await worker.next();
  // Each has joined with its first heartbeat, which is a version too.
  await delay(4 * heartbeatMs);
  const { version } = await store.registry.snapshot();
  for (const worker of party) worker.tell(String(version));
  for (const worker of party) await worker.next();
  say(`${members} members, ${says}: at rest for ${quietMs / 1_000} s`);
  const [before, beforeMs] = [await costsOf(redis), performance.now()];
  await delay(quietMs);
  const [after, seconds] = [await costsOf(redis), (performance.now() - beforeMs) / 1_000];
  say(`${members} members, ${says}: ${departures} go`);
  const gone = await letThemGo(store.registry, leavers, leaverIds);
  await delay(4 * heartbeatMs);
  for (const worker of party) worker.end();
  const accounts = await Promise.all(
    party.map(async (worker) => JSON.parse(await worker.next()) as MembersWorkerAccount),
  );
  const conditions = `${members} members in ${workers} processes, ${says}, every ${heartbeatMs} ms`;
  const named = (name: string, unit: string) => ({ suite, name, conditions, unit });
  const heartbeats = (memberships.length * seconds * 1_000) / heartbeatMs;
  const spent = (of: (costs: RedisCosts) => number): number => of(after) - of(before);
  const cpuMs = spent((costs) => costs.cpuMs);
  yield single(named("Redis's processor at rest", "% of a core"), cpuMs / (10 * seconds), 1);
  yield single(
    named("Redis's time for a heartbeat, with all that belongs to it", "µs"),
    (1_000 * cpuMs) / heartbeats,
    1,
  );
  yield single(named("Redis's time for a member and second", "µs"), (1_000 * cpuMs) / (members * seconds), 1);
  yield single(named("sent to Redis for a heartbeat", "bytes"), spent(({ inBytes }) => inBytes) / heartbeats, 1);
  yield single(named("sent by Redis for a heartbeat", "bytes"), spent(({ outBytes }) => outBytes) / heartbeats, 1);
  const delays = delaysOf(
    gone,
    accounts.flatMap(({ sightings }) => sightings),
  );
  yield distribution(named("departure to the view of another", "ms"), delays);
  yield single(named("departure to the view of another, longest", "ms"), Math.max(...delays), delays.length);
  const late = accounts.reduce((sum, account) => sum + account.lateHeartbeats, 0);
  yield single(named("heartbeats that took longer than their pause, or failed", "heartbeats"), late, 1);
}

/** The registry under a thousand members. */
export const membersSuite: Suite = {
  name: suite,
  about:
    "What a thousand members cost one Redis while nothing happens, per heartbeat and per member, and how long it takes from the " +
    "departure of one to the views of the others: as processes of one agent, and packed. Redis's time and bytes are its own " +
    "account (INFO) over 20 s and hold everything that the members ask of it, pings and readings of the version included.",
  async *measure(say) {
    for (const shape of shapes) yield* measureShape(shape, say);
  },
};
