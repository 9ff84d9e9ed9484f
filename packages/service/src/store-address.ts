/** Where the store is: one server, or the primary that Sentinels name; with the password that came by a variable of its own. */

/** What the configuration says of it. */
export interface StoreSetting {
  /** With Sentinels: user, password, database and TLS of the servers; its host and port are not used. */
  readonly redisUrl: string;
  readonly redisPassword?: string | undefined;
  /** `host:port` of each Sentinel; none: the URL's own server. */
  readonly redisSentinels?: readonly string[] | undefined;
  readonly redisSentinelGroup?: string | undefined;
  readonly redisSentinelPassword?: string | undefined;
}

/** Options of a connection through Sentinels, as ioredis takes them. */
export interface SentinelAddress {
  readonly sentinels: { readonly host: string; readonly port: number }[];
  readonly name: string;
  readonly username?: string;
  readonly password?: string;
  readonly sentinelPassword?: string;
  readonly db: number;
  readonly tls?: Record<string, never>;
  readonly sentinelTLS?: Record<string, never>;
  readonly enableTLSForSentinelMode?: boolean;
}

/** What to connect to; a password of its own goes before one in the URL. */
export function storeAddress(config: StoreSetting): string | SentinelAddress {
  const url = new URL(config.redisUrl);
  if (config.redisPassword !== undefined) url.password = encodeURIComponent(config.redisPassword);
  const { redisSentinels: sentinels = [], redisSentinelGroup: name = "mymaster", redisSentinelPassword } = config;
  if (sentinels.length === 0) return config.redisPassword === undefined ? config.redisUrl : url.href;
  return {
    sentinels: sentinels.map(hostAndPort),
    name,
    db: Number(url.pathname.slice(1) || 0),
    ...(url.username === "" ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === "" ? {} : { password: decodeURIComponent(url.password) }),
    ...(redisSentinelPassword === undefined ? {} : { sentinelPassword: redisSentinelPassword }),
    ...(url.protocol === "rediss:" ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
  };
}

function hostAndPort(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(":");
  return { host: address.slice(0, colon).replace(/^\[(.+)\]$/, "$1"), port: Number(address.slice(colon + 1)) };
}
