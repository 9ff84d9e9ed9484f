/**
 * Canonical JSON (RFC 8785): one text for one value, so that equal inputs have equal hashes (D2). ECMAScript's own number
 * and string serialisation is what the RFC prescribes; what is added here is the order of keys and the refusal of
 * values that JSON cannot carry.
 */
import { EntrainError } from "./errors.ts";

/** Any value that JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The canonical text of `value`: keys in code-unit order, no white space, members that are `undefined` left out.
 * @throws EntrainError `invalid-argument` for a non-finite number or a value outside JSON.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw EntrainError.invalid("json", value, "only finite numbers have a JSON form");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object") {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  throw EntrainError.invalid(
    "json",
    typeof value,
    "only null, booleans, numbers, strings, arrays and objects have a JSON form",
  );
}
