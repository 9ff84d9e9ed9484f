/** Where the store is, from the config: one server, the primary that Sentinels name, or a Cluster. */
import type { Config } from "@entrain/config";
import type { RedisAddress } from "@entrain/redis";

/** What the config says of it. */
export type StoreSetting = Pick<
  Config,
  | "redisUrl"
  | "redisUsername"
  | "redisPassword"
  | "redisSentinels"
  | "redisSentinelGroup"
  | "redisSentinelUsername"
  | "redisSentinelPassword"
  | "redisCluster"
  | "redisCa"
  | "redisCert"
  | "redisKey"
>;

/** What to connect to; a user and a password of their own go before those in the URL. */
export function storeAddress(config: StoreSetting): RedisAddress {
  const url = new URL(config.redisUrl);
  const username = config.redisUsername ?? decodeURIComponent(url.username);
  const password = config.redisPassword ?? decodeURIComponent(url.password);
  const tls = url.protocol === "rediss:" ? { tls: certificates(config) } : {};
  const common = { ...set("username", username), ...set("password", password), ...tls };
  const db = Number(url.pathname.slice(1) || 0);
  if (config.redisCluster.length > 0) return { ...common, cluster: config.redisCluster.map(place) };
  if (config.redisSentinels.length > 0)
    return {
      ...common,
      db,
      sentinels: config.redisSentinels.map(place),
      name: config.redisSentinelGroup,
      ...set("sentinelUsername", config.redisSentinelUsername),
      ...set("sentinelPassword", config.redisSentinelPassword),
      ...(url.protocol === "rediss:" ? { sentinelTLS: certificates(config) } : {}),
    };
  return { ...common, db, ...place(url.port === "" ? `${url.hostname}:6379` : url.host) };
}

/** The store's name for people; without a password. */
export function storeName({ redisUrl, redisSentinels, redisSentinelGroup, redisCluster }: StoreSetting): string {
  if (redisCluster.length > 0) return `Cluster ${redisCluster.join(",")}`;
  if (redisSentinels.length > 0) return `Sentinel group ${redisSentinelGroup}`;
  return new URL(redisUrl).host;
}

function certificates({ redisCa: ca, redisCert: cert, redisKey: key }: StoreSetting) {
  return { ...set("ca", ca), ...set("cert", cert), ...set("key", key) };
}

/** An option that is left out where there is nothing to say: ioredis tells an empty user name from none. */
function set<Name extends string>(name: Name, value: string | undefined): Partial<Record<Name, string>> {
  return value === undefined || value === "" ? {} : ({ [name]: value } as Record<Name, string>);
}

function place(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(":");
  return { host: address.slice(0, colon).replace(/^\[(.+)\]$/, "$1"), port: Number(address.slice(colon + 1)) };
}
