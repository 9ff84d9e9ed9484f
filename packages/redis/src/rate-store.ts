/** Shared rates in Redis: see lua/include/rate.lua. Renewing works in a full memory, a first share does not (S2). */
import { checkId } from "@entrain/kernel";
import { rateTimings } from "@entrain/core/rate";
import type { RateStore } from "@entrain/ports";
import type { CommandPlane } from "./command-plane.ts";
import type { StoreKeys } from "./keys.ts";

/** Beyond these a rate is refused to further processes. */
const holdersMax = 1_000;

/** The rates of a swarm. */
export function createRateStore({
  keys,
  commands,
}: {
  readonly keys: StoreKeys;
  readonly commands: CommandPlane;
}): RateStore {
  const keyOf = (rate: string): string => keys.rate(checkId("rate", rate));
  return {
    async refresh(rate, { holderId, sequence, hasMilli, wantsMilli, limitMilli }) {
      const args = [holderId, sequence, hasMilli, wantsMilli, limitMilli, rateTimings.leaseMs, holdersMax];
      const reply = await commands.run(hasMilli > 0 ? "renew-rate" : "lease-rate", [keyOf(rate)], args);
      const [granted, settled, nowMs, held, lowest] = reply as readonly [string, number, string, number, string];
      return {
        grantedMilli: Number(granted),
        settled: settled === 1,
        storeMs: Number(nowMs),
        recovering: held === 1,
        limitMilli: Number(lowest),
      };
    },
    async release(rate, holderId) {
      await commands.run("release-rate", [keyOf(rate)], [holderId]);
    },
  };
}
