/**
 * Where Redis is: whatever the user gave (a URL, options or a client of their own) becomes the options of connections
 * that behave as this package needs, and an address for messages that never holds a password.
 */
import { Redis, type RedisOptions } from "ioredis";
import { EntrainError } from "@entrain/kernel";

/** How to connect, and what to call it. */
export interface Endpoint {
  /** host:port, a socket's path, or the Sentinel group. */
  readonly address: string;
  /** Options of one connection. */
  readonly options: LinkOptions;
}

/** ioredis's options with replies in the shapes of RESP2, whatever the protocol is. */
export type LinkOptions = RedisOptions & { replyMapping: "legacy" };

const urlPattern = /^(redis|rediss|unix):\/\//;

/**
 * The endpoint of a URL (`redis://`, `rediss://`, `unix://`), options, or a client, whose options are copied and which is
 * left alone.
 * @throws EntrainError `invalid-config` for another kind of URL (which is not shown: it may hold a password).
 */
export function endpointOf(redis: string | RedisOptions | Redis, connectTimeoutMs: number): Endpoint {
  if (typeof redis === "string" && !urlPattern.test(redis))
    throw new EntrainError("invalid-config", "redis is no Redis URL: write redis://host:port, rediss:// or unix://", {
      field: "redis",
      remedy: "write redis://host:port, rediss://host:port or unix:///path",
    });
  const given = optionsOf(redis);
  const options: LinkOptions = {
    ...given,
    connectTimeout: connectTimeoutMs,
    lazyConnect: true,
    // Reconnecting, waiting and retrying are done here, where they are bounded and seen.
    enableOfflineQueue: false,
    enableReadyCheck: false,
    enableAutoPipelining: false,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: null,
    reconnectOnError: null,
    disconnectTimeout: 0,
    disableClientInfo: true,
    // One round of the Sentinels for each connection; commands go to the primary whatever the client was for.
    sentinelRetryStrategy: null,
    role: "master",
    // What this package's replies and key names rest on, whatever the user's own client prefers.
    keyPrefix: "",
    replyMapping: "legacy",
    stringNumbers: false,
    readOnly: false,
    monitor: false,
  };
  delete options.commandTimeout;
  delete options.socketTimeout;
  delete options.blockingTimeout;
  delete options.scripts;
  delete options.himportFieldsets;
  return { address: addressOf(given), options };
}

function optionsOf(redis: string | RedisOptions | Redis): RedisOptions {
  if (isClient(redis)) return redis.options;
  // ioredis itself reads its URLs and options; a lazy client that is never used opens nothing.
  if (typeof redis === "string") return new Redis(redis, { lazyConnect: true }).options;
  return new Redis({ ...redis, lazyConnect: true, replyMapping: "legacy" }).options;
}

/** By its shape: the user's client may come from another copy of ioredis. */
function isClient(redis: string | RedisOptions | Redis): redis is Redis {
  return typeof redis === "object" && "duplicate" in redis && "options" in redis;
}

/** ioredis fills absent options with null, whatever its types say. */
function addressOf(options: RedisOptions): string {
  if (Array.isArray(options.sentinels)) return `Sentinel group ${options.name ?? ""}`;
  if (typeof options.path === "string") return options.path;
  return `${options.host ?? "localhost"}:${options.port ?? 6379}`;
}
