/**
 * The services of a swarm and their environment: the user's own, with what this run decides on top. Ports at which others
 * look for a service are chosen before it starts and stay over its lives; a first start that finds its port taken by
 * somebody else tries another.
 */
import { findFreePort } from "@entrain/redis-server";
import { join } from "node:path";
import type { ServiceSpec } from "../supervisor/supervisor.ts";
import type { RunDirectory } from "./run-directory.ts";
import type { AgentHost } from "./swarm-plan.ts";
import type { UpOptions } from "./up-options.ts";

/** What all services of one run share. */
export interface RunSettings {
  readonly env: NodeJS.ProcessEnv;
  readonly swarmId: string;
  /** How services find their Redis. */
  readonly redisEnv: NodeJS.ProcessEnv;
  /** Where the console listens. */
  readonly httpHost: string;
  readonly runDirectory: RunDirectory;
  readonly options: UpOptions;
}

const services = join(import.meta.dirname, "..", "..", "..");
const triesForAPort = 3;

/** The decision loop and the address where agents find it (known once it is ready). */
export function decisionLoopSpec(run: RunSettings): ServiceSpec {
  return grpcSpec(run, "decision-loop");
}

/** The coordinator; its address is in its first word and stays. */
export function coordinatorSpec(run: RunSettings): ServiceSpec {
  return grpcSpec(run, "coordinator");
}

/** The console at the port that the command line names, or at any; its address is known once it is ready. */
export function consoleSpec(run: RunSettings): { readonly spec: ServiceSpec; readonly url: () => string } {
  let port = run.options.port;
  const spec = supportSpec(run, "console", async (freePort) => {
    if (run.options.port === 0) port = await freePort();
    return { ENTRAIN_HTTP_PORT: String(port) };
  });
  return { spec, url: () => `http://${hostToCall(run.httpHost)}:${port}` };
}

/** Where to call a server that listens on `host`. */
function hostToCall(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}

/** One process of agents. */
export function agentSpec(run: RunSettings, host: AgentHost, decisionLoop: string): ServiceSpec {
  const { name, agentIds } = host;
  const env = {
    ...sharedEnv(run),
    ENTRAIN_AGENT_ID: name,
    ENTRAIN_AGENTS_PER_PROCESS: String(agentIds.length),
    ENTRAIN_GRPC_PORT: "0",
    ENTRAIN_DECISION_LOOP: decisionLoop,
    ...replayEnv(run.options),
  };
  return {
    name,
    role: "agent",
    script: join(services, "agent", "src", "main.ts"),
    logFile: run.runDirectory.logFile(name),
    restart: run.options.restart ? "always" : "never",
    startTries: 1,
    env: () => Promise.resolve(env),
  };
}

function grpcSpec(run: RunSettings, name: string): ServiceSpec {
  return supportSpec(run, name, async (port) => ({ ENTRAIN_GRPC_PORT: String(await port()), ENTRAIN_OPS_PORT: "0" }));
}

function supportSpec(
  run: RunSettings,
  name: string,
  own: (freePort: () => Promise<number>) => Promise<NodeJS.ProcessEnv>,
): ServiceSpec {
  let settled: NodeJS.ProcessEnv | undefined;
  return {
    name,
    role: "support",
    script: join(services, name, "src", "main.ts"),
    logFile: run.runDirectory.logFile(name),
    restart: "always",
    startTries: triesForAPort,
    env: async (wasReady) => {
      if (!wasReady || settled === undefined) settled = await own(findFreePort);
      return { ...sharedEnv(run), ...settled };
    },
  };
}

function sharedEnv({ env, swarmId, redisEnv, options }: RunSettings): NodeJS.ProcessEnv {
  return {
    // A demo that is told to stop is gone in 3 s, unless its user prefers to wait.
    ENTRAIN_DRAIN: "1500ms",
    ...env,
    ...redisEnv,
    ENTRAIN_SWARM: swarmId,
    ENTRAIN_OPS_PORT: "0",
    ENTRAIN_PERIOD: `${options.periodMs}ms`,
    ENTRAIN_GOAL: options.goal,
  };
}

function replayEnv({ replay }: UpOptions): NodeJS.ProcessEnv {
  if (replay === undefined) return {};
  return { ENTRAIN_TELEMETRY: `file:${replay.file}`, ENTRAIN_TELEMETRY_SPEED: String(replay.speed) };
}
