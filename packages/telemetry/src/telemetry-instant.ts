/** Instants in recorded telemetry: Unix time in ms or s, or ISO 8601. */
import { EntrainError } from "@entrain/kernel";

/** Names of the column that holds a line's instant, the first of them that is there. */
export const instantNames = ["timestamp", "ts", "time"] as const;

/** From here on a number counts as ms: in seconds it would be the year 5138, in ms it is 1973. */
const millisecondsFrom = 1e11;
const decimal = /^\d+(\.\d+)?(e[+-]?\d+)?$/i;
const iso8601 = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * Unix ms of `value`. ISO 8601 without an offset is UTC, so that a file means the same on every machine; small numbers
 * are seconds.
 * @throws EntrainError `invalid-argument` that names `field`.
 */
export function parseInstantMs(field: string, value: unknown): number {
  const text = typeof value === "string" ? value.trim() : "";
  const number = typeof value === "number" ? value : decimal.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(number) && number >= 0) return number >= millisecondsFrom ? number : number * 1_000;
  if (iso8601.test(text)) {
    const zoned = /(Z|[+-]\d{2}:?\d{2})$/i.test(text.slice(10)) ? text : `${text}Z`;
    const parsed = Date.parse(zoned.replace(" ", "T"));
    if (Number.isFinite(parsed)) return parsed;
  }
  throw EntrainError.invalid(field, value, "give Unix time in ms or s, or ISO 8601 such as 2026-01-31T12:00:00Z");
}
