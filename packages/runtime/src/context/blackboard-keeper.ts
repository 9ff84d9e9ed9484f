/**
 * Removes what has expired on the blackboard, as a change of its own with its own version. The store's clock judges: an item
 * goes only after the store has said that its time is over. Any number of processes may do so at once: each change names what it
 * removes and is written on the version it was made of (C2), so whoever comes second, or finds an item renewed, changes
 * nothing.
 */
import { EntrainError, type Random } from "@entrain/kernel";
import { expiredItems, expiringItems, formatPointer } from "@entrain/core/context";
import type { ContextDesk, ContextStore, Timers } from "@entrain/ports";
import type { ContextSource } from "./context-follower.ts";
import { keepLooking } from "../clock/keep-looking.ts";

/** What a keeper needs. */
export interface BlackboardKeeperOptions {
  readonly store: Pick<ContextStore, "changesSince">;
  readonly desk: Pick<ContextDesk, "patch">;
  readonly source: Pick<ContextSource, "current">;
  readonly timers: Timers;
  readonly random: Random;
}

/** Pause between two looks, ms, ± 10 %. */
const lookEveryMs = 1_000;
/** Items in one change; the others go with the next look. */
const itemsMax = 100;
const note = { author: "entrain", reason: "expired" } as const;

/** Looks until the returned function is called, which waits for a look under way. */
export function keepBlackboard(options: BlackboardKeeperOptions): () => Promise<void> {
  const { timers, random } = options;
  return keepLooking({ everyMs: lookEveryMs, timers, random, look: () => removeExpired(options) });
}

/**
 * Removes what has expired; answers how many items.
 * @throws EntrainError of the store
 */
export async function removeExpired({ store, desk, source }: BlackboardKeeperOptions): Promise<number> {
  const present = source.current();
  if (present === undefined || expiringItems(present.document).length === 0) return 0;
  const { nowMs } = await store.changesSince(present.version);
  const due = expiredItems(present.document, nowMs).slice(0, itemsMax);
  if (due.length === 0) return 0;
  const operations = due.flatMap(([name, expiresAt]) => {
    const path = formatPointer(["blackboard", "items", name]);
    return [
      { op: "test", path: `${path}/expiresAt`, value: expiresAt },
      { op: "remove", path },
    ];
  });
  try {
    await desk.patch({ kind: "json", patch: operations }, note);
    return due.length;
  } catch (thrown) {
    // Another was first, or an item was renewed: the next look sees what is left.
    if (EntrainError.from(thrown).code === "invalid-argument") return 0;
    throw thrown;
  }
}
