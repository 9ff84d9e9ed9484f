/**
 * The search for a server: PATH, then Docker, then the distribution's package. Each step falls through to the next when
 * it fails, also when its server is found but does not start; every reason is kept.
 */
import { findInDocker } from "./find-in-docker.ts";
import { findInPackages } from "./find-in-packages.ts";
import { findOnPath } from "./find-on-path.ts";
import { RedisServerError } from "./redis-server-error.ts";
import { describePlan, REDIS_SOURCES } from "./redis-server-plan.ts";
import type { RedisServerPlan, RedisSource, StepOutcome } from "./redis-server-plan.ts";

export interface FindRedisServerOptions {
  /** Which steps, in which order. Default: all of REDIS_SOURCES. */
  readonly sources?: readonly RedisSource[] | undefined;
  /** Where PATH, DOCKER_HOST, HOME and the like are read. Default: process.env. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Where downloaded servers are kept. Default: `$XDG_CACHE_HOME` or `~/.cache`, under `entrain/redis`. */
  readonly cacheDir?: string | undefined;
  /** Hears what takes time and what was skipped, in words for people. */
  readonly onProgress?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A step that gave nothing, and why. */
export interface SkippedSource {
  readonly source: RedisSource;
  readonly reason: string;
}

export interface FoundRedisServer {
  readonly plan: RedisServerPlan;
  readonly skipped: readonly SkippedSource[];
}

/** What to tell a person for whom nothing was found: one sentence. */
export const WHAT_TO_INSTALL =
  "Entrain needs a Redis or Valkey server of version 7.0 or newer: install redis-server (or valkey-server), " +
  "or start Docker, or set REDIS_URL.";

/**
 * Finds a launch plan without starting it.
 * @throws RedisServerError `not-found` (its message is WHAT_TO_INSTALL, its cause lists the reasons) or `aborted`.
 */
export async function findRedisServer(options: FindRedisServerOptions = {}): Promise<FoundRedisServer> {
  const { plan, skipped } = await useFirstPlan(options, () => Promise.resolve());
  return { plan, skipped };
}

/**
 * Tries `use` (most often: start it) with each plan found until one succeeds.
 * @throws RedisServerError as findRedisServer does; a plan whose use fails counts as skipped.
 */
export async function useFirstPlan<T>(
  options: FindRedisServerOptions,
  use: (plan: RedisServerPlan) => Promise<T>,
): Promise<FoundRedisServer & { readonly value: T }> {
  const skipped: SkippedSource[] = [];
  const skip = (source: RedisSource, reason: string) => {
    skipped.push({ source, reason });
    options.onProgress?.(`no Redis from ${source}: ${reason}`);
  };
  for (const source of options.sources ?? REDIS_SOURCES) {
    const outcome = await runStep(source, options);
    if (outcome.kind === "skipped") {
      skip(source, outcome.reason);
      continue;
    }
    try {
      const value = await use(outcome.plan);
      return { plan: outcome.plan, skipped, value };
    } catch (thrown) {
      const error = RedisServerError.from(thrown, "start-failed");
      if (error.code === "aborted" || options.signal?.aborted) throw error;
      skip(source, `${describePlan(outcome.plan)}: ${error.message}`);
    }
  }
  const reasons = skipped.map(({ source, reason }) => `${source}: ${reason}`).join("\n");
  throw new RedisServerError("not-found", WHAT_TO_INSTALL, { cause: new Error(reasons) });
}

function runStep(source: RedisSource, options: FindRedisServerOptions): Promise<StepOutcome> {
  const { env = process.env, onProgress = () => undefined, signal, cacheDir } = options;
  switch (source) {
    case "path":
      return findOnPath(env, signal);
    case "docker":
      return findInDocker(env, onProgress, signal);
    case "package":
      return findInPackages({ env, onProgress, signal, cacheDir });
  }
}
