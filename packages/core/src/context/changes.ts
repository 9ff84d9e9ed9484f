/**
 * What a change did, place by place: derived from the two documents, however the change was asked for. It leads from
 * the one to the other and back, so a follower needs only the changes, a rollback only the present and the changes
 * since, and a watcher sees the same form for a merge patch, a JSON Patch and a rollback. Lists are one value each, and so
 * are the items of the blackboard: who may see one is part of it (blackboard.ts).
 */
import type { Json } from "@entrain/kernel";
import type { SharedDocument } from "./document.ts";
import { formatPointer, parsePointer } from "./json-pointer.ts";

/** One place that differs. */
export type Change =
  | { readonly kind: "added"; readonly pointer: string; readonly after: Json }
  | { readonly kind: "replaced"; readonly pointer: string; readonly before: Json; readonly after: Json }
  | { readonly kind: "removed"; readonly pointer: string; readonly before: Json };

type JsonObject = { readonly [name: string]: Json };

/** The places at which `after` differs from `before`, in the order of their names. */
export function diffDocuments(before: SharedDocument, after: SharedDocument): readonly Change[] {
  const changes: Change[] = [];
  diffObjects(before, after, [], changes);
  return changes;
}

/** The document after the changes. */
export function redo(document: SharedDocument, changes: readonly Change[]): SharedDocument {
  return changes.reduce((made, change) => {
    return put(made, parsePointer("pointer", change.pointer), change.kind === "removed" ? undefined : change.after);
  }, document);
}

/** The changes as a JSON Patch (RFC 6902). */
export function operationsOf(changes: readonly Change[]): readonly Json[] {
  return changes.map((change) => {
    const { kind, pointer: path } = change;
    if (kind === "removed") return { op: "remove", path };
    return { op: kind === "added" ? "add" : "replace", path, value: change.after };
  });
}

/** The document before the changes. */
export function undo(document: SharedDocument, changes: readonly Change[]): SharedDocument {
  return changes.reduceRight((made, change) => {
    return put(made, parsePointer("pointer", change.pointer), change.kind === "added" ? undefined : change.before);
  }, document);
}

function diffObjects(before: JsonObject, after: JsonObject, path: readonly string[], changes: Change[]): void {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const name of [...names].sort()) {
    const was = Object.hasOwn(before, name) ? before[name] : undefined;
    const is = Object.hasOwn(after, name) ? after[name] : undefined;
    const place = [...path, name];
    const pointer = formatPointer(place);
    if (was === undefined && is !== undefined) changes.push({ kind: "added", pointer, after: is });
    else if (is === undefined && was !== undefined) changes.push({ kind: "removed", pointer, before: was });
    else if (was !== undefined && is !== undefined && was !== is) diffValues(was, is, place, changes);
  }
}

function diffValues(before: Json, after: Json, path: readonly string[], changes: Change[]): void {
  if (isObject(before) && isObject(after) && !isItem(path)) diffObjects(before, after, path, changes);
  else if (!equalJson(before, after)) changes.push({ kind: "replaced", pointer: formatPointer(path), before, after });
}

function isItem([section, member, ...names]: readonly string[]): boolean {
  return section === "blackboard" && member === "items" && names.length === 1;
}

/** True where two values have the same JSON, whatever the order of their names. */
export function equalJson(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item: Json, index) => equalJson(item, b[index] as Json));
  if (!isObject(a) || !isObject(b)) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => Object.hasOwn(b, name) && equalJson(a[name] as Json, b[name] as Json));
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A copy with the value at the place; without a value the member is left out. Objects on the way are copied alone. */
function put(object: JsonObject, path: readonly string[], value: Json | undefined): JsonObject {
  const [name, ...rest] = path;
  if (name === undefined) return object;
  if (rest.length > 0) {
    const inner = object[name];
    return { ...object, [name]: put(isObject(inner) ? inner : {}, rest, value) };
  }
  if (value !== undefined) return { ...object, [name]: value };
  return Object.fromEntries(Object.entries(object).filter(([member]) => member !== name));
}
