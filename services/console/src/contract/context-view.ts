/** `GET` and `PATCH /api/v1/context`, its history and its rollback. */
import { Type, type Static } from "typebox";
import type { ContextEntry } from "@entrain/core/context";
import { closedObject, nextCursor, oneOf, staleMark, unixMs } from "./scalars.ts";

const version = Type.Integer({ description: "+1 for each change, within a generation of the store." });

/** The answer of `GET /api/v1/context`; version 0 with an empty document before there is one. */
export const contextAnswerSchema = closedObject({
  version,
  document: Type.Object({}, { description: "The document's sections." }),
  stale: staleMark,
});

/** The answer to a change: the version that it made. */
export const changeAnswerSchema = closedObject({ version });

/** The body of `POST /api/v1/context/rollback`. */
export const rollbackBodySchema = closedObject({
  toVersion: Type.Integer({ minimum: 1, description: "The document becomes what it was in this version." }),
});

const historyEntrySchema = closedObject({
  version,
  baseVersion: Type.Integer({ description: "The version that it was made of." }),
  author: Type.String(),
  reason: Type.String(),
  at: unixMs("Redis's clock at the change"),
  patchType: oneOf(["merge", "json", "rollback", "initial"], "RFC 7396, RFC 6902, a rollback, or the first document."),
  patch: Type.Unknown({
    description: "The patch as it was sent; of a rollback {toVersion}, of a first document null.",
  }),
  pointers: Type.Array(Type.String(), { description: "JSON Pointers to the places that differ from `baseVersion`." }),
});

/** The answer of `GET /api/v1/context/history`, newest first. */
export const historyAnswerSchema = closedObject({
  versions: Type.Array(historyEntrySchema),
  oldest: Type.Integer({ description: "The oldest version that is kept; those before it are compacted." }),
  compacted: Type.Union([Type.String(), Type.Null()], {
    description: "Where the history does not reach back to the first version: what went, why, and what to do.",
  }),
  next: nextCursor,
  stale: staleMark,
});

export type RollbackBody = Static<typeof rollbackBodySchema>;
export type HistoryEntryView = Static<typeof historyEntrySchema>;

/** An entry of the history as the API shows it. */
export function historyEntryView(entry: ContextEntry): HistoryEntryView {
  const { version, baseVersion, author, reason, atMs, patch, changes } = entry;
  const shown =
    patch.kind === "rollback" ? { toVersion: patch.toVersion } : patch.kind === "initial" ? null : patch.patch;
  const pointers = changes.map(({ pointer }) => pointer);
  return { version, baseVersion, author, reason, at: atMs, patchType: patch.kind, patch: shown, pointers };
}
