/**
 * Of what kind an option must be. The compiler says so to users of TypeScript; to the others, these do, for a wrong kind
 * would be taken for something else: any text for true, a text for an object without members.
 */
import { EntrainError } from "@entrain/kernel";

/** @throws EntrainError `invalid-argument` that names the option */
export function flagOf(field: string, value: unknown, otherwise: boolean): boolean {
  if (value === undefined) return otherwise;
  if (typeof value === "boolean") return value;
  throw EntrainError.invalid(field, value, "give true or false");
}

/** @throws EntrainError `invalid-argument` that names the option */
export function textOf<Otherwise>(
  field: string,
  value: unknown,
  otherwise: Otherwise,
  remedy: string,
): string | Otherwise {
  if (value === undefined) return otherwise;
  if (typeof value === "string") return value;
  throw EntrainError.invalid(field, value, remedy);
}

/** @throws EntrainError `invalid-argument` that names the option */
export function choiceOf<Choice extends string>(field: string, value: unknown, choices: readonly Choice[]): Choice {
  const choice = choices.find((known) => known === value);
  if (choice === undefined) throw EntrainError.invalid(field, value, `use ${choices.join(" or ")}`);
  return choice;
}

/**
 * Refuses an object that lacks one of the methods.
 * @throws EntrainError `invalid-argument` that names the option
 */
export function checkMethods(field: string, value: unknown, methods: readonly string[], remedy: string): void {
  const members = (typeof value === "object" && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  if (!methods.every((name) => typeof members[name] === "function")) throw EntrainError.invalid(field, value, remedy);
}
