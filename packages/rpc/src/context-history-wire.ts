/** The history of the shared document: domain to wire and back; the patches and the places, not what was there before. */
import type { Json } from "@entrain/kernel";
import { documentLimits, type ContextEntry, type ContextPatch } from "@entrain/core/context";
import { parsed } from "./context-wire.ts";
import type { ContextHistory__Output } from "./gen/entrain/v1/ContextHistory.ts";
import type { ContextHistoryEntry } from "./gen/entrain/v1/ContextHistoryEntry.ts";
import { count, finite, oneOf, text } from "./wire-fields.ts";

const patchKinds = ["merge", "json", "rollback", "initial"] as const satisfies readonly ContextPatch["kind"][];

/** A version in the history; `patch` as it was sent: of a rollback the version, of a first document null. */
export interface RemoteVersion extends Omit<ContextEntry, "patch" | "changes"> {
  readonly patchKind: ContextPatch["kind"];
  readonly patch: Json;
  /** JSON Pointers to the places that differ from the base. */
  readonly pointers: readonly string[];
}

/** A part of the history, newest first; while its last version is above `oldest` there are more. */
export interface RemoteHistory {
  readonly present: number;
  readonly oldest: number;
  readonly versions: readonly RemoteVersion[];
}

export function historyEntryToWire(entry: ContextEntry): ContextHistoryEntry {
  const { version, baseVersion, author, reason, atMs, patch, changes } = entry;
  const sent = patch.kind === "rollback" ? patch.toVersion : patch.kind === "initial" ? null : patch.patch;
  const pointers = changes.map(({ pointer }) => pointer);
  return {
    version,
    baseVersion,
    author,
    reason,
    atMs,
    patchKind: patch.kind,
    patchJson: JSON.stringify(sent),
    pointers,
  };
}

/** @throws EntrainError `invalid-argument` that names the field. */
export function historyFromWire(page: ContextHistory__Output): RemoteHistory {
  return {
    present: count("present_version", page.presentVersion),
    oldest: count("oldest_version", page.oldestVersion),
    versions: page.versions.map((entry, index) => {
      const field = `versions[${index}]`;
      return {
        version: count(`${field}.version`, entry.version),
        baseVersion: count(`${field}.base_version`, entry.baseVersion),
        author: text(`${field}.author`, entry.author, documentLimits.author),
        reason: text(`${field}.reason`, entry.reason, documentLimits.reason),
        atMs: finite(`${field}.at_ms`, entry.atMs),
        patchKind: oneOf(`${field}.patch_kind`, entry.patchKind, patchKinds),
        patch: parsed(`${field}.patch_json`, entry.patchJson, documentLimits.patchCharacters),
        pointers: entry.pointers,
      };
    }),
  };
}
