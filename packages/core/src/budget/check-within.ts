/** Whole numbers within bounds. */
import { EntrainError } from "@entrain/kernel";

/** Returns a whole number within bounds. @throws EntrainError `invalid-argument` that names the field */
export function checkWithin(
  field: string,
  value: unknown,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
  throw EntrainError.invalid(field, value, `give a whole number from ${least} to ${most}`);
}
