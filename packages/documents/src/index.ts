/** Documents: patches and rules of the shared document. */
export { createDocumentRules } from "./document-rules.ts";
export { createSchemaChecker, type SchemaChecker } from "./schema-checker.ts";
