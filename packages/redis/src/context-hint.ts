/**
 * Hints of context changes as they come over the wire: a list of entries, one entry (earlier versions of Entrain, which may be
 * in the swarm during an upgrade), or a version's number. The channel is anybody's who may write to the store: what is none
 * of these is a hint of nothing in particular.
 */
import type { ContextEntry } from "@entrain/core/context";
import type { ContextHint } from "@entrain/ports";

/** Says no more than that something may have changed. */
const anyChange: ContextHint = { version: Number.NaN };

/** The hint in a message; its version is not a number where the message is not understood. */
export function contextHint(message: string): ContextHint {
  const value = parsed(message);
  if (isVersion(value)) return { version: value };
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  const last = entries.at(-1);
  return isEntry(last) && entries.every(isEntry) ? { version: last.version, entries } : anyChange;
}

function parsed(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}

const isVersion = (value: unknown): value is number => Number.isSafeInteger(value);

const isEntry = (value: unknown): value is ContextEntry =>
  typeof value === "object" &&
  value !== null &&
  "version" in value &&
  isVersion(value.version) &&
  "changes" in value &&
  Array.isArray(value.changes);
