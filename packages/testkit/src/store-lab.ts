/**
 * A real Redis with as many clients of as many swarms as a test wants; everything ends with the lab. The adapter is given, so
 * that the testkit depends on none.
 */
import { randomUUID } from "node:crypto";
import { acquireTestRedis, type AcquireTestRedisOptions, type TestRedis } from "@entrain/redis-server/testing";
import type { MembershipTimings } from "@entrain/core/membership";
import type { Clock, RuntimeEvent, Timers } from "@entrain/ports";
import { shortMembership, type StorePorts, type StoreUnderTest } from "./conformance/store-under-test.ts";
import { realClock, realTimers } from "./real-time.ts";

export { realClock, realTimers } from "./real-time.ts";

/** What the adapter is made with. */
export interface LabStoreOptions {
  readonly redis: string;
  readonly swarmId: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly membership: MembershipTimings;
  readonly events: (event: RuntimeEvent) => void;
  readonly onWarning: (message: string) => void;
}

/** The adapter under test. */
export interface LabStore extends StorePorts {
  connect(): Promise<void>;
  close(): Promise<void>;
}

/** One swarm in the lab. */
export interface LabSwarm<Store extends LabStore> extends StoreUnderTest {
  readonly swarmId: string;
  /** What the clients of this swarm reported, in order. */
  readonly events: readonly RuntimeEvent[];
  readonly warnings: readonly string[];
  /** Another process's store, connected. */
  client(): Promise<Store>;
  /** The same, not connected. */
  idleClient(): Store;
}

/** A Redis and its swarms. */
export interface StoreLab<Store extends LabStore> extends AsyncDisposable {
  readonly redis: TestRedis;
  /** An empty swarm. */
  swarm(): LabSwarm<Store>;
}

/** Starts a Redis and offers swarms in it. */
export async function openStoreLab<Store extends LabStore>(
  createStore: (options: LabStoreOptions) => Store,
  redisOptions: AcquireTestRedisOptions = {},
): Promise<StoreLab<Store>> {
  const redis = await acquireTestRedis(redisOptions);
  const swarms = new AsyncDisposableStack();
  return {
    redis,
    swarm: () => swarms.use(createSwarm(createStore, redis.url)),
    async [Symbol.asyncDispose]() {
      await swarms.disposeAsync();
      await redis.stop();
    },
  };
}

function createSwarm<Store extends LabStore>(
  createStore: (options: LabStoreOptions) => Store,
  url: string,
): LabSwarm<Store> {
  const swarmId = `lab-${randomUUID()}`;
  const events: RuntimeEvent[] = [];
  const warnings: string[] = [];
  const clients = new AsyncDisposableStack();
  const idleClient = (): Store => {
    const store = createStore({
      redis: url,
      swarmId,
      clock: realClock,
      timers: realTimers,
      membership: shortMembership,
      events: (event) => events.push(event),
      onWarning: (message) => warnings.push(message),
    });
    clients.defer(() => store.close());
    return store;
  };
  return {
    swarmId,
    events,
    warnings,
    membership: shortMembership,
    idleClient,
    async client() {
      const store = idleClient();
      await store.connect();
      return store;
    },
    [Symbol.asyncDispose]: () => clients.disposeAsync(),
  };
}
