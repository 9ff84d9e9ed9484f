/**
 * Which changes a watcher wants: by place, by kind, by author, by severity. A place is a JSON Pointer and means all below it; the name
 * `*` in it stands for any one name, `**` for any number of them.
 */
import { EntrainError } from "@entrain/kernel";
import type { Change } from "./changes.ts";
import { emptyDocument, type SharedDocument } from "./document.ts";
import type { ContextEntry } from "./entry.ts";
import { formatPointer, parsePointer } from "./json-pointer.ts";
import { createSeverityJudge, isAtLeast, severities, type Severity } from "./severity.ts";

/** What is wanted; what is left out is no condition. */
export interface ContextFilter {
  /** JSON Pointers, with `*` and `**`. */
  readonly pointers?: readonly string[];
  readonly kinds?: readonly Change["kind"][];
  readonly authors?: readonly string[];
  /** Changes that matter at least so much (severity.ts). */
  readonly severityMin?: Severity;
}

/** The changes of a version that are wanted; undefined where none is. */
export type ContextSieve = (entry: ContextEntry) => readonly Change[] | undefined;

/** Pointers, kinds or authors in one filter. */
const listMax = 100;
const kinds: ReadonlySet<unknown> = new Set<Change["kind"]>(["added", "replaced", "removed"]);

/**
 * A sieve for a filter; `present` says by which document severities are judged. An empty version passes a filter without
 * pointers, kinds and severity.
 * @throws EntrainError `invalid-argument` that names the field.
 */
export function createSieve(
  filter: ContextFilter,
  present: () => SharedDocument = () => emptyDocument.document,
): ContextSieve {
  for (const name of ["pointers", "kinds", "authors"] as const) {
    if (filter[name] !== undefined && !Array.isArray(filter[name]))
      throw EntrainError.invalid(name, filter[name], `give a list of ${name}`);
    if ((filter[name]?.length ?? 0) > listMax)
      throw EntrainError.invalid(name, `${filter[name]?.length ?? 0} entries`, `give at most ${listMax}`);
  }
  const places = filter.pointers?.map((pointer, index) => createPlace(parsePointer(`pointers[${index}]`, pointer)));
  const wrong = filter.kinds?.find((kind) => !kinds.has(kind));
  if (wrong !== undefined) throw EntrainError.invalid("kinds", wrong, "choose added, replaced or removed");
  const { severityMin } = filter;
  if (severityMin !== undefined && !severities.includes(severityMin))
    throw EntrainError.invalid("severityMin", severityMin, `choose ${severities.join(", ")}`);
  const judge = createSeverityJudge(present);
  const wanted = (change: Change): boolean =>
    (severityMin === undefined || isAtLeast(judge(change), severityMin)) &&
    filter.kinds?.includes(change.kind) !== false &&
    (places === undefined || places.some((place) => place(change)));
  return (entry) => {
    if (filter.authors?.includes(entry.author) === false) return undefined;
    if (places === undefined && filter.kinds === undefined && severityMin === undefined) return entry.changes;
    const passed = entry.changes.filter(wanted);
    return passed.length === 0 ? undefined : passed;
  };
}

/**
 * Whether a change is of a place. Most changes are nowhere near, and a process has many watches: where the place has no wild
 * names, the texts of the pointers tell so without a look at the values.
 */
function createPlace(place: readonly string[]): (change: Change) => boolean {
  const look = (change: Change): boolean => meets(place, parsePointer("pointer", change.pointer), change);
  if (place.includes("*") || place.includes("**")) return look;
  const text = formatPointer(place);
  const below = `${text}/`;
  return (change) => {
    const { pointer } = change;
    if (pointer === text || pointer.startsWith(below)) return true;
    return below.startsWith(`${pointer}/`) && look(change);
  };
}

/** True where the change is at the place or below it, or where what it put or took away above it reaches down to it. */
function meets(place: readonly string[], path: readonly string[], change: Change): boolean {
  const [name, ...below] = place;
  if (name === undefined) return true;
  if (name === "**") {
    if (meets(below, path, change)) return true;
    const [, ...rest] = path;
    return path.length > 0 ? meets(place, rest, change) : holds(change, place);
  }
  const [step, ...rest] = path;
  if (step === undefined) return holds(change, place);
  return (name === "*" || name === step) && meets(below, rest, change);
}

/** True where a value that came or went has something at the place below it. */
function holds(change: Change, place: readonly string[]): boolean {
  const values = [
    change.kind === "added" ? undefined : change.before,
    change.kind === "removed" ? undefined : change.after,
  ];
  return values.some((value) => value !== undefined && has(value, place));
}

function has(value: unknown, place: readonly string[]): boolean {
  const [name, ...below] = place;
  if (name === undefined) return true;
  if (name === "**" && has(value, below)) return true;
  if (typeof value !== "object" || value === null) return false;
  const rest = name === "**" ? place : below;
  return Object.entries(value).some(
    ([member, inner]) => (name === "*" || name === "**" || name === member) && has(inner, rest),
  );
}
