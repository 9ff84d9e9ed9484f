/**
 * The swarm's Redis: the one that the environment names (REDIS_URL, ENTRAIN_REDIS_…), else a private one that is started here, started again when it dies,
 * and gone with the run.
 */
import { EntrainError } from "@entrain/kernel";
import { createRedisStore, removeSwarm, type RedisAddress } from "@entrain/redis";
import { describePlan, RedisServerError, startKeeper, type KeeperDied, type KeeperEvent } from "@entrain/redis-server";
import { createSystemClock, systemTimers } from "@entrain/runtime";

/** A Redis to run on. */
export interface SwarmRedis {
  /** What to add to the environment of services so that they find it; undefined takes a name away. */
  readonly serviceEnv: NodeJS.ProcessEnv;
  /** In words for people; without a password. */
  readonly description: string;
  /** The private server's; undefined where it is not ours. */
  readonly port?: number;
  readonly serverPid?: number | undefined;
  readonly keeperPid?: number | undefined;
  /** Ends the private server; in one that is not ours, removes the swarm if it was for this run only. */
  stop(): Promise<void>;
}

/** The removal of a swarm from a Redis that is away must not hold up the end, ms. */
const removalMs = 1_000;

/** What became of the private server. */
export type RedisEvent = KeeperEvent | KeeperDied;

export interface ObtainRedisOptions {
  readonly env: NodeJS.ProcessEnv;
  /** The one that the environment names, and its name for people. */
  readonly named: { readonly redis: RedisAddress; readonly name: string } | undefined;
  readonly swarmId: string;
  /** The swarm's name was made up for this run: nothing of it is to stay in a Redis that outlives it. */
  readonly singleRun: boolean;
  /** For the private server's data. */
  readonly dir: string;
  /** Hears what takes time and what should be known, in words for people. */
  readonly onNote: (text: string) => void;
  readonly onEvent: (event: RedisEvent) => void;
  readonly signal: AbortSignal;
}

/**
 * Obtains a Redis that answers.
 * @throws EntrainError in one sentence: `store-unavailable` (exit code 69), `invalid-config` (78) where the
 *   server cannot hold a swarm, `cancelled` where the signal aborted.
 */
export async function obtainRedis(options: ObtainRedisOptions): Promise<SwarmRedis> {
  return options.named === undefined ? startPrivateRedis(options) : reachRedis(options.named, options);
}

async function startPrivateRedis({ env, dir, onNote, onEvent, signal }: ObtainRedisOptions): Promise<SwarmRedis> {
  try {
    const keeper = await startKeeper({ dir, onEvent, find: { env, onProgress: onNote, signal } });
    return {
      serviceEnv: {
        ...Object.fromEntries(
          Object.keys(env)
            .filter(isOfRedis)
            .map((name) => [name, undefined]),
        ),
        ENTRAIN_REDIS_URL: keeper.url,
      },
      description: `${describePlan(keeper.plan)}, private, port ${keeper.port}`,
      port: keeper.port,
      get serverPid() {
        return keeper.serverPid;
      },
      get keeperPid() {
        return keeper.keeperPid;
      },
      stop: () => keeper.stop(),
    };
  } catch (thrown) {
    const error = RedisServerError.from(thrown, "start-failed");
    const code = error.code === "aborted" ? "cancelled" : "store-unavailable";
    throw new EntrainError(code, error.message, { cause: thrown });
  }
}

function isOfRedis(name: string): boolean {
  return name === "REDIS_URL" || name.startsWith("ENTRAIN_REDIS_");
}

/** Connects once, as every service will, and lets go again: better one sentence here than one in each of their logs. */
async function reachRedis(
  { redis, name }: NonNullable<ObtainRedisOptions["named"]>,
  { swarmId, singleRun, onNote }: ObtainRedisOptions,
): Promise<SwarmRedis> {
  const clock = createSystemClock();
  const store = createRedisStore({ redis, swarmId, clock, timers: systemTimers, onWarning: onNote });
  try {
    await store.connect();
  } catch (thrown) {
    const error = EntrainError.from(thrown, "store-unavailable");
    // A server that refuses the password is out of reach, whatever is wrong with it otherwise.
    const code = /password/.test(error.message) ? "store-unavailable" : error.code;
    throw new EntrainError(code, error.message, { cause: thrown });
  } finally {
    await store.close();
  }
  const stop = async (): Promise<void> => {
    if (!singleRun) return;
    const signal = AbortSignal.timeout(removalMs);
    await removeSwarm({ redis, swarmId, timers: systemTimers, timeoutMs: removalMs, signal });
  };
  return { serviceEnv: {}, description: `${name}, as the environment says`, stop };
}
