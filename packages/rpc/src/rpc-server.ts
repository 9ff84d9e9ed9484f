/**
 * A process's gRPC server: the services of Entrain that the process offers, health and reflection, on one port.
 *
 * A stop in order: not healthy any more, nobody let in but with probes, calls under way are answered (within the deadline), lasting
 * streams are told and ended, connections closed, and what is left is cut.
 */
import { Server } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { ReflectionService } from "@grpc/reflection";
import { HealthImplementation, protoPath as healthProto } from "grpc-health-check";
import { EntrainError, checkId } from "@entrain/kernel";
import type { AgentProcess, Clock, Decider, EventSink, ProbeHelper, SharedContext } from "@entrain/ports";
import { createAgentService } from "./agent-service.ts";
import type { ServedBudgets } from "./budget-service.ts";
import { CallDesk } from "./call-desk.ts";
import { rhythmKeepalive, serverOptions, type Keepalive } from "./channel-options.ts";
import { createContextService } from "./context-service.ts";
import type { Security } from "./credentials.ts";
import { createDecisionService } from "./decision-service.ts";
import { formatAddress, type HostPort } from "./listen-address.ts";
import { listen, type Listener } from "./listener.ts";
import { serviceDefinitions } from "./load-proto.ts";
import type { ListenStream, RpcMessageLinks } from "./message-links.ts";
import type { RpcPhaseTransport, ServedExchange } from "./phase-transport.ts";
import { createRegistryService } from "./registry-service.ts";
import { createStampedCodec, stampedService } from "./stamped-codec.ts";

/** Connections get this long to close by themselves, ms. */
const farewellMs = 200;
const healthService = "grpc.health.v1.Health";

/** What a server needs; it serves what it is given. */
export interface RpcServerOptions extends Security {
  readonly listen: HostPort;
  readonly swarmId: string;
  readonly processId: string;
  readonly clock: Clock;
  readonly events: EventSink;
  readonly agentProcess?: AgentProcess | undefined;
  readonly decider?: Decider | undefined;
  /** Probes on behalf of others; with it, the process answers probes itself. */
  readonly probeHelper?: ProbeHelper | undefined;
  /** What a coordinator serves. */
  readonly coordination?: (ServedBudgets & { readonly context: SharedContext }) | undefined;
  readonly phase?: Pick<RpcPhaseTransport, "accept"> | undefined;
  readonly messages?: Pick<RpcMessageLinks, "accept"> | undefined;
  /** Calls of one peer in a second (default 5,000); more are refused. */
  readonly callsPerSecond?: number;
  /** Pings of every connection (default: every second, answered within 2 s). */
  readonly keepalive?: Keepalive;
}

/** A server that listens. */
export interface RpcServer {
  /** `host:port` that it listens on. */
  readonly address: string;
  readonly port: number;
  /** What grpc.health.v1 answers, for the process and for each service; false from the beginning. */
  setHealthy(healthy: boolean): void;
  /** Not healthy, and nobody new is let in; what is under way goes on, and probes are answered. */
  drain(): void;
  /** Drains, and is gone when it resolves; calls under way have `deadlineMs` to be answered. Idempotent. */
  close(options: { readonly deadlineMs: number }): Promise<void>;
}

/**
 * Listens and serves.
 * @throws EntrainError `invalid-config` where the address or the certificates do not do; `invalid-argument` for ids.
 */
export async function createRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  checkId("swarmId", options.swarmId);
  checkId("processId", options.processId);
  const server = new Server(serverOptions(options.keepalive ?? rhythmKeepalive));
  const desk = new CallDesk({ ...options, secure: options.tls !== undefined });
  const services = addServices(server, desk, options);
  const health = new HealthImplementation();
  health.addToServer(server);
  addReflection(server, [...services, healthService]);
  const setHealthy = (healthy: boolean): void => {
    for (const name of ["", ...services]) health.setStatus(name, healthy ? "SERVING" : "NOT_SERVING");
  };
  setHealthy(false);
  const listener = await listen({ ...options, server, security: options, wanted: options.listen });
  const drain = (): void => {
    setHealthy(false);
    desk.drain();
  };
  let closing: Promise<void> | undefined;
  return {
    address: formatAddress(listener.address),
    port: listener.address.port,
    setHealthy,
    drain,
    close({ deadlineMs }) {
      drain();
      closing ??= shutDown(server, desk, listener, deadlineMs);
      return closing;
    },
  };
}

/** Adds what the process offers; answers the full names of the services. */
function addServices(server: Server, desk: CallDesk, options: RpcServerOptions): string[] {
  const { agentProcess, decider, coordination, phase, messages, probeHelper, clock, events } = options;
  const definitions = serviceDefinitions();
  const names: string[] = [];
  if (phase !== undefined) {
    names.push("entrain.v1.PhaseService");
    server.addService(stampedService(createStampedCodec(clock)), {
      Exchange: (stream: ServedExchange) => {
        const peer = desk.admit(stream, true);
        if (peer !== undefined) phase.accept(stream, peer);
      },
    });
  }
  if (agentProcess !== undefined) {
    names.push("entrain.v1.AgentService");
    server.addService(definitions.agent, createAgentService({ ...options, desk, process: agentProcess }));
  }
  if (probeHelper !== undefined) {
    names.push("entrain.v1.RegistryService");
    server.addService(definitions.registry, createRegistryService(desk, options.processId, probeHelper));
  }
  if (decider !== undefined) {
    names.push("entrain.v1.DecisionService");
    server.addService(definitions.decision, createDecisionService(desk, decider));
  }
  if (coordination !== undefined) {
    names.push("entrain.v1.ContextService");
    server.addService(definitions.context, createContextService({ desk, events, ...coordination }));
  }
  if (messages !== undefined) {
    names.push("entrain.v1.CoordinationService");
    server.addService(definitions.coordination, {
      Listen: (stream: ListenStream) => {
        if (desk.admit(stream) !== undefined) messages.accept(stream);
      },
    });
  }
  return names;
}

function addReflection(server: Server, services: string[]): void {
  const known = { ...serviceDefinitions().everything, ...loadSync(healthProto) };
  new ReflectionService(known, { services }).addToServer(server);
}

async function shutDown(server: Server, desk: CallDesk, listener: Listener, deadlineMs: number): Promise<void> {
  listener.stop();
  await withinMs(deadlineMs, desk.idle());
  await withinMs(farewellMs, desk.endStreams(new EntrainError("unavailable", "this process is stopping")));
  // It says goodbye to every connection; that it is done it says too early (its own sessions are closed by Node before
  // their last answer has left), so it is the connections that are waited for.
  server.tryShutdown(() => undefined);
  await withinMs(farewellMs, listener.ended);
  server.forceShutdown();
  await listener.close();
}

/** Waits for `done`, but no longer than `ms`. */
function withinMs(ms: number, done: Promise<void>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  return Promise.race([done, late]).finally(() => clearTimeout(timer));
}
