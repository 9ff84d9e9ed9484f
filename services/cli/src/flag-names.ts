/** Errors of core, simulator and console in the words of a command line: they name fields, people wrote flags. */
import { EntrainError } from "@entrain/kernel";

/** The flag behind each field of a goal. */
export const goalFlags = {
  periodMs: "--period",
  groups: "--groups",
  coherence: "--coherence",
  trust: "--untrusted",
  strategies: "--strategies",
} as const;

/**
 * What was thrown; an `invalid-argument` about a field as one about its flag.
 * @param flagOf flags by the name of their field, also where the error has it as a JSON Pointer into a request's body
 */
export function namingFlags(thrown: unknown, flagOf: Readonly<Record<string, string>>): unknown {
  if (!(thrown instanceof EntrainError) || thrown.code !== "invalid-argument" || thrown.field === undefined)
    return thrown;
  const { code, message, field, value, remedy, nearest } = thrown;
  const [name = ""] = field.replace(/^\//, "").split("/");
  const flag = Object.hasOwn(flagOf, name) ? flagOf[name] : undefined;
  if (flag === undefined || !message.startsWith(field)) return thrown;
  const sentence = `${flag}${message.slice(field.length)}`;
  const advice = remedy === undefined ? {} : { remedy };
  return new EntrainError(code, sentence, { field: flag, value, ...advice, nearest, cause: thrown });
}
