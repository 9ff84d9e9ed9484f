/**
 * The agent service: a process with one agent or many, over the same host that the library uses. It adds what a process of
 * its own needs: ops endpoints, logs, metrics, and telemetry to decide about.
 */
import type { Config } from "@entrain/config";
import { parseAddress } from "@entrain/rpc";
import {
  createServiceTelemetry,
  openSecurity,
  storeAddress,
  type RunningService,
  type ServiceSurroundings,
} from "@entrain/service";
import { createOpsServer } from "@entrain/telemetry";
import { createAgentHost, createAgentId, EntrainError, type AgentHost, type HostOptions } from "entrain";
import { createActionWebhook } from "./action-webhook.ts";
import { offerCapabilities } from "./capabilities/offer-capabilities.ts";
import { openReadings } from "./readings.ts";
import { startFeed } from "./feed.ts";

/** How long the first registration may take, ms; beyond it the process ends and is started again by whoever keeps it. */
const startTimeoutMs = 30_000;

/** Starts the process's agents; resolves when they are registered, or degraded where the store is away. */
export async function startAgentService(
  config: Config<"agent">,
  { logger, signal, fail }: ServiceSurroundings,
): Promise<RunningService> {
  const { registry, events } = createServiceTelemetry(logger);
  const agentIds = agentIdsOf(config);
  const security = openSecurity(config, { role: "agent", agentIds }, events);
  let host: AgentHost | undefined;
  const ops = createOpsServer({
    name: "agent",
    registry,
    listen: {
      host: config.opsHost,
      port: config.opsPort,
      hostField: "ENTRAIN_OPS_HOST",
      portField: "ENTRAIN_OPS_PORT",
    },
    ready: () => host?.readiness() ?? { ok: false, reason: "starting" },
  });
  const opsUrl = await ops.listen();
  const readings = openReadings(config, events, signal);
  try {
    host = createAgentHost({ ...hostOptions(config), ...security.options, opsUrl, events }, agentIds, {
      onSuperseded: (agentId) => {
        fail(new EntrainError("superseded", `a higher incarnation of ${agentId} is alive: this process ends`));
      },
    });
    offerCapabilities(host.work, config);
    if (config.actionUrl !== undefined) host.work.onAction("*", createActionWebhook(config.actionUrl));
    await host.start(startTimeoutMs);
    if (readings !== undefined) startFeed({ host, agentIds, readings, events, fail });
  } catch (thrown) {
    security.close();
    await ops.close();
    throw thrown;
  }
  const started = host;
  return {
    opsUrl,
    grpcAddress: started.address(),
    async stop() {
      readings?.close();
      await started.stop(config.drainMs);
      security.close();
      await ops.close();
    },
  };
}

/** With several agents in a process the id is what their names begin with. */
function agentIdsOf({ agentId, agentsPerProcess }: Config<"agent">): string[] {
  const base = agentId ?? createAgentId();
  if (agentsPerProcess === 1) return [base];
  return Array.from({ length: agentsPerProcess }, (_, index) => `${base}-${index + 1}`);
}

function hostOptions(config: Config<"agent">): HostOptions {
  return {
    swarm: config.swarmId,
    redis: storeAddress(config),
    listen: { host: config.grpcHost, port: config.grpcPort },
    ...(config.advertise === undefined ? {} : { advertise: parseAddress("ENTRAIN_ADVERTISE", config.advertise) }),
    rhythm: { goal: config.goalKind, periodMs: config.periodMs },
    ...(config.decisionLoop === undefined ? {} : { decisionLoop: config.decisionLoop }),
    requireStore: config.requireStore,
    spin: config.spin,
    duplicateId: config.duplicateId,
    storeTimeoutMs: config.storeTimeoutMs,
    election: {
      ...{ leaseMs: config.leaseMs, renewEveryMs: config.leaseRenewMs, stopMarginMs: config.leaseMarginMs },
      priority: config.priority,
    },
    membership: { heartbeatMs: config.heartbeatMs, deadAfterMs: config.deadAfterMs },
    voters: { votersMin: config.votersMin, evictAfterMs: config.evictAfterMs },
  };
}
