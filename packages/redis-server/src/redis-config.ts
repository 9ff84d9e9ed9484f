/**
 * The configuration file of a private server. A file rather than arguments, because arguments (the password among them)
 * are public on the machine.
 */
import { RedisServerError } from "./redis-server-error.ts";

export interface RedisConfigInput {
  readonly bind: string;
  readonly port: number;
  /** Folder of the append-only file, as the server sees it. */
  readonly dir: string;
  readonly password?: string | undefined;
  /** Further directives, or others in place of ours; values as they stand in a redis.conf. */
  readonly config?: Readonly<Record<string, string>> | undefined;
}

/**
 * The file's text: everything kept in an append-only file synced every second, no snapshots, nothing evicted.
 * @throws RedisServerError `start-failed` for a directive or value that would break out of its line.
 */
export function redisConfig(input: RedisConfigInput): string {
  const directives = new Map<string, string>([
    ["bind", input.bind],
    ["port", String(input.port)],
    // A container's server listens on its own interface; Docker publishes it on 127.0.0.1 only.
    ["protected-mode", input.bind === "127.0.0.1" ? "yes" : "no"],
    ["dir", quote(input.dir)],
    ["daemonize", "no"],
    ["logfile", '""'],
    ["appendonly", "yes"],
    ["appendfsync", "everysec"],
    ["save", '""'],
    ["maxmemory-policy", "noeviction"],
  ]);
  if (input.password !== undefined) directives.set("requirepass", quote(input.password));
  for (const [name, value] of Object.entries(input.config ?? {})) {
    if (!/^[a-z0-9-]+$/.test(name) || /[\r\n]/.test(value)) {
      throw new RedisServerError("start-failed", `"${name}" is not a directive on one line`);
    }
    directives.set(name, value === "" ? '""' : value);
  }
  return [...directives].map(([name, value]) => `${name} ${value}\n`).join("");
}

/** Whom a Sentinel watches, and when it acts. */
export interface SentinelWatch {
  readonly group: string;
  /** Of the primary, on 127.0.0.1. */
  readonly primaryPort: number;
  /** Of the servers. */
  readonly password?: string | undefined;
  /** Sentinels that must agree. */
  readonly quorum: number;
  /** Silence after which it takes a server for dead, ms. */
  readonly downAfterMs: number;
}

/** The file's text for a Sentinel; it writes into the file what it learns. */
export function sentinelConfig(input: RedisConfigInput, watch: SentinelWatch): string {
  const { group, primaryPort, password, quorum, downAfterMs } = watch;
  return [
    `bind ${input.bind}`,
    `port ${input.port}`,
    `dir ${quote(input.dir)}`,
    "daemonize no",
    'logfile ""',
    ...(input.password === undefined ? [] : [`requirepass ${quote(input.password)}`]),
    `sentinel monitor ${group} 127.0.0.1 ${primaryPort} ${quorum}`,
    ...(password === undefined ? [] : [`sentinel auth-pass ${group} ${quote(password)}`]),
    `sentinel down-after-milliseconds ${group} ${downAfterMs}`,
    `sentinel failover-timeout ${group} ${downAfterMs * 10}`,
    "",
  ].join("\n");
}

function quote(value: string): string {
  if (/[\r\n\0]/.test(value)) throw new RedisServerError("start-failed", "a path or password must be on one line");
  return `"${value.replace(/["\\]/g, "\\$&")}"`;
}
