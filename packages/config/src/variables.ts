/**
 * The one table of Entrain's environment variables. The config is read by it, its type follows from it, and the table in
 * docs/configuration.md is written from it: a variable is added here and nowhere else; those that say where the store is are
 * in store-variables.ts, of the leadership in election-variables.ts, of what an agent service does for others in work-variables.ts.
 */
import type { z } from "zod";
import { periodLimitsMs } from "@entrain/core/rhythm";
import { electionVariables } from "./election-variables.ts";
import { storeVariables } from "./store-variables.ts";
import * as types from "./variable-types.ts";
import { optionalVariable, variable, type ServiceName, type Variable } from "./variable.ts";
import { workVariables } from "./work-variables.ts";

const all = ["agent", "decision-loop", "coordinator", "console", "cli"] as const;
const servers = ["agent", "decision-loop", "coordinator", "console"] as const;

/** Every variable by the name of its value in the config. */
export const variables = {
  swarmId: variable("ENTRAIN_SWARM", types.id, {
    default: "default",
    services: all,
    doc: "The swarm to belong to: one name for all processes that work together.",
  }),
  agentId: optionalVariable("ENTRAIN_AGENT_ID", types.id, {
    services: ["agent"],
    doc: "Name of the agent; with several agents in a process, what their names begin with. Default: made from the host's name and chance.",
  }),
  agentsPerProcess: variable("ENTRAIN_AGENTS_PER_PROCESS", types.wholeNumber(1, 1_000), {
    default: "1",
    services: ["agent"],
    doc: "Agents in this process; they share its connections.",
  }),
  ...storeVariables,
  requireStore: variable("ENTRAIN_REQUIRE_STORE", types.flag, {
    default: "false",
    services: servers,
    doc: "End with exit code 69 where the store cannot be reached at the start, instead of starting degraded.",
  }),
  storeTimeoutMs: variable("ENTRAIN_STORE_TIMEOUT", types.duration("10ms", "1m"), {
    default: "400ms",
    services: servers,
    doc: "How long one request to the store may take.",
  }),
  grpcHost: variable("ENTRAIN_GRPC_HOST", types.host, {
    default: "127.0.0.1",
    services: ["agent", "decision-loop", "coordinator"],
    doc: "Address to listen on for gRPC. Beyond loopback it needs `ENTRAIN_TLS_DIR`, or `ENTRAIN_INSECURE`.",
  }),
  grpcPort: variable("ENTRAIN_GRPC_PORT", types.port, {
    default: "0",
    services: ["agent", "decision-loop", "coordinator"],
    doc: "Port to listen on for gRPC.",
  }),
  advertise: optionalVariable("ENTRAIN_ADVERTISE", types.address, {
    services: ["agent", "decision-loop"],
    doc: "Address at which others reach this process's gRPC port. Default: where it listens.",
  }),
  insecure: variable("ENTRAIN_INSECURE", types.flag, {
    default: "false",
    services: all,
    doc: "Permit plain text beyond loopback: whoever reaches the ports may then listen in and take part.",
  }),
  tlsDir: optionalVariable("ENTRAIN_TLS_DIR", types.path, {
    services: servers,
    doc: "Folder with `tls.crt`, `tls.key` and `ca.crt`: TLS on both sides between the services (docs/security.md). Default: none.",
  }),
  tlsReloadMs: variable("ENTRAIN_TLS_RELOAD", types.duration("100ms", "1d"), {
    default: "10s",
    services: servers,
    doc: "Pause between two looks whether the certificates have changed.",
  }),
  plaintext: variable("ENTRAIN_PLAINTEXT", types.choices(["ops", "http"]), {
    default: "none",
    services: servers,
    doc: "Ports that may answer in plain text beyond loopback although gRPC has TLS: `ops` for probes and Prometheus, `http` for a console behind a proxy that ends TLS.",
  }),
  opsHost: variable("ENTRAIN_OPS_HOST", types.host, {
    default: "127.0.0.1",
    services: servers,
    doc: "Address to listen on for `/healthz`, `/readyz` and `/metrics`. Beyond loopback it needs `ops` in `ENTRAIN_PLAINTEXT`, or `ENTRAIN_INSECURE`.",
  }),
  opsPort: variable("ENTRAIN_OPS_PORT", types.port, {
    default: "0",
    services: servers,
    doc: "Port to listen on for `/healthz`, `/readyz` and `/metrics`.",
  }),
  httpHost: variable("ENTRAIN_HTTP_HOST", types.host, {
    default: "127.0.0.1",
    services: ["console", "cli"],
    doc: "Address to listen on for the console. Beyond loopback it needs `http` in `ENTRAIN_PLAINTEXT`, or `ENTRAIN_INSECURE`.",
  }),
  httpPort: variable("ENTRAIN_HTTP_PORT", types.port, {
    default: "8080",
    services: ["console", "cli"],
    doc: "Port to listen on for the console.",
  }),
  httpOperators: optionalVariable("ENTRAIN_HTTP_OPERATORS", types.tokens, {
    secret: true,
    services: ["console", "cli"],
    doc: "Who may change the swarm by the console, and look. Each caller brings its token ([security](security.md)).",
  }),
  httpViewers: optionalVariable("ENTRAIN_HTTP_VIEWERS", types.tokens, {
    secret: true,
    services: ["console"],
    doc: "Who may look, and change nothing.",
  }),
  httpAnonymous: optionalVariable("ENTRAIN_HTTP_ANONYMOUS", types.choice(["none", "viewer", "operator"]), {
    services: ["console"],
    doc: "What callers of the console without a token may do. Default: `operator` where it listens on loopback (or `ENTRAIN_INSECURE`) and there are no tokens, else `none`.",
  }),
  token: optionalVariable("ENTRAIN_TOKEN", types.token, {
    secret: true,
    services: ["cli"],
    doc: "Token that `entrain status`, `goal` and the like bring to the console.",
  }),
  periodMs: variable("ENTRAIN_PERIOD", types.durationMs(periodLimitsMs), {
    default: "1s",
    services: all,
    doc: "Period of the swarm's first goal; a goal that is already in force stays.",
  }),
  goalKind: variable("ENTRAIN_GOAL", types.goal, {
    default: "sync",
    services: all,
    doc: "The swarm's first goal, at `ENTRAIN_PERIOD`; a goal that is already in force stays.",
  }),
  decisionLoop: optionalVariable("ENTRAIN_DECISION_LOOP", types.address, {
    services: ["agent"],
    doc: "Address of the decision loop's gRPC port. Default: each process decides for its own agents.",
  }),
  ...workVariables,
  heartbeatMs: variable("ENTRAIN_HEARTBEAT", types.duration("20ms", "1m"), {
    default: "500ms",
    services: servers,
    doc: "Pause between two signs of life of a process.",
  }),
  deadAfterMs: variable("ENTRAIN_DEAD_AFTER", types.duration("60ms", "1h"), {
    default: "3s",
    services: servers,
    doc: "Silence after which a member is dead; at least three heartbeats.",
  }),
  ...electionVariables,
  votersMin: variable("ENTRAIN_MIN_VOTERS", types.wholeNumber(2, 1_000), {
    default: "2",
    services: ["agent", "decision-loop", "console"],
    doc: "Least number of voters that is a quorum, however few there are ([votes](votes.md)).",
  }),
  evictAfterMs: variable("ENTRAIN_EVICT_AFTER", types.duration("100ms", "1d"), {
    default: "1m",
    services: ["agent"],
    doc: "How long a voter must have been dead before the others may evict it.",
  }),
  telemetry: variable("ENTRAIN_TELEMETRY", types.telemetry, {
    default: "host",
    services: ["agent"],
    doc: "Where readings come from: the own host, nowhere, or a CSV or NDJSON file.",
  }),
  telemetryEveryMs: variable("ENTRAIN_TELEMETRY_EVERY", types.duration("10ms", "1d"), {
    default: "1s",
    services: ["agent"],
    doc: "Pause between two readings of the host, and between lines of a file without instants.",
  }),
  telemetrySpeed: variable("ENTRAIN_TELEMETRY_SPEED", types.factor(0.01, 1_000_000), {
    default: "1",
    services: ["agent"],
    doc: "How much faster than recorded a file is replayed; 0: as fast as it is consumed.",
  }),
  logLevel: variable(
    "ENTRAIN_LOG_LEVEL",
    types.choice(["trace", "debug", "info", "warn", "error", "fatal", "silent"]),
    {
      default: "info",
      services: all,
      doc: "Lines of this level and above are logged, on stderr.",
    },
  ),
  duplicateId: variable("ENTRAIN_DUPLICATE_ID", types.choice(["take-over", "refuse"]), {
    default: "take-over",
    services: ["agent"],
    doc: "Where an agent of this id is alive in another process: take over, which ends the other one, or end with exit code 78.",
  }),
  spin: variable("ENTRAIN_SPIN", types.choice(["auto", "on", "off"]), {
    default: "auto",
    services: ["agent"],
    doc: "Whether the last millisecond before a beat is spun away: exact on a host with cores to spare, harmful elsewhere.",
  }),
  startTimeoutMs: variable("ENTRAIN_START_TIMEOUT", types.duration("100ms", "10m"), {
    default: "10s",
    services: servers,
    doc: "How long the start may take: reaching the store, joining the swarm.",
  }),
  drainMs: variable("ENTRAIN_DRAIN", types.duration("0ms", "10m"), {
    default: "5s",
    services: all,
    doc: "How long a process that is told to stop may take to finish its work.",
  }),
  controlFd: optionalVariable("ENTRAIN_CONTROL_FD", types.wholeNumber(0, 65_535), {
    services: servers,
    doc: "Internal: file descriptor of the supervisor's control channel; the process ends when it closes.",
  }),
  testRedis: optionalVariable("ENTRAIN_TEST_REDIS", types.choice(["local", "container"]), {
    services: [],
    doc: "Read by the tests alone: which kind of Redis they start.",
  }),
} as const satisfies Readonly<Record<string, Variable<unknown>>>;

type Variables = typeof variables;

/** The name of a value in the config. */
export type ConfigKey = keyof Variables;

/** The values that one service reads (of several: what all of them read), and which of its variables were set. */
export type Config<Service extends ServiceName = ServiceName> = {
  readonly [Key in ConfigKey as [Service] extends [Variables[Key]["services"][number]] ? Key : never]: z.output<
    Variables[Key]["schema"]
  >;
} & {
  /** Names of the variables that the environment sets; the others have their defaults. */
  readonly given: readonly string[];
};
