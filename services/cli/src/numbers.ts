/** Numbers as they are written on a command line. */
import { EntrainError } from "@entrain/kernel";

/** A whole number within limits. @throws EntrainError `invalid-argument` that names `field`. */
export function readWholeNumber(field: string, text: string, min: number, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw EntrainError.invalid(field, text, `give a whole number from ${min} to ${max}`);
}
