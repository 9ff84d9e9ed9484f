/** The store of one process, not connected yet: its timings are those of the election and the registry that it carries. */
import { createRandom } from "@entrain/kernel";
import type { Clock } from "@entrain/ports";
import { createRedisStore, type RedisStore } from "@entrain/redis";
import { createRateDesk, policeRates, systemTimers, type ContextSource, type RateDesk } from "@entrain/runtime";
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

/** The shared rates of one process, held in its name and limited as the document that it follows says. */
export function createHostRates(
  { processId, events }: ResolvedHostOptions,
  { rates }: Pick<RedisStore, "rates">,
  source: Pick<ContextSource, "current">,
  clock: Clock,
): RateDesk {
  const random = createRandom(`rates of ${processId}`);
  const store = policeRates(rates, source);
  return createRateDesk({ store, clock, timers: systemTimers, random, events, holderId: processId });
}
