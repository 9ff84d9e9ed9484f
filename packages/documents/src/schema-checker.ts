/**
 * Values against JSON Schemas, by ajv. A schema comes out of the shared document, so what a check may cost is bounded: its
 * size, no references beyond itself, and no regular expressions (refuse-keywords.ts).
 */
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { canonicalJson, EntrainError, type Json } from "@entrain/kernel";
import { formatPointer } from "@entrain/core/context";
import { refuseKeywords } from "./refuse-keywords.ts";

/** Characters of one schema's JSON text. */
const schemaCharactersMax = 32_768;
/** Compiled schemas that are remembered. */
const rememberedMax = 200;

/** Checks values. */
export interface SchemaChecker {
  /** Refuses a schema that cannot be used. @throws EntrainError `invalid-argument` that points to it. */
  checkSchema(pointer: string, schema: unknown): void;
  /** Refuses a value that breaks the schema. @throws EntrainError `invalid-argument` that points into the value. */
  check(pointer: string, schema: unknown, value: Json): void;
}

/** A checker with a memory of compiled schemas. */
export function createSchemaChecker(): SchemaChecker {
  const compiled = new Map<string, ValidateFunction>();

  function validatorOf(pointer: string, schema: unknown): ValidateFunction {
    const text = canonicalJson(schema);
    const known = compiled.get(text);
    if (known !== undefined) return known;
    if (text.length > schemaCharactersMax)
      throw EntrainError.invalid(
        pointer,
        `a schema of ${text.length} characters`,
        `write at most ${schemaCharactersMax}`,
      );
    refuseKeywords(pointer, schema);
    const validator = compile(pointer, schema);
    if (compiled.size >= rememberedMax) compiled.delete(compiled.keys().next().value ?? "");
    compiled.set(text, validator);
    return validator;
  }

  return {
    checkSchema: (pointer, schema) => void validatorOf(pointer, schema),
    check(pointer, schema, value) {
      const validator = validatorOf(pointer, schema);
      if (validator(value)) return;
      const [first] = validator.errors ?? [];
      if (first !== undefined) throw brokenSchema(pointer, first);
    },
  };
}

function compile(pointer: string, schema: unknown): ValidateFunction {
  try {
    // A fresh one each time: it would keep every schema that it has ever seen.
    return new Ajv({ strict: false, validateFormats: false, allowUnionTypes: true }).compile(schema as object);
  } catch (thrown) {
    throw EntrainError.invalid(
      pointer,
      schema,
      `it is no JSON Schema (draft-07): ${EntrainError.from(thrown).message}`,
    );
  }
}

function brokenSchema(pointer: string, { instancePath, message, params }: ErrorObject): EntrainError {
  const { missingProperty, additionalProperty } = params as Readonly<Record<string, unknown>>;
  const member = [missingProperty, additionalProperty].find((name) => typeof name === "string");
  const place = `${pointer}${instancePath}${member === undefined ? "" : formatPointer([member])}`;
  const said =
    missingProperty !== undefined
      ? "it is missing"
      : additionalProperty !== undefined
        ? "it is no known member"
        : (message ?? "it breaks the schema");
  return new EntrainError("invalid-argument", `${place}: ${said}`, { field: place, remedy: said });
}
