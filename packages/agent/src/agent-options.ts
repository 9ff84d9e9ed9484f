/**
 * The options of an agent in two types: what a user may say, and the total, checked form that the code works with.
 * Nothing here does I/O.
 */
import { hostname } from "node:os";
import { randomUUID } from "node:crypto";
import { checkId, EntrainError, membersOf, optionsOf } from "@entrain/kernel";
import { electionTimings, type ElectionTimings } from "@entrain/core/election";
import { membershipTimings, type MembershipTimings } from "@entrain/core/membership";
import { voterTimings, type VoterTimings } from "@entrain/core/vote";
import { patternsByName, type Pattern } from "@entrain/core/session";
import type { EventSink, Reasoner } from "@entrain/ports";
import type { RedisAddress } from "@entrain/redis";
import type { TlsMaterial, TlsSource } from "@entrain/rpc";
import { checkNode } from "./node-version.ts";
import { choiceOf, flagOf, textOf } from "./option-kinds.ts";
import { resolveRhythmOptions, type ResolvedRhythmOptions, type RhythmOptions } from "./rhythm-options.ts";

/** A host and a TCP port; port 0 takes any free one. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What thinks for an agent: an object with a name, or just a function. */
export type ReasonerLike = Reasoner | Reasoner["reason"];

/** What is said of a process that hosts agents. */
export interface HostOptions {
  /** The swarm to belong to. */
  readonly swarm: string;
  /** A URL, options (one server, Sentinels, a Cluster), or a client, which is copied and never closed. */
  readonly redis: RedisAddress;
  /** Where the gRPC server listens (default 127.0.0.1, any free port). */
  readonly listen?: Partial<Address>;
  /** How others reach that server (default: where it listens, so it is required with an address such as 0.0.0.0). */
  readonly advertise?: Address;
  /** Own certificate and key, and the authority that signs the peers' (PEM), or a source that replaces them: TLS on both sides (default: none). */
  readonly tls?: TlsMaterial | TlsSource;
  /** Permits plaintext beyond loopback (default false). */
  readonly insecure?: boolean;
  /** The rhythm to found if the swarm has none yet (default: sync, 1,000 ms), and how to pursue the one there is. */
  readonly rhythm?: RhythmOptions;
  /** What thinks (default: the rules of the shared policy). */
  readonly decide?: ReasonerLike;
  /** host:port of a decision-loop service; without it, or while it is away, the process decides by itself. */
  readonly decisionLoop?: string;
  /** Drives sessions, beside the coordinators and whoever else does (default false). */
  readonly coordinate?: boolean;
  /** Patterns of your own, for the sessions that this process makes, and for those that it drives (default: none). */
  readonly patterns?: readonly Pattern[];
  /** Rejects `start` where the store is away (default false: starts degraded). */
  readonly requireStore?: boolean;
  /** Base URL of this process's ops endpoints, told to observers. */
  readonly opsUrl?: string;
  /** Whether to burn the last millisecond before a beat (default: where this host has the cores for it). */
  readonly spin?: "auto" | "on" | "off";
  /** What a start does where an agent of this id is alive in another process: takes over, which ends the other, or is refused (default: take-over). */
  readonly duplicateId?: "take-over" | "refuse";
  readonly election?: Partial<ElectionTimings>;
  readonly membership?: Partial<MembershipTimings>;
  /** When a dead voter may be evicted, and the least number of voters that is a quorum. */
  readonly voters?: Partial<Pick<VoterTimings, "evictAfterMs" | "votersMin">>;
  /** How long a request to the store may take, ms (default 400). */
  readonly storeTimeoutMs?: number;
  /** Receives every event of the process. */
  readonly events?: EventSink;
}

/** Every option of a host; the compiler sees that none is missing. */
export const hostOptionNames: readonly string[] = Object.keys({
  ...{ swarm: true, redis: true, listen: true, advertise: true, tls: true, insecure: true, rhythm: true, decide: true },
  ...{ decisionLoop: true, coordinate: true, patterns: true, requireStore: true, opsUrl: true, spin: true },
  ...{ duplicateId: true, election: true, membership: true, voters: true, storeTimeoutMs: true, events: true },
} satisfies Record<keyof HostOptions, true>);

/** The same, total. */
export interface ResolvedHostOptions {
  readonly swarmId: string;
  readonly processId: string;
  readonly host: string;
  readonly agentIds: readonly string[];
  readonly redis: RedisAddress;
  readonly listen: Address;
  readonly advertise: Address | undefined;
  readonly tls: TlsMaterial | TlsSource | undefined;
  readonly insecure: boolean;
  readonly rhythm: ResolvedRhythmOptions;
  readonly reasoner: Reasoner | undefined;
  readonly decisionLoop: string | undefined;
  readonly coordinate: boolean;
  readonly patterns: ReadonlyMap<string, Pattern>;
  readonly requireStore: boolean;
  readonly opsUrl: string;
  readonly spin: "auto" | "on" | "off";
  readonly duplicateId: "take-over" | "refuse";
  readonly election: ElectionTimings;
  readonly membership: MembershipTimings;
  readonly voters: VoterTimings;
  readonly storeTimeoutMs: number;
  readonly events: EventSink;
}

/**
 * Checks what was said and fills in the defaults.
 * @throws EntrainError `invalid-argument` or `invalid-config` that names the field.
 */
export function resolveHostOptions(options: HostOptions, agentIds: readonly string[]): ResolvedHostOptions {
  checkNode();
  optionsOf(options, hostOptionNames, "give { swarm, redis }");
  const swarmId = checkId("swarm", options.swarm);
  const listen = listenAddress(options.listen);
  return {
    swarmId,
    processId: `p-${randomUUID()}`,
    host: hostname(),
    agentIds: checkAgentIds(agentIds),
    redis: checkRedis(options.redis),
    listen,
    advertise: checkAdvertise(options.advertise, listen),
    tls: checkTls(options.tls),
    insecure: flagOf("insecure", options.insecure, false),
    rhythm: resolveRhythmOptions(options.rhythm),
    reasoner: reasonerOf(options.decide),
    decisionLoop: textOf("decisionLoop", options.decisionLoop, undefined, "give host:port"),
    coordinate: flagOf("coordinate", options.coordinate, false),
    patterns: patternsByName(checkPatterns(options.patterns)),
    requireStore: flagOf("requireStore", options.requireStore, false),
    opsUrl: textOf("opsUrl", options.opsUrl, "", "give a URL such as http://10.0.0.7:9100"),
    spin: choiceOf("spin", options.spin ?? "auto", ["auto", "on", "off"]),
    duplicateId: choiceOf("duplicateId", options.duplicateId ?? "take-over", ["take-over", "refuse"]),
    ...timingsOf(options),
    events: checkEvents(options.events),
  };
}

/** What is said of times, each part with the defaults that follow from the others. */
function timingsOf(
  options: HostOptions,
): Pick<ResolvedHostOptions, "election" | "membership" | "voters" | "storeTimeoutMs"> {
  const { election: given = {}, membership = {}, voters = {} } = options;
  membersOf(given, "election", Object.keys(electionTimings()));
  membersOf(membership, "membership", Object.keys(membershipTimings()));
  membersOf(voters, "voters", ["evictAfterMs", "votersMin"]);
  const storeTimeoutMs = options.storeTimeoutMs ?? given.requestTimeoutMs ?? 400;
  if (!(Number.isFinite(storeTimeoutMs) && storeTimeoutMs > 0))
    throw EntrainError.invalid("storeTimeoutMs", storeTimeoutMs, "give a number of ms over 0");
  const election = electionTimings({ requestTimeoutMs: storeTimeoutMs, ...given });
  return {
    election,
    membership: membershipTimings(membership),
    voters: voterTimings(election.leaseMs, voters),
    storeTimeoutMs,
  };
}

/** An id for an agent that was not given one: the host's name and a few random letters. */
export function createAgentId(): string {
  const host = hostname()
    .replace(/[^A-Za-z0-9._-]/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 48);
  return `${host || "agent"}-${randomUUID().slice(0, 8)}`;
}

function checkAgentIds(agentIds: readonly string[]): readonly string[] {
  for (const agentId of agentIds) checkId("agentId", agentId);
  if (new Set(agentIds).size === agentIds.length) return agentIds;
  throw EntrainError.invalid("agentId", agentIds.join(", "), "give each agent of a process an id of its own");
}

/** Without it ioredis would go to a server of its own choice. Its value may hold a password and is not shown. */
function checkRedis(redis: unknown): RedisAddress {
  if (typeof redis === "string" || (typeof redis === "object" && redis !== null)) return redis;
  const remedy = "give a URL such as redis://127.0.0.1:6379, options of ioredis, or a client";
  const found = redis === undefined ? "missing" : kindOf(redis);
  throw new EntrainError("invalid-argument", `redis is ${found}: ${remedy}`, { field: "redis", remedy });
}

const kindOf = (value: unknown): string => {
  if (Array.isArray(value)) return "a list";
  return `of the kind ${value === null ? "null" : typeof value}`;
};

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

/** What is in it is judged where it is used. Its value may be a key and is not shown. */
function checkTls(tls: TlsMaterial | TlsSource | undefined): TlsMaterial | TlsSource | undefined {
  if (tls === undefined || isObject(tls)) return tls;
  const remedy = "give { ca, cert, key }, or a source of them";
  throw new EntrainError("invalid-argument", `tls is ${kindOf(tls)}: ${remedy}`, { field: "tls", remedy });
}

function checkPatterns(patterns: HostOptions["patterns"]): HostOptions["patterns"] {
  if (patterns === undefined || Array.isArray(patterns)) return patterns;
  throw EntrainError.invalid("patterns", patterns, "give a list of patterns");
}

function checkEvents(events: HostOptions["events"]): EventSink {
  if (events === undefined) return () => undefined;
  if (typeof events === "function") return events;
  throw EntrainError.invalid("events", events, "give a function of an event");
}

function reasonerOf(decide: unknown): Reasoner | undefined {
  if (decide === undefined) return undefined;
  if (typeof decide === "function") return { name: "user", reason: decide as Reasoner["reason"] };
  if (isReasoner(decide)) return decide;
  throw EntrainError.invalid("decide", decide, "give a function, or an object with a name and a function `reason`");
}

function isReasoner(decide: unknown): decide is Reasoner {
  const { name, reason } = (decide ?? {}) as Partial<Record<keyof Reasoner, unknown>>;
  return typeof name === "string" && typeof reason === "function";
}

function listenAddress(listen: Partial<Address> = {}): Address {
  membersOf(listen, "listen", ["host", "port"], "give { host, port }");
  const host = textOf("listen.host", listen.host, "127.0.0.1", hostRemedy);
  return { host, port: checkPort("listen.port", listen.port ?? 0, 0) };
}

/** Nobody can call an address that stands for all of a machine's. */
function checkAdvertise(advertise: Address | undefined, listen: Address): Address | undefined {
  if (advertise !== undefined) {
    membersOf(advertise, "advertise", ["host", "port"], "give { host, port }");
    const { host, port } = advertise;
    if (typeof host !== "string" || host === "") throw EntrainError.invalid("advertise.host", host, hostRemedy);
    return { host, port: checkPort("advertise.port", port, 1) };
  }
  if (!["0.0.0.0", "::", ""].includes(listen.host)) return undefined;
  const remedy = "give the host and port at which other processes reach this one";
  throw new EntrainError("invalid-config", `advertise is missing while listen.host is "${listen.host}": ${remedy}`, {
    field: "advertise",
    remedy,
  });
}

const hostRemedy = "give a host's name or address";

function checkPort(field: string, port: number, min: 0 | 1): number {
  if (Number.isInteger(port) && port >= min && port <= 65_535) return port;
  throw EntrainError.invalid(field, port, `choose a TCP port from ${min === 0 ? "0 (any free one)" : "1"} to 65535`);
}
