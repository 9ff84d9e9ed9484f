/** The shared document: domain to wire and back. JSON travels as text; what comes in is checked whole. */
import { EntrainError, type Json } from "@entrain/kernel";
import { documentLimits, severities, type Change, type ContextDocument } from "@entrain/core/context";
import type { ChangeRequest, DocumentPatch, ResyncCause, VersionNews, WatchNews, WatchOptions } from "@entrain/ports";
import type { ContextChange, ContextChange__Output } from "./gen/entrain/v1/ContextChange.ts";
import type { ContextNews, ContextNews__Output } from "./gen/entrain/v1/ContextNews.ts";
import type { PatchContextRequest, PatchContextRequest__Output } from "./gen/entrain/v1/PatchContextRequest.ts";
import type { PlaceChange, PlaceChange__Output } from "./gen/entrain/v1/PlaceChange.ts";
import type { RollbackContextRequest__Output } from "./gen/entrain/v1/RollbackContextRequest.ts";
import type { WatchContextRequest, WatchContextRequest__Output } from "./gen/entrain/v1/WatchContextRequest.ts";
import { checkSpeaker, type Peer } from "./peer-identity.ts";
import { count, finite, oneOf, text, within } from "./wire-fields.ts";

/** News that may wait in this process for a slow watcher elsewhere. */
const queueLimit = 10_000;
/** Shortest pause between two bookmarks, ms, and the longest. */
const bookmarkMs = { min: 10, max: 86_400_000 } as const;

const changeKinds = ["added", "replaced", "removed"] as const satisfies readonly Change["kind"][];
const resyncCauses = ["slow", "compacted", "lost", "large"] as const satisfies readonly ResyncCause[];

/** The patch of a request. @throws EntrainError `invalid-argument` that names the field. */
export function patchFromWire(request: PatchContextRequest__Output): DocumentPatch {
  const { mergePatchJson, jsonPatchJson } = request;
  if (jsonPatchJson !== undefined) {
    const patch = parsed("json_patch_json", jsonPatchJson, documentLimits.patchCharacters);
    if (Array.isArray(patch)) return { kind: "json", patch: patch as readonly Json[] };
    throw EntrainError.invalid("json_patch_json", "no list", "give a list of operations (RFC 6902)");
  }
  if (mergePatchJson === undefined)
    throw EntrainError.invalid("patch", "absent", "give merge_patch_json or json_patch_json");
  return { kind: "merge", patch: documentFromWire("merge_patch_json", mergePatchJson) };
}

export function patchToWire(patch: DocumentPatch): Pick<PatchContextRequest, "mergePatchJson" | "jsonPatchJson"> {
  const json = JSON.stringify(patch.patch);
  return patch.kind === "merge" ? { mergePatchJson: json } : { jsonPatchJson: json };
}

/**
 * Whose change, of which version. An agent is its certificate's; of the other roles who says nothing is the role.
 * @throws EntrainError `invalid-argument` or `permission-denied` that names the field.
 */
export function changeRequestFromWire(
  request: Pick<RollbackContextRequest__Output, "author" | "reason" | "requestId" | "baseVersion">,
  caller: Peer,
): ChangeRequest {
  const { reason, requestId, baseVersion } = request;
  if (baseVersion === undefined)
    throw EntrainError.invalid("base_version", "absent", "say which version is changed: read the document first");
  if (caller.role === "agent") checkSpeaker(caller, "author", request.author);
  return {
    author: request.author === "" ? (caller.role ?? "") : request.author,
    reason,
    baseVersion: count("base_version", baseVersion),
    ...(requestId === "" ? {} : { requestId }),
  };
}

/** @throws EntrainError `invalid-argument` that names the field; the rest is checked where the watch begins. */
export function watchOptionsFromWire(request: WatchContextRequest__Output): WatchOptions {
  const { pointers, kinds, authors, fromVersion, queueMax, bookmarkEveryMs } = request;
  const { severityMin, batchMs, newsPerSecondMax, name } = request;
  return {
    ...(name === "" ? {} : { name }),
    ...(pointers.length === 0 ? {} : { pointers }),
    ...(kinds.length === 0 ? {} : { kinds: kinds.map((kind, index) => oneOf(`kinds[${index}]`, kind, changeKinds)) }),
    ...(authors.length === 0 ? {} : { authors }),
    ...(fromVersion === undefined ? {} : { fromVersion: count("from_version", fromVersion) }),
    ...(queueMax === 0 ? {} : { queueMax: within("queue_max", queueMax, 1, queueLimit) }),
    ...(bookmarkEveryMs === 0
      ? {}
      : { bookmarkEveryMs: within("bookmark_every_ms", bookmarkEveryMs, bookmarkMs.min, bookmarkMs.max) }),
    ...(severityMin === "" ? {} : { severityMin: oneOf("severity_min", severityMin, severities) }),
    batchMs,
    ...(newsPerSecondMax === 0 ? {} : { newsPerSecondMax }),
  };
}

export function watchOptionsToWire(options: WatchOptions): WatchContextRequest {
  const { pointers = [], kinds = [], authors = [], fromVersion, queueMax = 0, bookmarkEveryMs = 0 } = options;
  const { severityMin = "", batchMs = 0, newsPerSecondMax = 0, name = "" } = options;
  return {
    name,
    pointers: [...pointers],
    kinds: [...kinds],
    authors: [...authors],
    queueMax,
    bookmarkEveryMs,
    severityMin,
    batchMs,
    newsPerSecondMax,
    ...(fromVersion === undefined ? {} : { fromVersion }),
  };
}

export function newsToWire(news: WatchNews): ContextNews {
  switch (news.kind) {
    case "change":
      return { change: versionToWire(news) };
    case "batch":
      return { batch: { versions: news.versions.map(versionToWire) } };
    case "resync":
      return { resync: { ...news, documentJson: JSON.stringify(news.document) } };
    case "bookmark":
      return { bookmark: { version: news.version } };
  }
}

/** @throws EntrainError `invalid-argument` that names the field. */
export function newsFromWire({ change, batch, resync, bookmark }: ContextNews__Output): WatchNews {
  if (change !== null && change !== undefined) return versionFromWire(change, "change");
  if (batch !== null && batch !== undefined) {
    const versions = batch.versions.map((one, index) => versionFromWire(one, `batch.versions[${index}]`));
    const last = versions.at(-1);
    if (last === undefined) throw EntrainError.invalid("batch.versions", "none", "give at least one");
    return { kind: "batch", version: last.version, versions };
  }
  if (resync !== null && resync !== undefined)
    return {
      kind: "resync",
      cause: oneOf("resync.cause", resync.cause, resyncCauses),
      fromVersion: count("resync.from_version", resync.fromVersion),
      version: count("resync.version", resync.version),
      document: documentFromWire("resync.document_json", resync.documentJson, documentLimits.characters),
    };
  if (bookmark === null || bookmark === undefined)
    throw EntrainError.invalid("news", "absent", "give a change, a batch, a resync or a bookmark");
  return { kind: "bookmark", version: count("bookmark.version", bookmark.version) };
}

/** An object of sections. @throws EntrainError `invalid-argument` that names the field. */
export function documentFromWire(
  field: string,
  json: string,
  charactersMax: number = documentLimits.patchCharacters,
): ContextDocument["document"] {
  const value = parsed(field, json, charactersMax);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as ContextDocument["document"];
  throw EntrainError.invalid(field, "no object", "give an object of sections");
}

function versionToWire(news: VersionNews): ContextChange {
  return { ...news, changes: news.changes.map(changeToWire) };
}

function versionFromWire(change: ContextChange__Output, field: string): VersionNews {
  return {
    kind: "change",
    version: count(`${field}.version`, change.version),
    baseVersion: count(`${field}.base_version`, change.baseVersion),
    author: text(`${field}.author`, change.author, documentLimits.author),
    reason: text(`${field}.reason`, change.reason, documentLimits.reason),
    atMs: finite(`${field}.at_ms`, change.atMs),
    changes: change.changes.map((one, index) => changeFromWire(one, `${field}.changes[${index}]`)),
  };
}

function changeToWire(change: Change): PlaceChange {
  return {
    kind: change.kind,
    pointer: change.pointer,
    ...(change.kind === "added" ? {} : { beforeJson: JSON.stringify(change.before) }),
    ...(change.kind === "removed" ? {} : { afterJson: JSON.stringify(change.after) }),
  };
}

function changeFromWire({ kind, pointer, beforeJson, afterJson }: PlaceChange__Output, field: string): Change {
  const before = (): Json => parsed(`${field}.before_json`, beforeJson ?? "", documentLimits.characters);
  const after = (): Json => parsed(`${field}.after_json`, afterJson ?? "", documentLimits.characters);
  switch (oneOf(`${field}.kind`, kind, changeKinds)) {
    case "added":
      return { kind: "added", pointer, after: after() };
    case "removed":
      return { kind: "removed", pointer, before: before() };
    case "replaced":
      return { kind: "replaced", pointer, before: before(), after: after() };
  }
}

/** JSON in a text. @throws EntrainError `invalid-argument` that names the field. */
export function parsed(field: string, json: string, charactersMax: number): Json {
  try {
    return JSON.parse(text(field, json, charactersMax)) as Json;
  } catch (thrown) {
    if (thrown instanceof EntrainError) throw thrown;
    throw EntrainError.invalid(field, (thrown as Error).message, "give JSON");
  }
}
