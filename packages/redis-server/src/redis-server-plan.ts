/**
 * How to launch a server, as plain data: it is found in one process (the supervisor) and used in another (the keeper), so
 * it must survive JSON.
 */

/** Where a server can come from, in the order in which they are tried. */
export const REDIS_SOURCES = ["path", "docker", "package"] as const;

export type RedisSource = (typeof REDIS_SOURCES)[number];

/** A program on this machine. */
export interface BinaryPlan {
  readonly kind: "binary";
  readonly source: "path" | "package";
  /** Absolute path of `redis-server` or `valkey-server`. */
  readonly command: string;
  /** What LD_LIBRARY_PATH must hold for a privately unpacked program. */
  readonly libraryPath?: string;
  readonly version: string;
}

/** A container of a local Docker engine. */
export interface ContainerPlan {
  readonly kind: "container";
  readonly source: "docker";
  /** The Docker command-line program. */
  readonly docker: string;
  readonly image: string;
  /** `uid:gid` inside the container that maps to the caller outside, so that the data files stay the caller's. */
  readonly user: string;
}

export type RedisServerPlan = BinaryPlan | ContainerPlan;

/** What one step of the search came to. */
export type StepOutcome =
  { readonly kind: "plan"; readonly plan: RedisServerPlan } | { readonly kind: "skipped"; readonly reason: string };

/** A few words for people: `redis-server 7.0.15 (/usr/bin/redis-server)`. */
export function describePlan(plan: RedisServerPlan): string {
  if (plan.kind === "container") return `${plan.image} in Docker`;
  return `Redis ${plan.version} (${plan.command})`;
}
