/**
 * Removes what has expired on the blackboard, as a change of its own with its own version. The store's clock judges: an item
 * goes only after the store has said that its time is over. Any number of processes may do so at once: each change names what it
 * removes and is written on the version it was made of (C2), so whoever comes second, or finds an item renewed, changes
 * nothing. One that cannot be removed, because the swarm's own schema wants it, keeps none of the others: what is refused together
 * is tried in halves, and what is refused alone is left for a while, and said.
 */
import { EntrainError, type Random } from "@entrain/kernel";
import { emptyDocument, expiredItems, expiringItems, formatPointer } from "@entrain/core/context";
import type { ContextDesk, ContextStore, EventSink, Timers } from "@entrain/ports";
import type { ContextSource } from "./context-follower.ts";
import { keepLooking } from "../clock/keep-looking.ts";

/** What a keeper needs. */
export interface BlackboardKeeperOptions {
  readonly store: Pick<ContextStore, "changesSince">;
  readonly desk: Pick<ContextDesk, "patch">;
  readonly source: Pick<ContextSource, "current">;
  readonly timers: Timers;
  readonly random: Random;
  readonly events: EventSink;
}

/** An item that is due: its name, and when it was to go. */
type DueItem = readonly [name: string, expiresAt: number];

/** Pause between two looks, ms, ± 10 %. */
const lookEveryMs = 1_000;
/** Items in one change; the others go with the next look. */
const itemsMax = 100;
/** Looks after which what was refused is tried again. */
const patienceLooks = 60;
const note = { author: "entrain", reason: "expired" } as const;

/** Looks until the returned function is called, which waits for a look under way. */
export function keepBlackboard(options: BlackboardKeeperOptions): () => Promise<void> {
  const { timers, random } = options;
  const refused = new Map<string, number>();
  let looks = 0;
  const look = (): Promise<number> => {
    looks += 1;
    if (looks % patienceLooks === 0) refused.clear();
    return removeExpired(options, refused);
  };
  return keepLooking({ everyMs: lookEveryMs, timers, random, look });
}

/**
 * Removes what has expired; answers how many items.
 * @param refused items that were refused alone → their instants; those are passed over, and more are put in
 * @throws EntrainError of the store
 */
export async function removeExpired(
  options: BlackboardKeeperOptions,
  refused = new Map<string, number>(),
): Promise<number> {
  const present = options.source.current();
  if (present === undefined || expiringItems(present.document).length === 0) return 0;
  const { nowMs } = await options.store.changesSince(present.version);
  const due = expiredItems(present.document, nowMs).filter(([name, expiresAt]) => refused.get(name) !== expiresAt);
  return due.length === 0 ? 0 : remove(options, due.slice(0, itemsMax), refused);
}

async function remove(
  options: BlackboardKeeperOptions,
  due: readonly DueItem[],
  refused: Map<string, number>,
): Promise<number> {
  const patch = due.flatMap(([name, expiresAt]) => {
    const path = formatPointer(["blackboard", "items", name]);
    return [
      { op: "test", path: `${path}/expiresAt`, value: expiresAt },
      { op: "remove", path },
    ];
  });
  try {
    await options.desk.patch({ kind: "json", patch }, note);
    return due.length;
  } catch (thrown) {
    if (EntrainError.from(thrown).code !== "invalid-argument") throw thrown;
    if (due.length > 1) {
      const half = Math.ceil(due.length / 2);
      return (await remove(options, due.slice(0, half), refused)) + (await remove(options, due.slice(half), refused));
    }
    return removeAlone(options, due[0], refused);
  }
}

/**
 * Removes one of which a JSON Patch was refused: another was first, it was renewed, it has a name that no JSON Patch can reach, or it may
 * not go. A merge patch reaches all names; its condition is the version in which the item is known to wait.
 */
async function removeAlone(
  { source, desk, events }: BlackboardKeeperOptions,
  item: DueItem | undefined,
  refused: Map<string, number>,
): Promise<number> {
  const { version, document } = source.current() ?? emptyDocument;
  const known = expiringItems(document).some(([name, expiresAt]) => name === item?.[0] && expiresAt === item[1]);
  if (item === undefined || !known) return 0;
  const [name] = item;
  try {
    const patch = { blackboard: { items: { [name]: null } } };
    await desk.patch({ kind: "merge", patch }, { ...note, baseVersion: version });
    return 1;
  } catch (thrown) {
    const { code, message } = EntrainError.from(thrown);
    if (code === "conflict") return 0;
    if (code !== "invalid-argument") throw thrown;
    refused.set(...item);
    events({ kind: "follow.failed", what: "what has expired on the blackboard", code, message });
    return 0;
  }
}
