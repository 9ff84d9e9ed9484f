/** Which schemas out of the shared document are taken: none may make a check run for ever, or not at all. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { createSchemaChecker } from "./schema-checker.ts";

const evil = "^(a+)+$";

function fieldOf(schema: unknown): string | undefined {
  try {
    createSchemaChecker().checkSchema("/s", schema);
    return undefined;
  } catch (thrown) {
    const { code, field } = EntrainError.from(thrown);
    assert.equal(code, "invalid-argument");
    return field;
  }
}

test("no regular expression gets into a schema, whatever stands beside it or leads to it", () => {
  const hidden = { pattern: evil };
  const table: [unknown, string][] = [
    [{ patternProperties: { type: {}, [evil]: {} } }, "/s/patternProperties"],
    [{ pattern: { type: evil } }, "/s/pattern"],
    [{ format: "email" }, "/s/format"],
    [{ properties: { a: hidden } }, "/s/properties/a/pattern"],
    [{ properties: { properties: { properties: { a: hidden } } } }, "/s/properties/properties/properties/a/pattern"],
    [{ definitions: { enum: hidden } }, "/s/definitions/enum/pattern"],
    [{ dependencies: { a: ["b"], c: hidden } }, "/s/dependencies/c/pattern"],
    [{ items: [true, hidden] }, "/s/items/1/pattern"],
    [{ items: hidden }, "/s/items/pattern"],
    [{ not: { anyOf: [{ if: { propertyNames: hidden } }] } }, "/s/not/anyOf/0/if/propertyNames/pattern"],
    [{ enum: [hidden], properties: { a: { $ref: "#/enum/0" } } }, "/s/properties/a/$ref"],
    [{ mine: hidden, properties: { a: { $ref: "#/mine" } } }, "/s/properties/a/$ref"],
    [{ properties: { "%61": true, a: { $ref: "#/properties/%61" } } }, "/s/properties/a/$ref"],
    [{ mine: { deep: { $id: "", ...hidden } }, properties: { a: { $ref: "#" } } }, "/s/mine/deep/$id"],
    [{ mine: { $anchor: "x", ...hidden }, properties: { a: { $ref: "#x" } } }, "/s/mine/$anchor"],
    [{ $ref: "https://example.org/x" }, "/s/$ref"],
    [{ $async: true, type: "object" }, "/s/$async"],
  ];
  for (const [schema, field] of table) assert.equal(fieldOf(schema), field, JSON.stringify(schema));
});

test("what is merely called like a keyword is none: properties, definitions, values, and what nobody knows", () => {
  for (const schema of [
    { properties: { pattern: { enum: ["a"] }, format: true, $id: {}, patternProperties: { minimum: 1 } } },
    { definitions: { format: { type: "string" } }, properties: { a: { $ref: "#/definitions/format" } } },
    { $defs: { yes: true }, properties: { next: { $ref: "#" }, yes: { $ref: "#/$defs/yes" } } },
    { enum: [{ pattern: evil, $id: "x" }], const: { format: 1 }, default: { $schema: 1 }, examples: [{ pattern: 1 }] },
    { dependencies: { pattern: ["format"] } },
    { "x-note": { pattern: "of thought" } },
  ])
    assert.equal(fieldOf(schema), undefined, JSON.stringify(schema));
});

test("a recursive schema checks values as deep as they go", () => {
  const tree = { properties: { name: { type: "string" }, children: { items: { $ref: "#" } } } };
  const checker = createSchemaChecker();
  checker.check("/s", tree, { name: "a", children: [{ name: "b", children: [] }] });
  assert.throws(() => {
    checker.check("/s", tree, { name: "a", children: [{ children: [{ name: 1 }] }] });
  }, /\/s\/children\/0\/children\/0\/name/);
});
