/**
 * What a schema out of the shared document may not say: no regular expressions, which run on a backtracking engine, no names of
 * schemas other than their places, and nothing that makes a check anything but a check. A keyword is what stands where JSON
 * Schema (draft-07) has one: neither the name of a property or definition, nor a part of a value is one.
 *
 * The walk goes wherever a validator goes: to the schemas in keywords, and by references to those alone, so that nothing is
 * reached that was not looked at. A name that is hidden in what is no keyword would lead a reference there, so none may be.
 */
import { EntrainError } from "@entrain/kernel";
import { formatPointer } from "@entrain/core/context";

/** Each gives a schema a name of its own. */
const names = ["$id", "$anchor", "$dynamicAnchor"];
const refusedKeywords: ReadonlySet<string> = new Set([
  ...["pattern", "patternProperties", "format", "$schema", "$async"],
  ...names,
]);
/** Keywords whose value is a schema, or a list of some. */
const schemaKeywords: ReadonlySet<string> = new Set([
  ...["items", "additionalItems", "contains", "additionalProperties", "propertyNames"],
  ...["allOf", "anyOf", "oneOf", "not", "if", "then", "else"],
]);
/** Keywords whose value has a schema under each name. */
const namingKeywords: ReadonlySet<string> = new Set(["properties", "definitions", "$defs", "dependencies"]);
/** Keywords whose value is any value. */
const valueKeywords: ReadonlySet<string> = new Set(["enum", "const", "default", "examples"]);

/**
 * Refuses a schema that says more than it may.
 * @param pointer where the schema itself stands
 * @throws EntrainError `invalid-argument` that points to the first thing that is not allowed
 */
export function refuseKeywords(pointer: string, schema: unknown): void {
  const places = new Set<string>();
  const references: (readonly [place: string, target: unknown])[] = [];

  function enter(path: string, at: unknown): void {
    places.add(`#${path}`);
    for (const [name, member] of membersOf(at)) {
      const inner = below(path, name);
      const place = `${pointer}${inner}`;
      if (refusedKeywords.has(name))
        throw EntrainError.invalid(place, member, "this keyword is not allowed here: enum, const and lengths are");
      if (name === "$ref") references.push([place, member]);
      else if (namingKeywords.has(name) || (schemaKeywords.has(name) && Array.isArray(member)))
        for (const [each, inside] of membersOf(member)) enter(below(inner, each), inside);
      else if (schemaKeywords.has(name)) enter(inner, member);
      else if (!valueKeywords.has(name)) refuseNames(place, member);
    }
  }

  enter("", schema);
  for (const [place, target] of references)
    // What is written in percent signs stands for something else.
    if (typeof target !== "string" || target.includes("%") || !places.has(target))
      throw EntrainError.invalid(place, target, "refer to a schema within this one, as in #/definitions/name");
}

const below = (pointer: string, name: string): string => `${pointer}${formatPointer([name])}`;

/** A list of property names, in `dependencies`, has no members that are schemas. */
function membersOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

function refuseNames(place: string, value: unknown): void {
  for (const [name, member] of membersOf(value)) {
    const inner = below(place, name);
    if (names.includes(name)) throw EntrainError.invalid(inner, member, "leave it out: schemas here have no names");
    refuseNames(inner, member);
  }
}
