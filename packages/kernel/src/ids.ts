/** Names of swarms, agents and processes: one grammar, so that a name is safe in a Redis key, a metric label and a URL. */
import { EntrainError } from "./errors.ts";

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/**
 * Returns `id` if it is a valid name: 1 to 63 of `A-Z a-z 0-9 . _ -`, beginning with a letter or digit.
 * @throws EntrainError `invalid-argument` that names `field`.
 */
export function checkId(field: string, id: unknown): string {
  if (typeof id === "string" && idPattern.test(id)) return id;
  throw EntrainError.invalid(
    field,
    id,
    "use 1 to 63 letters, digits, '.', '_' or '-', beginning with a letter or digit",
  );
}

/** Orders ids by code unit: the same on every machine, whatever its locale. */
export function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
