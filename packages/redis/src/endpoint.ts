/**
 * Where Redis is: whatever the user gave (a URL, options or a client of their own) becomes the options of connections
 * that behave as this package needs, the way to the server that takes commands, and an address for messages that never
 * holds a password.
 */
import { Redis, type NatMap, type RedisOptions } from "ioredis";
import { EntrainError } from "@entrain/kernel";

/** Options of ioredis for each server of a Cluster, and the places of some of them. */
export type ClusterAddress = RedisOptions & { readonly cluster: readonly Place[] };

/**
 * What a user may give: a URL (`redis://`, `rediss://`, `unix://`), options of ioredis (with `sentinels` and `name`: the
 * primary that they name; with `cluster`: the primary of the swarm's slot), or a client, whose options are copied.
 */
export type RedisAddress = string | RedisOptions | ClusterAddress | Redis;

/** A host and a TCP port. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** How to connect, and what to call it. */
export interface Endpoint {
  /** host:port, a socket's path, the Sentinel group, or the Cluster's places. */
  readonly address: string;
  /** Options of one connection; where there is a way to go, without a place. */
  readonly options: LinkOptions;
  readonly route: Route;
}

/** The way to the server that takes the commands. */
export type Route =
  | { readonly kind: "direct" }
  | ({ readonly kind: "sentinels"; readonly group: string; readonly options: LinkOptions } & Seeds)
  | ({ readonly kind: "cluster" } & Seeds);

/** Whom to ask for the way, and how the places that they name are reached from here. */
interface Seeds {
  readonly seeds: readonly Place[];
  readonly translate: (place: Place) => Place;
}

/** ioredis's options with replies in the shapes of RESP2, whatever the protocol is. */
export type LinkOptions = RedisOptions & { replyMapping: "legacy" };

const urlPattern = /^(redis|rediss|unix):\/\//;
/** Sentinels or nodes that may be named. */
const seedsMax = 32;

/**
 * The endpoint of what the user gave; a client of theirs is left alone.
 * @throws EntrainError `invalid-config` for another kind of URL (which is not shown: it may hold a password), or for
 *   options that do not fit together.
 */
export function endpointOf(redis: RedisAddress, connectTimeoutMs: number): Endpoint {
  const { cluster, ...given } = optionsOf(redis);
  const options = linkOptions(given, connectTimeoutMs);
  if (cluster !== undefined) {
    if (Array.isArray(given.sentinels)) throw invalid("redis names a Cluster and Sentinels: leave one of them out");
    if ((given.db ?? 0) !== 0)
      throw invalid(`redis names database ${given.db}, and a Cluster has only 0: leave it out`);
    const seeds = checkSeeds("cluster", cluster);
    const address = `Cluster ${seeds.map(placeText).join(",")}`;
    return { address, options, route: { kind: "cluster", seeds, translate: translator(given.natMap) } };
  }
  if (!Array.isArray(given.sentinels)) return { address: addressOf(given), options, route: { kind: "direct" } };
  return sentinelEndpoint(given, options, connectTimeoutMs);
}

function sentinelEndpoint(given: RedisOptions, options: LinkOptions, connectTimeoutMs: number): Endpoint {
  const { name: group, sentinels, sentinelUsername, sentinelPassword, sentinelTLS, natMap, family, protocol } = given;
  if (typeof group !== "string" || group === "") throw invalid("redis names Sentinels and no group: give its name");
  const seeds = checkSeeds(
    "sentinels",
    (sentinels ?? []).map(({ host = "127.0.0.1", port = 26_379 }) => ({ host, port })),
  );
  const own: RedisOptions = {
    ...(sentinelUsername ? { username: sentinelUsername } : {}),
    ...(sentinelPassword ? { password: sentinelPassword } : {}),
    ...(sentinelTLS === undefined ? {} : { tls: sentinelTLS }),
    ...(family === undefined ? {} : { family }),
    ...(protocol === undefined ? {} : { protocol }),
  };
  const asking = linkOptions(
    new Redis({ ...own, lazyConnect: true, replyMapping: "legacy" }).options,
    connectTimeoutMs,
  );
  return {
    address: `Sentinel group ${group}`,
    options,
    route: { kind: "sentinels", group, seeds, options: asking, translate: translator(natMap) },
  };
}

function linkOptions(given: RedisOptions, connectTimeoutMs: number): LinkOptions {
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
  // The way to the primary is gone here, in bounded time; each connection is to one server.
  delete options.sentinels;
  delete options.name;
  return options;
}

function optionsOf(redis: RedisAddress): RedisOptions & { readonly cluster?: readonly Place[] } {
  if (typeof redis === "string") {
    if (!urlPattern.test(redis))
      throw invalid("redis is no Redis URL: write redis://host:port, rediss:// or unix://", {
        remedy: "write redis://host:port, rediss://host:port or unix:///path",
      });
    // ioredis itself reads its URLs and options; a lazy client that is never used opens nothing.
    return new Redis(redis, { lazyConnect: true }).options;
  }
  if (Reflect.get(redis, "isCluster") === true)
    throw invalid("redis is a client of a Cluster: give { cluster: [{ host, port }] } and its options instead");
  if (isClient(redis)) return redis.options;
  const { cluster, sentinels, ...rest }: Partial<ClusterAddress> = redis;
  const options: RedisOptions = new Redis({ ...rest, lazyConnect: true, replyMapping: "legacy" }).options;
  if (sentinels) options.sentinels = sentinels;
  return cluster === undefined ? options : { ...options, cluster };
}

/** By its shape: the user's client may come from another copy of ioredis. */
function isClient(redis: RedisOptions | ClusterAddress | Redis): redis is Redis {
  return "duplicate" in redis && "options" in redis;
}

function checkSeeds(field: "cluster" | "sentinels", seeds: readonly Place[]): readonly Place[] {
  const fits = ({ host, port }: Place): boolean =>
    typeof host === "string" && host !== "" && Number.isInteger(port) && port > 0 && port <= 65_535;
  const listed: boolean = Array.isArray(seeds);
  if (listed && seeds.length > 0 && seeds.length <= seedsMax && seeds.every(fits)) return seeds;
  throw invalid(`redis.${field} is wrong: give 1 to ${seedsMax} of { host, port }`);
}

function translator(natMap: NatMap | undefined): (place: Place) => Place {
  if (!natMap) return (place) => place;
  return (place) => (typeof natMap === "function" ? natMap(placeText(place)) : natMap[placeText(place)]) ?? place;
}

/** `host:port`, with brackets where the host has colons itself. */
export function placeText({ host, port }: Place): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** ioredis fills absent options with null, whatever its types say. */
function addressOf(options: RedisOptions): string {
  if (typeof options.path === "string") return options.path;
  return `${options.host ?? "localhost"}:${options.port ?? 6379}`;
}

function invalid(message: string, details: { readonly remedy?: string } = {}): EntrainError {
  return new EntrainError("invalid-config", message, { field: "redis", ...details });
}
