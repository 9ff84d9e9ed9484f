/**
 * Values against JSON Schemas, by ajv. A schema comes out of the shared document, so what a check may cost is bounded: its
 * size, no references beyond itself, and no regular expressions, which run on a backtracking engine.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { canonicalJson, EntrainError, type Json } from "@entrain/kernel";
import { formatPointer } from "@entrain/core/context";

/** Characters of one schema's JSON text. */
const schemaCharactersMax = 32_768;
/** Compiled schemas that are remembered. */
const rememberedMax = 200;
const refusedKeywords: ReadonlySet<string> = new Set(["pattern", "patternProperties", "format", "$id", "$schema"]);

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
    refuseKeywords(schema, pointer);
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

function refuseKeywords(schema: unknown, pointer: string): void {
  if (typeof schema !== "object" || schema === null) return;
  for (const [name, member] of Object.entries(schema)) {
    const place = `${pointer}${formatPointer([name])}`;
    if (!Array.isArray(schema) && refusedKeywords.has(name) && typeof member !== "boolean" && !isSchemaLike(member))
      throw EntrainError.invalid(place, member, "this keyword is not allowed here: enum, const and lengths are");
    if (name === "$ref" && typeof member === "string" && !member.startsWith("#"))
      throw EntrainError.invalid(place, member, "refer to nothing outside the schema");
    refuseKeywords(member, place);
  }
}

/** A property that is merely called like a keyword has a schema, an object with keywords of its own, as its value. */
function isSchemaLike(member: unknown): boolean {
  return typeof member === "object" && member !== null && !Array.isArray(member) && "type" in member;
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
