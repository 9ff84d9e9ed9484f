/**
 * Lines of recorded telemetry as readings: CSV with a header, or NDJSON, told apart by their first line. One line is one
 * record (a line break inside quotes is none), so that a broken line never swallows its neighbours.
 *
 * A name holds one type throughout: the names that the shipped rules compare with numbers hold numbers, every other name
 * what its first accepted line holds. A text where a number belongs would otherwise go unnoticed until a rule fails.
 */
import { parse } from "csv-parse/sync";
import { checkReading, defaultPolicy, type Reading, type ReadingValue } from "@entrain/core/decision";
import { EntrainError } from "@entrain/kernel";
import { instantNames, parseInstantMs } from "./telemetry-instant.ts";

/** One line that was understood. */
export interface TelemetryRow {
  readonly reading: Reading;
  /** The line's own instant, Unix ms; undefined where it has none. */
  readonly atMs: number | undefined;
}

/**
 * Understands one line.
 * @throws EntrainError `invalid-argument` that names the field.
 */
export type RowReader = (text: string) => TelemetryRow;

/** How to read a file whose first line that is not blank is `first`; `header`: that line itself holds no reading. */
export function createRowReader(first: string): { readonly read: RowReader; readonly header: boolean } {
  const start = first.trimStart()[0];
  if (start === "{") return { read: createJsonReader(), header: false };
  if (start === "[")
    throw EntrainError.invalid("line 1", first.slice(0, 40), "write one JSON object per line (NDJSON), not an array");
  return { read: createCsvReader(readHeader(first)), header: true };
}

type ValueType = "number" | "string" | "boolean";

/** The names that a rule of the shipped policy compares with a number. */
const numericNames: ReadonlySet<string> = new Set(
  defaultPolicy.rules.flatMap(({ when }) => [...when.matchAll(/\bt\.(\w+)\s*[<>]=?/g)].map(([, name]) => name ?? "")),
);

const typeWords: Readonly<Record<ValueType, string>> = {
  number: "a finite number",
  string: "a text",
  boolean: "true or false",
};

/** What each name holds, learnt from the lines that were accepted. */
function createTypeTable() {
  const types = new Map<string, ValueType>([...numericNames].map((name) => [name, "number"]));
  types.set("subject", "string");
  return {
    typeOf: (name: string) => types.get(name),
    check(name: string, value: ReadingValue): void {
      const expected = types.get(name);
      if (expected !== undefined && expected !== typeof value)
        throw EntrainError.invalid(name, value, `${name} holds ${typeWords[expected]} on every line`);
    },
    learn(reading: Reading): void {
      for (const [name, value] of Object.entries(reading))
        if (!types.has(name)) types.set(name, typeof value as ValueType);
    },
  };
}

type TypeTable = ReturnType<typeof createTypeTable>;

/** Checks everything about a line's values and only then learns from them. */
function finish(types: TypeTable, values: Readonly<Record<string, unknown>>, atMs: number | undefined): TelemetryRow {
  const reading = checkReading(values, "reading");
  for (const [name, value] of Object.entries(reading)) types.check(name, value);
  types.learn(reading);
  return { reading, atMs };
}

function createJsonReader(): RowReader {
  const types = createTypeTable();
  return (text) => {
    const values = parseObject(text);
    const instantName = instantNames.find((name) => Object.hasOwn(values, name));
    if (instantName === undefined) return finish(types, values, undefined);
    const { [instantName]: instant, ...rest } = values;
    return finish(types, rest, parseInstantMs(instantName, instant));
  };
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    const { message } = EntrainError.from(thrown);
    throw new EntrainError("invalid-argument", `it is no JSON (${message})`, { field: "line" });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw EntrainError.invalid("line", text.slice(0, 40), "write one JSON object per line");
}

/** The names of the columns. */
function readHeader(text: string): readonly string[] {
  const names = cellsOf(text);
  for (const [index, name] of names.entries()) {
    const column = `column ${index + 1}`;
    if (names.indexOf(name) !== index) throw EntrainError.invalid(column, name, "each column needs a name of its own");
    try {
      checkReading({ [name]: name === "subject" ? "subject" : 0 });
    } catch {
      throw EntrainError.invalid(
        column,
        name,
        "begin the file with a header: names of a lower-case letter, then letters, digits or '_', separated by commas",
      );
    }
  }
  const instantName = instantNames.find((name) => names.includes(name));
  if (names.every((name) => name === instantName || name === "subject"))
    throw EntrainError.invalid("header", text, "name at least one column of readings");
  return names;
}

function createCsvReader(names: readonly string[]): RowReader {
  const types = createTypeTable();
  const instantName = instantNames.find((name) => names.includes(name));
  return (text) => {
    const cells = cellsOf(text);
    const missing = names[cells.length];
    if (missing !== undefined)
      throw new EntrainError("invalid-argument", `${missing} is missing: ${cells.length} of ${names.length} cells`, {
        field: missing,
      });
    if (cells.length > names.length) {
      const field = `column ${names.length + 1}`;
      throw EntrainError.invalid(field, cells[names.length], `the header names ${names.length} columns`);
    }
    const values: Record<string, unknown> = {};
    let atMs: number | undefined;
    for (const [index, name] of names.entries()) {
      const cell = cells[index] ?? "";
      if (name === instantName) atMs = parseInstantMs(name, cell);
      else if (cell !== "") values[name] = cellValue(name, cell, types.typeOf(name));
    }
    return finish(types, values, atMs);
  };
}

/** The cells of one line, without the white space around them. */
function cellsOf(text: string): readonly string[] {
  try {
    const [cells = []] = parse(text, { trim: true, relax_column_count: true, record_delimiter: "\n" });
    return cells;
  } catch (thrown) {
    const { message } = EntrainError.from(thrown);
    throw new EntrainError("invalid-argument", `it is no CSV (${message})`, { field: "line" });
  }
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A cell as a value: a text column takes it as it is written, others by its look. */
function cellValue(name: string, cell: string, type: ValueType | undefined): ReadingValue {
  if (type === "string") return cell;
  const looksNumeric = decimal.test(cell) || /^[+-]?(nan|inf|infinity)$/i.test(cell);
  if (looksNumeric && !Number.isFinite(Number(cell)))
    throw EntrainError.invalid(name, cell, "give a finite number, or leave the cell empty");
  if (looksNumeric) return Number(cell);
  if (/^(true|false)$/i.test(cell)) return cell.toLowerCase() === "true";
  return cell;
}
