/**
 * The agent service: a process with one agent or many, over the same host that the library uses. It adds what a process
 * of its own needs: ops endpoints, logs, metrics, and telemetry to decide about.
 */
import { Registry } from "prom-client";
import type { Config } from "@entrain/config";
import type { Reading } from "@entrain/core/decision";
import type { EventSink } from "@entrain/ports";
import { createSystemClock, feedTelemetry, sampled, systemTimers } from "@entrain/runtime";
import {
  collectProcessMetrics,
  createEventLog,
  createHostSampler,
  createMetrics,
  createOpsServer,
  fanOut,
  replayTelemetryFile,
} from "@entrain/telemetry";
import { createAgentHost, createAgentId, EntrainError, type AgentHost } from "entrain";
import type { RunningService, ServiceSurroundings } from "@entrain/service";

/** Starts the process's agents; resolves when they are registered, or degraded where the store is away. */
export async function startAgentService(
  config: Config<"agent">,
  { logger, signal, fail }: ServiceSurroundings,
): Promise<RunningService> {
  const registry = new Registry();
  collectProcessMetrics(registry);
  const events = fanOut({ log: createEventLog(logger), metrics: createMetrics(registry).record });
  const ids = agentIdsOf(config);
  let host: AgentHost | undefined;
  const ops = createOpsServer({
    name: "agent",
    registry,
    listen: { host: config.opsHost, port: config.opsPort, hostField: "ENTRAIN_OPS_HOST", portField: "ENTRAIN_OPS_PORT" },
    ready: () => host?.readiness() ?? { ok: false, reason: "starting" },
  });
  const opsUrl = await ops.listen();
  const feedEnd = new AbortController();
  host = createAgentHost(
    { ...hostOptions(config), opsUrl, events },
    ids,
    {
      onSuperseded: (agentId) => {
        fail(new EntrainError("superseded", `a higher incarnation of ${agentId} is alive; this process ends`));
      },
    },
  );
  try {
    await host.start(config.startTimeoutMs);
  } catch (thrown) {
    await ops.close();
    throw thrown;
  }
  const feeding = feed(config, host, ids, events, AbortSignal.any([feedEnd.signal, signal]));
  feeding.catch(fail);
  return {
    opsUrl,
    grpcAddress: host.address(),
    async stop() {
      feedEnd.abort();
      await host.stop(config.drainMs);
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
