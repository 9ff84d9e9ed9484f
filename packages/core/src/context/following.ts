/**
 * How a copy of the document follows the store's: version by version, each one once and in order, or, where that cannot
 * be done, by the whole at once (C1). Pure: entries and documents come in from wherever they were heard.
 */
import { redo } from "./changes.ts";
import type { ContextDocument } from "./document.ts";
import type { ContextEntry } from "./entry.ts";

/** What a follower learns, in the order of versions. */
export type ContextNews =
  /** The next version; `document` is what it made. */
  | { readonly kind: "change"; readonly entry: ContextEntry; readonly document: ContextDocument }
  /**
   * Versions were missed (too old, or lost by the store): the whole document instead. `fromVersion`: the last version
   * that was seen before; 0 where none was.
   */
  | { readonly kind: "resync"; readonly fromVersion: number; readonly document: ContextDocument };

/** What entries make of a copy. */
export interface Advance {
  readonly document: ContextDocument;
  readonly news: readonly ContextNews[];
  /** An entry did not follow: there are versions that this copy has not seen. */
  readonly gap: boolean;
}

/** Takes entries in as far as each one follows the one before; those that are known already are skipped. */
export function advance(copy: ContextDocument, entries: readonly ContextEntry[]): Advance {
  let document = copy;
  const news: ContextNews[] = [];
  for (const entry of entries) {
    if (entry.version <= document.version) continue;
    if (entry.baseVersion !== document.version) return { document, news, gap: true };
    document = { version: entry.version, document: redo(document.document, entry.changes) };
    news.push({ kind: "change", entry, document });
  }
  return { document, news, gap: false };
}
