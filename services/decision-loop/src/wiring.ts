/**
 * The decision-loop service: one loop, with one cached global context, for all the agents that call it over gRPC. Any
 * number of replicas may run: what they decide ends in the same ledger (D1).
 */
import { createHash, randomUUID } from "node:crypto";
import type { Config } from "@entrain/config";
import { EntrainError } from "@entrain/kernel";
import { compilePolicy, createRulesReasoner } from "@entrain/reasoners";
import { createRedisStore } from "@entrain/redis";
import { createRpcServer } from "@entrain/rpc";
import {
  ContextFollower,
  createDecisionLoop,
  createSystemClock,
  initialDocument,
  systemTimers,
} from "@entrain/runtime";
import {
  createServiceTelemetry,
  openSecurity,
  storeAddress,
  type RunningService,
  type ServiceSurroundings,
} from "@entrain/service";
import { createOpsServer, createTracing } from "@entrain/telemetry";

/** Starts the loop; resolves when it listens, and where the store is required, when it is connected. */
export async function startDecisionLoop(
  config: Config<"decision-loop">,
  { logger }: ServiceSurroundings,
): Promise<RunningService> {
  const { registry, events } = createServiceTelemetry(logger);
  const clock = createSystemClock();
  const { swarmId, leaseMs, storeTimeoutMs } = config;
  const security = openSecurity(config, { role: "decision-loop" }, events);
  const onWarning = (message: string): void => {
    logger.warn({ event: "store.warning" }, message);
  };
  const store = createRedisStore({
    redis: storeAddress(config),
    swarmId,
    clock,
    timers: systemTimers,
    events,
    onWarning,
    requestTimeoutMs: storeTimeoutMs,
    recoveryWindowMs: leaseMs,
    membership: { heartbeatMs: config.heartbeatMs, deadAfterMs: config.deadAfterMs },
  });
  const context = new ContextFollower({
    store: store.context,
    health: store.health,
    timers: systemTimers,
    events,
    initial: initialDocument(),
    seed: randomUUID(),
  });
  const loop = createDecisionLoop({
    context,
    clock,
    timers: systemTimers,
    ledger: store.ledger,
    health: store.health,
    globalState: store.globalState,
    registry: store.registry,
    reasoner: createRulesReasoner(),
    compile: compilePolicy,
    votersMin: config.votersMin,
    events,
    tracing: createTracing(),
    sha256Hex: (text) => createHash("sha256").update(text).digest("hex"),
    newId: () => `d-${randomUUID()}`,
  });
  let ready = false;
  const ops = createOpsServer({
    name: "decision-loop",
    registry,
    listen: {
      host: config.opsHost,
      port: config.opsPort,
      hostField: "ENTRAIN_OPS_HOST",
      portField: "ENTRAIN_OPS_PORT",
    },
    ready: () => (ready ? { ok: true } : { ok: false, reason: "starting or draining" }),
  });
  const opsUrl = await ops.listen();
  try {
    await store.connect();
  } catch (thrown) {
    const error = EntrainError.from(thrown, "store-unavailable");
    if (config.requireStore || !error.retryable) {
      await Promise.allSettled([store.close(), ops.close()]);
      throw error;
    }
    logger.warn({ event: "store.away" }, error.message);
  }
  const server = await createRpcServer({
    listen: { host: config.grpcHost, port: config.grpcPort },
    swarmId,
    processId: `p-${randomUUID()}`,
    ...security.options,
    clock,
    events,
    decider: loop,
  });
  context.start();
  await loop.start();
  server.setHealthy(true);
  ready = true;
  return {
    opsUrl,
    grpcAddress: server.address,
    async stop() {
      ready = false;
      server.drain();
      await loop.stop();
      context.stop();
      await server.close({ deadlineMs: config.drainMs });
      security.close();
      await store.close();
      await ops.close();
    },
  };
}
