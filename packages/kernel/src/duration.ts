/** Durations as people write them: `250ms`, `2s`, `1.5m`, `24h`, `1d`. */
import { EntrainError } from "./errors.ts";

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Milliseconds of a duration such as `200ms` or `1.5s`. A bare number has no unit and is refused.
 * @throws EntrainError `invalid-argument` that names `field`.
 */
export function parseDurationMs(field: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim());
  const factor = unitMs[match?.[2] ?? ""];
  if (match?.[1] === undefined || factor === undefined)
    throw EntrainError.invalid(field, text, "write a number and a unit: 200ms, 2s, 5m, 1h or 1d");
  return Number(match[1]) * factor;
}

/** The shortest exact way to write `ms` milliseconds with one unit; rounds to microseconds. */
export function formatDuration(ms: number): string {
  for (const unit of ["d", "h", "m", "s"] as const) {
    const value = ms / (unitMs[unit] ?? 1);
    if (value >= 1 && Number.isInteger(value * 10)) return `${value}${unit}`;
  }
  return `${Math.round(ms * 1_000) / 1_000}ms`;
}
