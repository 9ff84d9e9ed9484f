/** Numbers as they are written on a command line. */
import { EntrainError } from "@entrain/kernel";

/** A whole number within limits. @throws EntrainError `invalid-argument` that names `field`. */
export function readWholeNumber(field: string, text: string, min: number, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw EntrainError.invalid(field, text, `give a whole number from ${min} to ${max}`);
}

/** A number. @throws EntrainError `invalid-argument` that names `field`. */
export function readNumber(flag: string, text: string): number {
  const number = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(number)) return number;
  throw EntrainError.invalid(flag, text, "give a number such as 0.5");
}
