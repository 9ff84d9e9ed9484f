/**
 * What a server says of itself (INFO), and whether it may hold a swarm (S2). INFO tells everything that is needed,
 * so that no permission for CONFIG is.
 */
import { EntrainError } from "@entrain/kernel";
import type { Route } from "./endpoint.ts";
import { unavailable } from "./failures.ts";
import type { Link } from "./link.ts";

/** Oldest Redis whose features are used (S2); Valkey reports a compatible number. */
const versionMin = { major: 7, minor: 0 };

/** The facts that matter. */
export interface ServerInfo {
  readonly version: string;
  /** Another one after each start of the server. */
  readonly runId: string;
  /** Another one after a failover. */
  readonly replicationId: string;
  readonly role: string;
  readonly loading: boolean;
  readonly evictionPolicy: string;
  readonly appendOnly: boolean;
  /** `standalone`, `cluster` or `sentinel`. */
  readonly mode: string;
  /** It refuses writes that fewer replicas than it demands would get (min-replicas-to-write). */
  readonly demandsReplicas: boolean;
}

/** Asks the server; for all sections, since naming several is an error to the old servers that are to be told so. */
export async function readServerInfo(link: Link, timeoutMs: number): Promise<ServerInfo> {
  const fields = parseInfo(await link.send("info", [], timeoutMs));
  const field = (name: string): string => fields.get(name) ?? "";
  return {
    version: field("redis_version"),
    runId: field("run_id"),
    replicationId: field("master_replid"),
    role: field("role"),
    loading: field("loading") === "1",
    evictionPolicy: field("maxmemory_policy"),
    appendOnly: field("aof_enabled") === "1",
    mode: field("redis_mode"),
    demandsReplicas: fields.has("min_slaves_good_slaves"),
  };
}

/** The fields of INFO's text. */
export function parseInfo(text: unknown): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of String(text).split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0 && !line.startsWith("#")) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
}

/**
 * Refuses a server that cannot hold a swarm; returns what its operator should know.
 * @throws EntrainError `store-unavailable` while it loads its data or where it is a replica; `invalid-config` for an old
 *   version, an evicting `maxmemory-policy`, or a server that another route leads to.
 */
export function checkServer(info: ServerInfo, address: string, route: Route["kind"]): readonly string[] {
  if (info.mode === "sentinel") throw invalid(`Redis at ${address} is a Sentinel: name it as such, with its group`);
  if (info.mode === "cluster" && route !== "cluster")
    throw invalid(`Redis at ${address} is a node of a Cluster: name it as such`);
  if (info.loading) throw unavailable(`Redis at ${address} is still loading its data`);
  if (info.role !== "master") throw unavailable(`Redis at ${address} is a replica: it takes no writes`);
  const [major = 0, minor = 0] = info.version.split(".").map(Number);
  if (major < versionMin.major || (major === versionMin.major && minor < versionMin.minor))
    throw invalid(
      `Redis at ${address} has version ${info.version}: Entrain needs ${versionMin.major}.${versionMin.minor} or newer`,
    );
  if (info.evictionPolicy !== "noeviction")
    throw invalid(
      `Redis at ${address} has maxmemory-policy ${info.evictionPolicy}, which throws data away: set it to noeviction`,
    );
  const warnings: string[] = [];
  if (!info.appendOnly)
    warnings.push(
      `Redis at ${address} keeps no append-only file: a restart loses the swarm's data (set appendonly to yes)`,
    );
  if (route !== "direct" && !info.demandsReplicas)
    warnings.push(
      `Redis at ${address} takes writes that no replica gets: cut off, it goes on for nothing (set min-replicas-to-write)`,
    );
  return warnings;
}

function invalid(message: string): EntrainError {
  return new EntrainError("invalid-config", message, { field: "redis" });
}
