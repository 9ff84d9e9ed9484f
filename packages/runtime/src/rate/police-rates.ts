/**
 * Rates under the live policy: each refresh carries the limit that the followed document names at that moment, instead of the
 * one that the process was written with. So a change is in force in every holder with its next refresh, without a restart.
 */
import { policedLimitMilli } from "@entrain/core/rate";
import type { RateStore } from "@entrain/ports";
import type { ContextSource } from "../context/context-follower.ts";

/** The store's rates, limited as the document says. */
export function policeRates(store: RateStore, source: Pick<ContextSource, "current">): RateStore {
  return {
    refresh(rate, request) {
      const limitMilli = policedLimitMilli(source.current()?.document ?? {}, rate) ?? request.limitMilli;
      return store.refresh(rate, { ...request, limitMilli });
    },
    release: (rate, holderId) => store.release(rate, holderId),
  };
}
