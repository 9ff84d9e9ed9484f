/**
 * Strict reading of a command's flags. node:util's parseArgs splits the words; what is unknown, doubled up with a value
 * it cannot have, or left without one is refused here in one sentence that names the flag, the value and the remedy.
 */
import { parseArgs } from "node:util";
import { EntrainError, nearestName } from "@entrain/kernel";

/** The flags of a command: `text` takes a value, `switch` takes none. */
export type FlagTable = Readonly<Record<string, "text" | "switch">>;

/** The flags and the other words of one command line. */
export interface FlagValues<Table extends FlagTable> {
  /** The value as it was written; undefined where the flag was left out. Given twice, the last one counts. */
  text(name: TextFlag<Table>): string | undefined;
  given(name: keyof Table & string): boolean;
  readonly words: readonly string[];
}

type TextFlag<Table extends FlagTable> = {
  [Name in keyof Table]: Table[Name] extends "text" ? Name : never;
}[keyof Table] &
  string;

/**
 * Reads `argv` by `table`.
 * @param command how people write the command, for its errors: `entrain up`
 * @param wordsMax how many words that are no flags the command takes
 * @throws EntrainError `invalid-argument`
 */
export function readFlags<Table extends FlagTable>(
  command: string,
  table: Table,
  argv: readonly string[],
  wordsMax = 0,
): FlagValues<Table> {
  const options = Object.fromEntries(
    Object.entries(table).map(([name, kind]) => [name, { type: kind === "text" ? "string" : "boolean" } as const]),
  );
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  const given = new Map<string, string | undefined>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") {
      words.push(token.value);
      if (words.length > wordsMax) throw unexpectedWord(command, token.value);
    }
    if (token.kind !== "option") continue;
    checkFlag(command, table, token.name, token.rawName, token.value);
    given.set(token.name, token.value);
  }
  return { text: (name) => given.get(name), given: (name) => given.has(name), words };
}

function checkFlag(command: string, table: FlagTable, name: string, written: string, value: string | undefined): void {
  const kind = Object.hasOwn(table, name) && written.startsWith("--") ? table[name] : undefined;
  if (kind === undefined) {
    const near = nearestName(name, Object.keys(table));
    const hint = near === undefined ? helpOf(command) : `did you mean --${near}? ${helpOf(command)}`;
    throw new EntrainError("invalid-argument", `${written} is not a flag of ${command}: ${hint}`, { field: written });
  }
  if (kind === "switch" && value !== undefined)
    throw EntrainError.invalid(written, value, `it takes no value; write ${written} alone`);
  if (kind === "text" && (value === undefined || value === ""))
    throw new EntrainError("invalid-argument", `${written} has no value: write ${written} VALUE; ${helpOf(command)}`, {
      field: written,
    });
}

function unexpectedWord(command: string, word: string): EntrainError {
  const sentence = `${JSON.stringify(word)} is not expected by ${command}: leave it out; ${helpOf(command)}`;
  return new EntrainError("invalid-argument", sentence, { field: command, value: word });
}

function helpOf(command: string): string {
  return `${command} --help lists what there is`;
}
