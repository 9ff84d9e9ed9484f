/**
 * The console service: the store, the observed processes, the model between them, and the HTTP server in front.
 *
 * Order at the start: listen (a taken port is known at once), connect to the store, follow. Order at the end: no longer
 * ready, event streams end, requests under way are answered, then the followers, then the store, the ops port last.
 */
import { createHash, randomUUID } from "node:crypto";
import { Registry } from "prom-client";
import type { Config } from "@entrain/config";
import { createDocumentRules } from "@entrain/documents";
import { createRandom, EntrainError } from "@entrain/kernel";
import { patterns, sessionDefaults } from "@entrain/core/session";
import type { Clock, EventSink } from "@entrain/ports";
import { compilePolicy, createSessionExpressions } from "@entrain/reasoners";
import { createRedisStore, type RedisStore } from "@entrain/redis";
import { createAgentClient, type Security } from "@entrain/rpc";
import {
  auditDecisions,
  createContextDesk,
  createSessionDesk,
  createSystemClock,
  observeBudgets,
  systemTimers,
} from "@entrain/runtime";
import { openSecurity, storeAddress, type RunningService, type ServiceSurroundings } from "@entrain/service";
import {
  collectProcessMetrics,
  createEventLog,
  createLogger,
  createMetrics,
  createOpsServer,
  fanOut,
  type Readiness,
  createTracing,
} from "@entrain/telemetry";
import { createEventHub, type EventHub } from "./events/event-hub.ts";
import { createEventJournal } from "./events/event-journal.ts";
import { accessOptions, createAccess } from "./http/access.ts";
import type { AuditEntry } from "./http/audit.ts";
import { createHttpServer } from "./http/create-http-server.ts";
import { withDeadline } from "./deadline.ts";
import { listen } from "./http/listen.ts";
import { createSwarmFollower, type SwarmFollower } from "./swarm-follower.ts";

type Surroundings = Pick<ServiceSurroundings, "logger" | "signal">;

const sha256Hex = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A console that answers. */
export interface RunningConsole extends RunningService {
  /** Base URL of the API. */
  readonly url: string;
}

/**
 * Starts the console; resolves when it answers and, where the store is there, has seen the swarm.
 * @throws EntrainError `invalid-config` for an address that cannot be had or a store that refuses; `store-unavailable`
 *   where the store is required and away
 */
export async function startConsole(config: Config<"console">, surroundings: Surroundings): Promise<RunningConsole> {
  const { logger, signal } = surroundings;
  const registry = new Registry();
  collectProcessMetrics(registry);
  const events = fanOut({ log: createEventLog(logger), metrics: createMetrics(registry).record });
  const clock = createSystemClock();
  const store = openStore(config, clock, events, logger);
  const ports = { ...store, election: store.election(), budgets: observeBudgets(store.budgets, events) };
  const hub = createEventHub(createEventJournal(Math.floor(clock.unixMs()).toString(36)), systemTimers);
  const security = openSecurity(config, { role: "console" }, events);
  const swarm = createFollower(config, { clock, events, store: ports, hub, security: security.options });
  const desk = createContextDesk({
    store: store.context,
    rules: createDocumentRules({ compile: compilePolicy }),
    timers: systemTimers,
    random: createRandom(randomUUID()),
    known: () => swarm.model.context(),
  });
  const ready = readinessOf(swarm, signal);
  const app = await createHttpServer({
    swarm,
    store: ports,
    desk,
    sessions: createSessionDesk({
      sessions: store.sessions,
      tasks: store.tasks,
      timers: systemTimers,
      patterns: new Map(patterns.map((pattern) => [pattern.name, pattern])),
      checkExpression: createSessionExpressions().check,
      defaults: () => sessionDefaults(swarm.model.context()?.document ?? {}),
      nextSessionId: () => `s-${randomUUID()}`,
      tracing: createTracing(),
    }),
    auditDecisions: (limit) => auditDecisions({ ledger: store.ledger, desk, compile: compilePolicy, sha256Hex }, limit),
    votersMin: config.votersMin,
    hub,
    clock,
    timers: systemTimers,
    random: createRandom(randomUUID()),
    metrics: { contentType: registry.contentType, text: () => registry.metrics() },
    ready,
    events,
    access: createAccess(accessOptions(config)),
    audit: openAuditLog(config.swarmId),
  });
  const ops = createOpsServer({
    name: "console",
    registry,
    ready,
    listen: {
      host: config.opsHost,
      port: config.opsPort,
      hostField: "ENTRAIN_OPS_HOST",
      portField: "ENTRAIN_OPS_PORT",
    },
  });

  async function stop(): Promise<void> {
    hub.close();
    await app.close();
    swarm.stop();
    security.close();
    await store.close();
    await ops.close();
  }

  try {
    const url = await listen(app, config.httpHost, config.httpPort);
    const opsUrl = await ops.listen();
    await connect(config, store, swarm, surroundings);
    logger.info({ url }, "the console answers");
    return { url, opsUrl, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

/** Lines of their own beside the log, which `ENTRAIN_LOG_LEVEL` does not silence. */
function openAuditLog(swarmId: string): (entry: AuditEntry) => void {
  const lines = createLogger({ base: { service: "console", swarmId, pid: process.pid, log: "audit" } });
  return (entry) => {
    lines.info(entry, "change");
  };
}

function openStore(
  config: Config<"console">,
  clock: Clock,
  events: EventSink,
  logger: Surroundings["logger"],
): RedisStore {
  return createRedisStore({
    redis: storeAddress(config),
    swarmId: config.swarmId,
    clock,
    timers: systemTimers,
    events,
    onWarning: (message) => {
      logger.warn(message);
    },
    requestTimeoutMs: config.storeTimeoutMs,
    // The same as the agents': whoever meets a store that lost its writes first opens the window for all (S1).
    recoveryWindowMs: config.leaseMs,
    clockStepMs: config.leaseMarginMs,
    membership: { heartbeatMs: config.heartbeatMs, deadAfterMs: config.deadAfterMs },
  });
}

function createFollower(
  { swarmId, votersMin }: Config<"console">,
  parts: {
    readonly clock: Clock;
    readonly events: EventSink;
    readonly store: Parameters<typeof createSwarmFollower>[0]["store"];
    readonly hub: EventHub;
    readonly security: Security;
  },
): SwarmFollower {
  const { clock, events, store, hub, security } = parts;
  return createSwarmFollower({
    ...{ swarmId, votersMin },
    store,
    connect: ({ address }) => createAgentClient(address, { swarmId, ...security, clock, events }),
    clock,
    timers: systemTimers,
    random: createRandom(randomUUID()),
    publish: (happened) => {
      hub.publish(happened);
    },
    events,
  });
}

/** Connects and follows. Without a store that may be missing it follows all the same, and catches up when it comes. */
async function connect(
  { requireStore, startTimeoutMs }: Config<"console">,
  store: RedisStore,
  swarm: SwarmFollower,
  { logger }: Surroundings,
): Promise<void> {
  try {
    await withDeadline(systemTimers, startTimeoutMs, "connecting to Redis", store.connect());
    swarm.start();
    await withDeadline(systemTimers, startTimeoutMs, "the first look at the swarm", swarm.seen);
  } catch (thrown) {
    const error = EntrainError.from(thrown);
    if (requireStore || !error.retryable) throw error;
    logger.warn({ cause: error.message }, "the store is away: the console answers what it knows, and goes on trying");
    swarm.start();
  }
}

/** Ready from the first look at the swarm until draining; losing the store later does not change it. */
function readinessOf(swarm: SwarmFollower, signal: AbortSignal): () => Readiness {
  return () => {
    if (signal.aborted) return { ok: false, reason: "draining" };
    const seen = swarm.model.membershipVersion() !== undefined;
    return seen ? { ok: true } : { ok: false, reason: "has not seen the swarm yet: is Redis there?" };
  };
}
