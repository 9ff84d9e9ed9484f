/**
 * What is asked of an object that a caller gives: that it is one, and that it has no members but those that are known. A
 * slip in a member's name would otherwise be taken for a member that was left out.
 */
import { EntrainError } from "./errors.ts";
import { nearestName } from "./nearest-name.ts";

/** The members of an object, of which nothing is certain yet. */
export type Members = Readonly<Record<string, unknown>>;

/** @throws EntrainError `invalid-argument` that names the field, where it is no object */
export function checkObject(field: string, value: unknown, remedy = "give an object"): Members {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Members;
  throw EntrainError.invalid(field, value, remedy);
}

/** An object with no members but those. @throws EntrainError `invalid-argument` that names the field */
export function membersOf(value: unknown, field: string, allowed: readonly string[], remedy?: string): Members {
  const members = checkObject(field, value, remedy);
  for (const name of Object.keys(members)) checkMember(`${field}.${name}`, name, allowed);
  return members;
}

/** The same for the options of a call, whose members go by their own names. @throws EntrainError `invalid-argument` that names the option */
export function optionsOf(value: unknown, allowed: readonly string[], remedy?: string): Members {
  const members = checkObject("options", value, remedy);
  for (const name of Object.keys(members)) checkMember(name, name, allowed);
  return members;
}

/** Refuses a name that is not known, with the one that was probably meant. @throws EntrainError `invalid-argument` that names the field */
export function checkName(field: string, value: unknown, name: unknown, known: readonly string[]): void {
  if (known.some((each) => each === name)) return;
  const { nearest, hint } = hintOf(name, known);
  throw EntrainError.invalid(field, value, `it is not known; ${hint}`, { nearest });
}

/** The same for a member's name. Its value is not repeated: what was meant may be a secret, or hold one. */
function checkMember(field: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  const { nearest, hint } = hintOf(name, known);
  throw new EntrainError("invalid-argument", `${field} is not known; ${hint}`, { field, remedy: hint, nearest });
}

function hintOf(
  name: unknown,
  known: readonly string[],
): { readonly nearest: string | undefined; readonly hint: string } {
  const nearest = typeof name === "string" ? nearestName(name, known) : undefined;
  return { nearest, hint: nearest === undefined ? `there are ${known.join(", ")}` : `did you mean ${nearest}?` };
}
