/**
 * The options of an agent in two types: what a user may say, and the total, checked form that the code works with.
 * Nothing here does I/O.
 */
import { hostname } from "node:os";
import { randomUUID } from "node:crypto";
import { checkId, EntrainError } from "@entrain/kernel";
import { electionTimings, type ElectionTimings } from "@entrain/core/election";
import { membershipTimings, type MembershipTimings } from "@entrain/core/membership";
import { checkGoal, type GoalKind } from "@entrain/core/rhythm";
import type { EventSink, Reasoner } from "@entrain/ports";
import type { RedisStoreOptions } from "@entrain/redis";

/** A URL, ioredis options, or a client (which is duplicated and never closed). */
export type RedisAddress = RedisStoreOptions["redis"];

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
  readonly redis: RedisAddress;
  /** Where the gRPC server listens (default 127.0.0.1, any free port). */
  readonly listen?: Partial<Address>;
  /** How others reach that server (default: where it listens). */
  readonly advertise?: Address;
  /** Permits plaintext beyond loopback (default false). */
  readonly insecure?: boolean;
  /** The rhythm to found if the swarm has none yet (default: sync, 1,000 ms). */
  readonly rhythm?: { readonly goal?: GoalKind; readonly periodMs?: number };
  /** What thinks (default: the rules of the shared policy). */
  readonly decide?: ReasonerLike;
  /** host:port of a decision-loop service; without it, or while it is away, the process decides by itself. */
  readonly decisionLoop?: string;
  /** Rejects `start` where the store is away (default false: starts degraded). */
  readonly requireStore?: boolean;
  /** Base URL of this process's ops endpoints, told to observers. */
  readonly opsUrl?: string;
  /** Whether to burn the last millisecond before a beat (default: where this host has the cores for it). */
  readonly spin?: "auto" | "on" | "off";
  readonly election?: Partial<ElectionTimings>;
  readonly membership?: Partial<MembershipTimings>;
  /** How long a request to the store may take, ms (default 400). */
  readonly storeTimeoutMs?: number;
  /** Receives every event of the process. */
  readonly events?: EventSink;
}

/** The same, total. */
export interface ResolvedHostOptions {
  readonly swarmId: string;
  readonly processId: string;
  readonly host: string;
  readonly agentIds: readonly string[];
  readonly redis: RedisAddress;
  readonly listen: Address;
  readonly advertise: Address | undefined;
  readonly insecure: boolean;
  readonly goal: { readonly kind: GoalKind; readonly periodMs: number };
  readonly reasoner: Reasoner | undefined;
  readonly decisionLoop: string | undefined;
  readonly requireStore: boolean;
  readonly opsUrl: string;
  readonly spin: "auto" | "on" | "off";
  readonly election: ElectionTimings;
  readonly membership: MembershipTimings;
  readonly storeTimeoutMs: number;
  readonly events: EventSink;
}

/**
 * Checks what was said and fills in the defaults.
 * @throws EntrainError `invalid-argument` or `invalid-config` that names the field.
 */
export function resolveHostOptions(options: HostOptions, agentIds: readonly string[]): ResolvedHostOptions {
  for (const agentId of agentIds) checkId("agentId", agentId);
  if (new Set(agentIds).size !== agentIds.length)
    throw EntrainError.invalid("agentId", agentIds.join(", "), "give each agent of a process an id of its own");
  const goal = { kind: options.rhythm?.goal ?? "sync", periodMs: options.rhythm?.periodMs ?? 1_000 };
  checkGoal(goal);
  const listen = {
    host: options.listen?.host ?? "127.0.0.1",
    port: checkPort("listen.port", options.listen?.port ?? 0),
  };
  if (options.advertise !== undefined) checkPort("advertise.port", options.advertise.port);
  const storeTimeoutMs = options.storeTimeoutMs ?? options.election?.requestTimeoutMs ?? 400;
  return {
    swarmId: checkId("swarm", options.swarm),
    processId: `p-${randomUUID()}`,
    host: hostname(),
    agentIds,
    redis: options.redis,
    listen,
    advertise: options.advertise,
    insecure: options.insecure ?? false,
    goal,
    reasoner: typeof options.decide === "function" ? { name: "user", reason: options.decide } : options.decide,
    decisionLoop: options.decisionLoop,
    requireStore: options.requireStore ?? false,
    opsUrl: options.opsUrl ?? "",
    spin: options.spin ?? "auto",
    election: electionTimings({ requestTimeoutMs: storeTimeoutMs, ...options.election }),
    membership: membershipTimings(options.membership),
    storeTimeoutMs,
    events: options.events ?? (() => undefined),
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

function checkPort(field: string, port: number): number {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw EntrainError.invalid(field, port, "choose a TCP port from 0 (any free one) to 65535");
}
