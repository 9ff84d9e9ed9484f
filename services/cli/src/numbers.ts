/** Numbers as they are written on a command line. */
import { scales, type ScaleName } from "@entrain/core/rhythm";
import { EntrainError } from "@entrain/kernel";

/** A whole number within limits. @throws EntrainError `invalid-argument` that names `field`. */
export function readWholeNumber(field: string, text: string, min: number, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw EntrainError.invalid(field, text, `give a whole number from ${min} to ${max}`);
}

/** How many agents: a whole number up to `max`, or the name of a scale. @throws EntrainError `invalid-argument` that names `--agents`. */
export function readAgents(text: string, max: number): number {
  const named = Object.hasOwn(scales, text) ? scales[text as ScaleName].agents : Number.NaN;
  if (named <= max) return named;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= max) return value;
  const names = Object.keys(scales).join(", ");
  throw EntrainError.invalid("--agents", text, `give a whole number from 1 to ${max}, or a scale: ${names}`);
}

/** A number. @throws EntrainError `invalid-argument` that names `field`. */
export function readNumber(flag: string, text: string): number {
  const number = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(number)) return number;
  throw EntrainError.invalid(flag, text, "give a number such as 0.5");
}
