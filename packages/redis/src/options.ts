/** What a user may say of the store, and the total form of it that the package works with. */
import { randomUUID } from "node:crypto";
import { createRandom, EntrainError, type Random } from "@entrain/kernel";
import { membershipTimings, type MembershipTimings } from "@entrain/core/membership";
import type { Clock, EventSink, Timers } from "@entrain/ports";
import { endpointOf, type Endpoint, type RedisAddress } from "./endpoint.ts";
import { storeKeys, type StoreKeys } from "./keys.ts";

/** Sentences of warning that are remembered, so as not to be said again. */
const sentencesMax = 16;

/** Options of `createRedisStore`. */
export interface RedisStoreOptions {
  readonly redis: RedisAddress;
  /** Names the swarm's keys. */
  readonly swarmId: string;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Gets `store.changed` and `listener.failed`. */
  readonly events?: EventSink;
  /** Gets a sentence about a server that works but may lose data. */
  readonly onWarning?: (message: string) => void;
  /** How long a command may take, ms (default 400). */
  readonly requestTimeoutMs?: number;
  /** How long opening a connection may take, ms (default 2,000). */
  readonly openTimeoutMs?: number;
  /** A connection without an answer for this long is given up, ms (default 1,000). */
  readonly silenceMs?: number;
  /**
   * This client's longest lease, ms (default 2,000): after the store may have lost writes nothing new is granted for the longest
   * that any client says.
   */
  readonly recoveryWindowMs?: number;
  /** A jump of Redis's clock by more than this opens the recovery window, ms (default 300, the stop margin). */
  readonly clockStepMs?: number;
  readonly membership?: Partial<MembershipTimings>;
  /** Jitter of reconnecting (default: seeded by chance). */
  readonly random?: Random;
}

/** The same, complete and checked. */
export interface StoreSettings {
  readonly endpoint: Endpoint;
  readonly keys: StoreKeys;
  /** Shown in CLIENT LIST. */
  readonly connectionName: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly events: EventSink;
  readonly onWarning: (message: string) => void;
  readonly requestTimeoutMs: number;
  readonly openTimeoutMs: number;
  readonly silenceMs: number;
  readonly recoveryWindowMs: number;
  readonly clockStepMs: number;
  readonly membership: MembershipTimings;
  readonly random: Random;
}

/**
 * Completes and checks the options.
 * @throws EntrainError `invalid-config` or `invalid-argument` that names the field.
 */
export function storeSettings(options: RedisStoreOptions): StoreSettings {
  const openTimeoutMs = duration("openTimeoutMs", options.openTimeoutMs ?? 2_000);
  return {
    endpoint: endpointOf(options.redis, openTimeoutMs),
    keys: storeKeys(options.swarmId),
    connectionName: `entrain:${options.swarmId}`,
    clock: options.clock,
    timers: options.timers,
    events: options.events ?? ignore,
    onWarning: oncePerSentence(options.onWarning ?? ignore),
    requestTimeoutMs: duration("requestTimeoutMs", options.requestTimeoutMs ?? 400),
    openTimeoutMs,
    silenceMs: duration("silenceMs", options.silenceMs ?? 1_000),
    recoveryWindowMs: duration("recoveryWindowMs", options.recoveryWindowMs ?? 2_000),
    clockStepMs: duration("clockStepMs", options.clockStepMs ?? 300),
    membership: membershipTimings(options.membership),
    random: options.random ?? createRandom(randomUUID()),
  };
}

function duration(field: string, ms: number): number {
  if (Number.isSafeInteger(ms) && ms > 0) return ms;
  throw new EntrainError("invalid-config", `${field} is ${ms}: give a whole number of ms above 0`, {
    field,
    value: ms,
  });
}

/** Each new connection warns of the same things: a sentence is passed on only if it is none of the last few. */
function oncePerSentence(warn: (message: string) => void): (message: string) => void {
  let last: readonly string[] = [];
  return (message) => {
    if (!last.includes(message)) warn(message);
    last = [...last.filter((earlier) => earlier !== message), message].slice(-sentencesMax);
  };
}

function ignore(): void {
  // Nobody listens.
}
