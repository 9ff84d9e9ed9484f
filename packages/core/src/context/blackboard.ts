/**
 * The blackboard as a reader sees it: `/blackboard/items` without what has expired, what is private to another, and what is of
 * a group that the reader is not in (`/policy/organisation/groups/<name>/members`). A view, not a lock: who may write the
 * document, or reads the store itself, has all of it.
 *
 * What a version did to a view follows from its changes alone, for an item changes as a whole (changes.ts): that it went is told
 * also of one that has expired, so that whoever saw it loses it.
 */
import type { Json } from "@entrain/kernel";
import { equalJson, operationsOf, type Change } from "./changes.ts";
import type { SharedDocument } from "./document.ts";
import type { ContextEntry } from "./entry.ts";
import type { ContextNews } from "./following.ts";
import { parsePointer } from "./json-pointer.ts";

/** Who reads: whoever sees all, or somebody who speaks for some agents. */
export type ContextReader = "everything" | { readonly speaksFor: (agentId: string) => boolean };

type JsonObject = Readonly<Record<string, Json>>;

/** The document as the reader sees it at `nowMs` (Unix); the same object where nothing is kept from it. */
export function viewDocument(document: SharedDocument, reader: ContextReader, nowMs: number): SharedDocument {
  const board = viewBoard(document["blackboard"], judgeOf(document, reader, nowMs));
  return board === undefined || board === document["blackboard"] ? document : { ...document, blackboard: board };
}

/**
 * Changes as the reader sees them; the same list where nothing is kept from it. `present` is the document whose groups
 * count: those of now, also for a version of long ago.
 */
export function viewChanges(
  changes: readonly Change[],
  present: SharedDocument,
  reader: ContextReader,
  nowMs: number,
): readonly Change[] {
  if (!changes.some(({ pointer }) => isOfBoard(pointer))) return changes;
  const isSeen = judgeOf(present, reader, nowMs);
  const wasSeen = judgeOf(present, reader, -Infinity);
  return changes.flatMap((change) => {
    const view = viewAt(change.pointer);
    if (view === undefined) return [change];
    const before = change.kind === "added" ? undefined : view(change.before, wasSeen);
    const after = change.kind === "removed" ? undefined : view(change.after, isSeen);
    return changeOf(change.pointer, before, after);
  });
}

/** An entry of the history as the reader sees it; what it has asked for is then what it did, as far as that is seen. */
export function viewEntry(
  entry: ContextEntry,
  present: SharedDocument,
  reader: ContextReader,
  nowMs: number,
): ContextEntry {
  const changes = viewChanges(entry.changes, present, reader, nowMs);
  if (reader === "everything" || (changes === entry.changes && !speaksOfBoard(entry))) return { ...entry, changes };
  return { ...entry, changes, patch: { kind: "json", patch: operationsOf(changes) } };
}

/** News of the document as the reader sees it; a version of which it sees nothing has no changes. */
export function viewNews(news: ContextNews, reader: ContextReader, nowMs: number): ContextNews {
  const { version, document } = news.document;
  const seen = { version, document: viewDocument(document, reader, nowMs) };
  if (news.kind === "resync") return { ...news, document: seen };
  return { ...news, document: seen, entry: viewEntry(news.entry, document, reader, nowMs) };
}

/** The items that have expired at `nowMs`, by name, with their instants. */
export function expiredItems(document: SharedDocument, nowMs: number): readonly (readonly [string, number])[] {
  return expiringItems(document).filter(([, expiresAt]) => expiresAt <= nowMs);
}

/** The items that will expire, or have. */
export function expiringItems(document: SharedDocument): readonly (readonly [string, number])[] {
  return Object.entries(itemsOf(document["blackboard"]) ?? {}).flatMap(([name, item]) => {
    const expiresAt = isObject(item) ? item["expiresAt"] : undefined;
    return typeof expiresAt === "number" ? [[name, expiresAt] as const] : [];
  });
}

type Judge = (item: JsonObject) => boolean;

function judgeOf(document: SharedDocument, reader: ContextReader, nowMs: number): Judge {
  const isLive = ({ expiresAt }: JsonObject): boolean => typeof expiresAt !== "number" || expiresAt > nowMs;
  if (reader === "everything") return isLive;
  const { speaksFor } = reader;
  const isMember = (group: Json | undefined): boolean =>
    typeof group === "string" &&
    membersOf(document, group).some((member) => typeof member === "string" && speaksFor(member));
  return (item) => {
    if (!isLive(item)) return false;
    const { access = "public", owner, group } = item;
    if (access === "public" || (typeof owner === "string" && speaksFor(owner))) return true;
    return access === "group" && isMember(group);
  };
}

function membersOf(document: SharedDocument, group: string): readonly Json[] {
  const members = memberOf(
    memberOf(memberOf(memberOf(document["policy"], "organisation"), "groups"), group),
    "members",
  );
  return Array.isArray(members) ? (members as readonly Json[]) : [];
}

/** How a value at a place of the blackboard is seen; undefined where all of it is. */
function viewAt(pointer: string): ((value: Json, isSeen: Judge) => Json | undefined) | undefined {
  const [section, member, ...names] = parsePointer("pointer", pointer);
  if (section !== "blackboard") return undefined;
  if (member === undefined) return viewBoard;
  if (member !== "items") return undefined;
  if (names.length === 0) return viewItems;
  // Nothing is told of a part of an item: whose it is does not show.
  return names.length === 1 ? viewItem : () => undefined;
}

function viewBoard(board: Json | undefined, isSeen: Judge): Json | undefined {
  const items = itemsOf(board);
  if (items === undefined || !isObject(board)) return board;
  const seen = viewItems(items, isSeen);
  return seen === items || seen === undefined ? board : { ...board, items: seen };
}

function viewItems(items: Json | undefined, isSeen: Judge): Json | undefined {
  if (!isObject(items)) return items;
  const entries = Object.entries(items);
  const seen = entries.filter(([, item]) => viewItem(item, isSeen) !== undefined);
  return seen.length === entries.length ? items : Object.fromEntries(seen);
}

function viewItem(item: Json, isSeen: Judge): Json | undefined {
  return !isObject(item) || isSeen(item) ? item : undefined;
}

function changeOf(pointer: string, before: Json | undefined, after: Json | undefined): readonly Change[] {
  if (before === undefined) return after === undefined ? [] : [{ kind: "added", pointer, after }];
  if (after === undefined) return [{ kind: "removed", pointer, before }];
  return equalJson(before, after) ? [] : [{ kind: "replaced", pointer, before, after }];
}

/** True where a patch holds, or may hold, something of the blackboard, whatever came of it. */
function speaksOfBoard({ patch }: ContextEntry): boolean {
  if (patch.kind === "merge") return isObject(patch.patch) && Object.hasOwn(patch.patch, "blackboard");
  if (patch.kind !== "json") return false;
  return patch.patch.some((operation) =>
    ["path", "from"].some((name) => {
      const pointer = memberOf(operation, name);
      return typeof pointer === "string" && (pointer === "" || isOfBoard(pointer));
    }),
  );
}

const isOfBoard = (pointer: string): boolean => `${pointer}/`.startsWith("/blackboard/");

function itemsOf(board: Json | undefined): JsonObject | undefined {
  const items = memberOf(board, "items");
  return isObject(items) ? items : undefined;
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
