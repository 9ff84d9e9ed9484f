/**
 * The shared document of a swarm, and what it may hold. Some sections have a meaning (`policy`, `configuration` …), all
 * others are free. Sizes are bounded, for every process keeps the whole document and one command writes it.
 */
import { EntrainError, type Json } from "@entrain/kernel";
import { formatPointer } from "./json-pointer.ts";

/** The document: sections by name. Never changed in place: a change makes a new one that shares what stayed. */
export interface SharedDocument {
  readonly [section: string]: Json;
}

/** The document in one version. */
export interface ContextDocument {
  /** Dense within a generation of the store (C1); 0 with an empty document before there is one. */
  readonly version: number;
  readonly document: SharedDocument;
}

/** The document before there is one. */
export const emptyDocument: ContextDocument = { version: 0, document: {} };

/** How large things may be. */
export const documentLimits = {
  /** Characters of the document's JSON text. */
  characters: 262_144,
  /** Characters of one change's JSON text. */
  patchCharacters: 65_536,
  /** Levels of lists and objects. */
  depth: 32,
  sections: 100,
  /** Characters of an author, a reason, a request id. */
  author: 128,
  reason: 1_024,
  requestId: 128,
} as const;

/**
 * Checks that a document is within the limits; answers its JSON text.
 * @throws EntrainError `invalid-argument` whose field is a JSON Pointer into the document.
 */
export function checkDocument(document: unknown): string {
  if (typeof document !== "object" || document === null || Array.isArray(document))
    throw EntrainError.invalid("", document, "the document is an object of sections");
  const sections = Object.keys(document).length;
  if (sections > documentLimits.sections)
    throw EntrainError.invalid("", `${sections} sections`, `keep at most ${documentLimits.sections}`);
  checkValue(document, []);
  const text = JSON.stringify(document);
  if (text.length > documentLimits.characters)
    throw EntrainError.invalid(
      "",
      `${text.length} characters of JSON`,
      `the document may have ${documentLimits.characters}`,
    );
  return text;
}

/**
 * Checks that a patch is within the limits, before anything is made of it. A whole number that a double cannot tell from its neighbour
 * is refused: it may not be the one that was sent.
 * @throws EntrainError `invalid-argument` whose field is a JSON Pointer into the patch.
 */
export function checkPatchSize(patch: Json): void {
  checkValue(patch, [], Number.MAX_SAFE_INTEGER);
  const { length } = JSON.stringify(patch);
  if (length > documentLimits.patchCharacters)
    throw EntrainError.invalid("", `${length} characters of JSON`, `send at most ${documentLimits.patchCharacters}`);
}

/** Refuses what JSON cannot carry, what is nested too deeply, and the name that JavaScript gives a meaning to. */
function checkValue(value: unknown, path: readonly (string | number)[], wholeMax = Infinity): void {
  if (value === null || typeof value === "boolean" || typeof value === "string") return;
  if (typeof value === "number" && Number.isInteger(value) && Math.abs(value) > wholeMax)
    throw EntrainError.invalid(formatPointer(path), value, `stay within ±${wholeMax}, or write it as a text`);
  if (typeof value === "number" && Number.isFinite(value)) return;
  if (typeof value !== "object") throw EntrainError.invalid(formatPointer(path), value, "give a value that JSON has");
  if (path.length >= documentLimits.depth)
    throw EntrainError.invalid(formatPointer(path), value, `nest at most ${documentLimits.depth} levels`);
  for (const [name, member] of Object.entries(value)) {
    if (name === "__proto__") throw EntrainError.invalid(formatPointer([...path, name]), member, "use another name");
    checkValue(member, [...path, name], wholeMax);
  }
}
