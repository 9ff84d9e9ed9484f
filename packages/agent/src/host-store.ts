/** The store of one process, not connected yet: its timings are those of the election and the registry that it carries. */
import { createRandom } from "@entrain/kernel";
import type { Clock } from "@entrain/ports";
import { createRedisStore, type RedisStore } from "@entrain/redis";
import { createRateDesk, systemTimers, type RateDesk } from "@entrain/runtime";
import type { ResolvedHostOptions } from "./agent-options.ts";

/** @throws EntrainError `invalid-config` or `invalid-argument` that names the option. */
export function createHostStore(options: ResolvedHostOptions, clock: Clock): RedisStore {
  const { redis, swarmId, storeTimeoutMs, events, election, membership } = options;
  return createRedisStore({
    redis,
    swarmId,
    requestTimeoutMs: storeTimeoutMs,
    clock,
    timers: systemTimers,
    events,
    onWarning: (message) => {
      events({ kind: "store.warned", message });
    },
    recoveryWindowMs: election.leaseMs,
    membership,
  });
}

/** The shared rates of one process, held in its name. */
export function createHostRates({ processId, events }: ResolvedHostOptions, store: RedisStore, clock: Clock): RateDesk {
  const random = createRandom(`rates of ${processId}`);
  return createRateDesk({ store: store.rates, clock, timers: systemTimers, random, events, holderId: processId });
}
