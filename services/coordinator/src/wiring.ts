/**
 * The coordinator service: drives sessions, removes what has expired on the blackboard, and serves the shared context, budgets and rates to processes that do not go to
 * the store themselves. It keeps nothing of its own, so any number of replicas may run: what they write is judged by the
 * store (C2, P1). It takes no part in the rhythm.
 *
 * Order at the start: listen on the ops port, connect to the store, follow the document, serve, drive. Order at the end: not
 * ready and nobody let in, sessions are handed over, calls under way are answered, watchers are told, then the store, the ops
 * port last.
 */
import { randomUUID } from "node:crypto";
import type { Config } from "@entrain/config";
import { createDocumentRules } from "@entrain/documents";
import { budgetEntriesMax } from "@entrain/core/budget";
import { createRandom, EntrainError } from "@entrain/kernel";
import { compilePolicy } from "@entrain/reasoners";
import { createRedisStore, type RedisStore } from "@entrain/redis";
import { createRpcServer } from "@entrain/rpc";
import {
  createSharedContext,
  createSystemClock,
  followBudgetPolicy,
  keepBlackboard,
  keepBudgets,
  observeBudgets,
  policeRates,
  systemTimers,
} from "@entrain/runtime";
import {
  createServiceTelemetry,
  openSecurity,
  storeAddress,
  type RunningService,
  type ServiceSurroundings,
} from "@entrain/service";
import { createOpsServer } from "@entrain/telemetry";
import { createCoordinatorDriver } from "./drive-sessions.ts";

/**
 * Starts the coordinator; resolves when it listens, and where the store is required, when it is connected.
 * @throws EntrainError `invalid-config` for an address or certificates that cannot be used; `store-unavailable` where the
 *   store is required and away
 */
export async function startCoordinator(
  config: Config<"coordinator">,
  { logger }: ServiceSurroundings,
): Promise<RunningService> {
  const { registry, events } = createServiceTelemetry(logger);
  const clock = createSystemClock();
  const { swarmId } = config;
  const security = openSecurity(config, { role: "coordinator" }, events);
  const store = createRedisStore({
    redis: storeAddress(config),
    swarmId,
    clock,
    timers: systemTimers,
    events,
    onWarning: (message) => {
      logger.warn({ event: "store.warning" }, message);
    },
    requestTimeoutMs: config.storeTimeoutMs,
    recoveryWindowMs: config.leaseMs,
    clockStepMs: config.leaseMarginMs,
    membership: { heartbeatMs: config.heartbeatMs, deadAfterMs: config.deadAfterMs },
  });
  const held = createSharedContext({
    store: store.context,
    health: store.health,
    rules: createDocumentRules({ compile: compilePolicy }),
    clock,
    timers: systemTimers,
    events,
    seed: randomUUID(),
  });
  const driver = createCoordinatorDriver(store, clock, events, held);
  let serving = false;
  const ops = createOpsServer({
    name: "coordinator",
    registry,
    watches: () => held.watches(),
    listen: {
      host: config.opsHost,
      port: config.opsPort,
      hostField: "ENTRAIN_OPS_HOST",
      portField: "ENTRAIN_OPS_PORT",
    },
    ready() {
      if (!serving) return { ok: false, reason: "starting or draining" };
      return store.health.status().up ? { ok: true } : { ok: false, reason: "Redis is away: nothing can be changed" };
    },
  });
  const opsUrl = await ops.listen();
  const letGo = async (): Promise<void> => {
    held.stop();
    security.close();
    await store.close();
    await ops.close();
  };
  try {
    await connect(config, store, logger);
    const server = await createRpcServer({
      listen: { host: config.grpcHost, port: config.grpcPort },
      swarmId,
      processId: `p-${randomUUID()}`,
      ...security.options,
      clock,
      events,
      coordination: {
        context: held.context,
        budgets: observeBudgets(store.budgets, events),
        rates: policeRates(store.rates, held.follower),
      },
    });
    held.follower.start();
    serving = true;
    const sayHealth = (): void => server.setHealthy(serving && store.health.status().up);
    sayHealth();
    store.health.watch(sayHealth);
    driver.start();
    const stopKeeping = keepBudgets({
      store: store.budgets,
      entriesMax: () => budgetEntriesMax(held.follower.current()?.document ?? {}),
      timers: systemTimers,
      random: createRandom(randomUUID()),
      events,
    });
    const unfollowPolicy = followBudgetPolicy({
      store: store.budgets,
      health: store.health,
      source: held.follower,
      timers: systemTimers,
      random: createRandom(randomUUID()),
    });
    const stopClearing = keepBlackboard({
      store: store.context,
      desk: held.context,
      source: held.follower,
      timers: systemTimers,
      random: createRandom(randomUUID()),
      events,
    });
    return {
      opsUrl,
      grpcAddress: server.address,
      async stop() {
        serving = false;
        unfollowPolicy();
        await Promise.all([driver.stop(0), stopKeeping(), stopClearing()]);
        await server.close({ deadlineMs: config.drainMs });
        await letGo();
      },
    };
  } catch (thrown) {
    await letGo();
    throw thrown;
  }
}

/** Connects; without a store that may be missing it goes on, and is ready when the store comes. */
async function connect(
  { requireStore }: Config<"coordinator">,
  store: RedisStore,
  logger: ServiceSurroundings["logger"],
): Promise<void> {
  try {
    await store.connect();
  } catch (thrown) {
    const error = EntrainError.from(thrown, "store-unavailable");
    if (requireStore || !error.retryable) throw error;
    logger.warn({ event: "store.away" }, error.message);
  }
}
