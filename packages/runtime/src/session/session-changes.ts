/**
 * The changes of the shared context that a session waits for, read from the context's history: the history is the queue, so nothing
 * is lost while a reaction is under way or nobody drives, as long as its versions are kept. Where they are not, that is said
 * instead (C1). Of the blackboard only what is public is reacted to. What comes of it is written to the session's log before
 * anybody acts on it.
 */
import { createSieve, viewChanges, type Change, type ContextEntry } from "@entrain/core/context";
import { tellsOfSessions, type ContextChange, type SessionEvent, type WantedChange } from "@entrain/core/session";
import type { ContextStore } from "@entrain/ports";

/** Pages of the history that one look reads for one wish. */
const pagesMax = 100;
/** Characters of JSON of a change's values: what is longer is told without them. */
const valuesMax = 65_536;
/** Places that a change names. */
const placesMax = 1_000;

/** The shared context, as far as sessions need it. */
export type ChangeStore = Pick<ContextStore, "read" | "changesSince" | "watch">;

/** The changes of one session. */
export interface SessionChanges {
  /** What is to be written down: where watching begins, and changes that have come. Errors: those of the store. */
  look(watches: readonly string[], wanted: readonly WantedChange[]): Promise<readonly SessionEvent[]>;
  end(): void;
}

/** @param wake called at a hint of a new version, from the first look for one on */
export function createSessionChanges(context: ChangeStore, wake: () => void): SessionChanges {
  /** Paths → the version up to which there was nothing. */
  const passed = new Map<string, number>();
  let unwatch: (() => void) | undefined;

  async function find({ path, after, filter, policy }: WantedChange): Promise<ContextChange | undefined> {
    const sieve = createSieve(filter);
    const found: { entry: ContextEntry; changes: readonly Change[] }[] = [];
    let cursor = Math.max(after, passed.get(path) ?? after);
    for (let page = 0; page < pagesMax; page++) {
      const { present, entries, nowMs } = await context.changesSince(cursor);
      if (present <= cursor) break;
      for (const entry of entries) {
        if (entry.baseVersion !== cursor) return resync(after, present, entry.author);
        cursor = entry.version;
        const changes = tellsOfSessions(entry) ? undefined : sieve(publicEntry(entry, nowMs));
        if (changes !== undefined) found.push({ entry, changes });
        if (found.length > 0 && policy === "each") return changeOf(after, found);
      }
      if (entries.length === 0) return resync(after, present, "");
    }
    if (found.length > 0) return changeOf(after, found);
    passed.set(path, cursor);
    return undefined;
  }

  return {
    async look(watches, wanted) {
      if (watches.length + wanted.length === 0) return [];
      // A hint that comes after the read below leads to another look.
      unwatch ??= context.watch(wake);
      const events: SessionEvent[] = [];
      if (watches.length > 0) {
        const { version } = await context.read();
        events.push(...watches.map((path) => ({ kind: "watched", path, version }) as const));
      }
      for (const wish of wanted) {
        const change = await find(wish);
        if (change !== undefined) events.push({ kind: "changed", path: wish.path, change });
      }
      return events;
    },
    end() {
      unwatch?.();
    },
  };
}

/** What anybody may see of a version: a session's log is read by all, and its steps are done by any agent. */
function publicEntry(entry: ContextEntry, nowMs: number): ContextEntry {
  return { ...entry, changes: viewChanges(entry.changes, {}, { speaksFor: () => false }, nowMs) };
}

const resync = (fromVersion: number, version: number, author: string): ContextChange => {
  return { version, fromVersion, author, changes: [], resync: true };
};

function changeOf(
  fromVersion: number,
  found: readonly { readonly entry: ContextEntry; readonly changes: readonly Change[] }[],
): ContextChange | undefined {
  const last = found.at(-1)?.entry;
  if (last === undefined) return undefined;
  const { version, author } = last;
  const all = found.flatMap(({ changes }) => changes);
  if (all.length > placesMax) return resync(fromVersion, version, author);
  const isShort = JSON.stringify(all).length <= valuesMax;
  const changes = isShort ? all : all.map(({ kind, pointer }) => ({ kind, pointer }));
  return { version, fromVersion, author, changes, resync: false };
}
