/**
 * Reads the store while it is there, so that an answer is as new as the request; while Redis is away the caller answers
 * from the last known state instead and says so.
 */
import { EntrainError, type ErrorCode } from "@entrain/kernel";
import type { ApiContext } from "./api-context.ts";
import { withDeadline } from "../deadline.ts";

/** How long a read may take before the last known state is answered, ms: a long list is several commands. */
const readWithinMs = 2_000;
const away: ReadonlySet<ErrorCode> = new Set([
  "store-unavailable",
  "deadline-exceeded",
  "unavailable",
  "recovering",
  "stale-generation",
]);

/** What the store says now; undefined where it is away. Other errors are thrown. */
export async function readThrough<T>(context: ApiContext, read: () => Promise<T>): Promise<T | undefined> {
  if (!context.swarm.model.store().up) return undefined;
  try {
    return await withDeadline(context.timers, readWithinMs, "reading the store", read());
  } catch (thrown) {
    if (thrown instanceof EntrainError && away.has(thrown.code)) return undefined;
    throw thrown;
  }
}

/** The mark of an answer from the last known state: nothing while the store is there. */
export function staleMark(fresh: boolean): { readonly stale?: true } {
  return fresh ? {} : { stale: true };
}

/** Refuses what cannot be done while Redis is away: `changed`, or `read anew`. @throws EntrainError `store-unavailable` */
export function requireStore(context: ApiContext, done: "changed" | "read anew" = "changed"): void {
  if (!context.swarm.model.store().up)
    throw new EntrainError("store-unavailable", `Redis is away: nothing can be ${done} now; try again later`);
}
