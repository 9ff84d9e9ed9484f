/**
 * Versions of Redis and Valkey, as `--version` and Debian's package index print them. Entrain needs 7.0 or newer
 * (invariant S2: only Redis >= 7.0 features are used, so an older server is refused before it starts).
 */

/** A parsed version; `text` is what was read, without a package epoch. */
export interface RedisVersion {
  readonly product: "redis" | "valkey";
  readonly major: number;
  readonly minor: number;
  readonly text: string;
}

/** The oldest major version that Entrain runs on. */
export const REDIS_MAJOR_MIN = 7;

/**
 * Reads the first line of `redis-server --version` or `valkey-server --version`, for example
 * `Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64`; undefined where it is something else.
 */
export function parseServerVersion(output: string): RedisVersion | undefined {
  const match = /\b(redis|valkey) server v=((\d+)\.(\d+)[^\s]*)/i.exec(output);
  if (match === null) return undefined;
  return {
    product: match[1]?.toLowerCase() === "valkey" ? "valkey" : "redis",
    major: Number(match[3]),
    minor: Number(match[4]),
    text: match[2] ?? "",
  };
}

/** Reads a Debian package version, for example `5:7.0.15-1~deb12u5` (the epoch `5:` is dropped). */
export function parsePackageVersion(product: RedisVersion["product"], version: string): RedisVersion | undefined {
  const match = /^(?:\d+:)?((\d+)\.(\d+)\S*)$/.exec(version.trim());
  if (match === null) return undefined;
  return { product, major: Number(match[2]), minor: Number(match[3]), text: match[1] ?? "" };
}

/** Whether Entrain runs on this version. */
export function isSupported(version: RedisVersion): boolean {
  return version.major >= REDIS_MAJOR_MIN;
}
