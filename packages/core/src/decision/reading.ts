/** Telemetry readings: flat maps of named numbers, texts and flags, checked at the edge. */
import { EntrainError } from "@entrain/kernel";

/** One value of a reading. */
export type ReadingValue = number | string | boolean;

/** One reading, e.g. `{ temperature: 85, subject: "rack-7" }`; `subject` says whom it is about. */
export type Reading = Readonly<Record<string, ReadingValue>>;

const namePattern = /^[a-z][A-Za-z0-9_]{0,62}$/;
const fieldsMax = 64;
const textMax = 256;

/**
 * Returns `candidate` as a reading.
 * @throws EntrainError `invalid-argument` that names the field (as `telemetry.<name>`), its value and the remedy.
 */
export function checkReading(candidate: unknown, path = "telemetry"): Reading {
  if (typeof candidate !== "object" || candidate === null || Array.isArray(candidate))
    throw EntrainError.invalid(path, candidate, "give an object of named readings");
  const entries = Object.entries(candidate);
  if (entries.length === 0) throw EntrainError.invalid(path, "{}", "give at least one reading");
  if (entries.length > fieldsMax)
    throw EntrainError.invalid(path, `${entries.length} fields`, `give at most ${fieldsMax}`);
  const reading: Record<string, ReadingValue> = {};
  for (const [name, value] of entries) {
    const field = `${path}.${name}`;
    if (!namePattern.test(name))
      throw EntrainError.invalid(field, name, "name a reading with a lower-case letter, then letters, digits or '_'");
    reading[name] = checkValue(field, value);
  }
  const { subject } = reading;
  if (subject !== undefined && (typeof subject !== "string" || !/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/.test(subject)))
    throw EntrainError.invalid(
      `${path}.subject`,
      subject,
      "name whom it is about with letters, digits, '.', '_', ':' or '-'",
    );
  return reading;
}

/**
 * Returns the reading, and refuses one that holds something else where the rules take a field for a number: they would err on it, and what
 * errs does not match, so that an incident would pass for none.
 * @throws EntrainError `invalid-argument` that names the field (as `telemetry.<name>`), its value and the remedy.
 */
export function checkNumbers(reading: Reading, numberFields: ReadonlySet<string>): Reading {
  for (const [name, value] of Object.entries(reading))
    if (numberFields.has(name) && typeof value !== "number")
      throw EntrainError.invalid(
        `telemetry.${name}`,
        value,
        "give a number, without quotes: the rules take it for one",
      );
  return reading;
}

function checkValue(field: string, value: unknown): ReadingValue {
  if (typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "string" && value.length <= textMax) return value;
  if (typeof value === "string")
    throw EntrainError.invalid(field, `${value.length} characters`, `shorten it to ${textMax}`);
  throw EntrainError.invalid(field, value, "give a finite number, a text or true/false");
}
