/**
 * The checks of single fields at the edge. Each names the field by its path on the wire (`goal.period_ns`), so that the
 * sender of a wrong message learns what is wrong with it. All throw EntrainError `invalid-argument`.
 */
import { EntrainError } from "@entrain/kernel";

/** A nested message that must be there. */
export function present<Message>(field: string, message: Message | null | undefined): Message {
  if (message === null || message === undefined) throw EntrainError.invalid(field, "absent", "give it");
  return message;
}

/** An integer that JavaScript holds exactly, not negative. */
export function count(field: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw EntrainError.invalid(field, value, "give an integer from 0 to 2^53 - 1");
}

/** An integer that JavaScript holds exactly. */
export function integer(field: string, value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw EntrainError.invalid(field, value, "give an integer within ±(2^53 - 1)");
}

/** A finite number within bounds, both included. */
export function within(field: string, value: number, min: number, max: number): number {
  if (value >= min && value <= max) return value;
  throw EntrainError.invalid(field, value, `give a number from ${min} to ${max}`);
}

/** A finite number. */
export function finite(field: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw EntrainError.invalid(field, value, "give a finite number");
}

/** One of a closed set of texts. */
export function oneOf<Choice extends string>(field: string, value: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw EntrainError.invalid(field, clipped(value), `choose one of ${choices.join(", ")}`);
}

/** A text of at most `max` characters. */
export function text(field: string, value: string, max: number): string {
  if (value.length <= max) return value;
  throw EntrainError.invalid(field, `${value.length} characters`, `shorten it to ${max}`);
}

const visible = /^[^\s\p{C}]+$/u;

/** The name of an incident, decision or action: 1 to `max` characters, none of them a space or a control character. */
export function name(field: string, value: string, max: number): string {
  if (value.length <= max && visible.test(value)) return value;
  throw EntrainError.invalid(field, clipped(value), `use 1 to ${max} visible characters`);
}

/** A hash in hex, or nothing where none is known. */
export function hash(field: string, value: string): string {
  if (/^[0-9a-f]{0,128}$/.test(value)) return value;
  throw EntrainError.invalid(field, clipped(value), "give lower-case hex");
}

/** Enough of a wrong text to recognise it. */
function clipped(value: string): string {
  return value.length <= 64 ? value : `${value.slice(0, 64)}…`;
}
