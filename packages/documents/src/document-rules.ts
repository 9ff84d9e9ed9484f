/**
 * The rules of the shared document: what a patch makes of it, and whether that may be written. Checked are the limits, and
 * of each section that changed (or whose schema did) the built-in schema, the swarm's own, and the decision policy,
 * which must compile: a policy that nobody could use is refused where it is written.
 */
import { EntrainError, type Json } from "@entrain/kernel";
import { budgetPoliciesPointer, checkBudgetPolicies } from "@entrain/core/budget";
import { checkDocument, parsePointer, type Change, type SharedDocument } from "@entrain/core/context";
import { checkRolePolicy } from "@entrain/core/membership";
import type { DocumentRules, PolicyCompiler } from "@entrain/ports";
import { applyJsonPatch, applyMergePatch } from "./apply-patch.ts";
import { createSchemaChecker, type SchemaChecker } from "./schema-checker.ts";
import { sectionSchemas } from "./section-schemas.ts";

/** The rules; `compile` says whether a decision policy can be taken into use. */
export function createDocumentRules(options: { readonly compile: PolicyCompiler }): DocumentRules {
  const schemas = createSchemaChecker();
  return {
    apply(document, patch) {
      return patch.kind === "merge" ? applyMergePatch(document, patch.patch) : applyJsonPatch(document, patch.patch);
    },
    check(document, changes) {
      const text = checkDocument(document);
      const changed = new Set(changes.map(({ pointer }) => parsePointer("pointer", pointer)[0] ?? ""));
      checkSections(schemas, document, changes, changed);
      if (concernsDecisions(document, changes)) checkPolicy(options.compile, document);
      const budgets = memberOf(memberOf(document["policy"], "resource"), "budgets");
      if (budgets !== undefined && changes.some(({ pointer }) => touches(pointer, budgetPoliciesPointer)))
        checkBudgets(budgets);
      const roles = memberOf(document["policy"], "roles");
      if (roles !== undefined && changes.some(({ pointer }) => touches(pointer, "/policy/roles"))) checkRoles(roles);
      return text;
    },
  };
}

function checkSections(
  schemas: SchemaChecker,
  document: SharedDocument,
  changes: readonly Change[],
  changed: ReadonlySet<string>,
): void {
  for (const [section, value] of Object.entries(document))
    if (changed.has(section) && Object.hasOwn(sectionSchemas, section))
      schemas.check(`/${section}`, sectionSchemas[section], value);
  const own = memberOf(document["metadata"], "schemas");
  if (typeof own !== "object" || own === null) return;
  for (const [section, schema] of Object.entries(own)) {
    const pointer = `/metadata/schemas/${section.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const value = Object.hasOwn(document, section) ? document[section] : undefined;
    const isNew = changes.some((change) => touches(change.pointer, pointer));
    if (isNew) schemas.checkSchema(pointer, schema);
    if (value !== undefined && (isNew || changed.has(section)))
      schemas.check(`/${section.replaceAll("~", "~0").replaceAll("/", "~1")}`, schema, value);
  }
}

/** True where the decision policy is new, changed or taken away; a document may go without one that never had one. */
function concernsDecisions(document: SharedDocument, changes: readonly Change[]): boolean {
  const concerning = changes.filter(({ pointer }) => touches(pointer, "/policy/decision"));
  if (concerning.length === 0 || memberOf(document["policy"], "decision") !== undefined) return concerning.length > 0;
  return concerning.some(
    (change) =>
      change.kind !== "added" && (change.pointer !== "/policy" || memberOf(change.before, "decision") !== undefined),
  );
}

/** Compiles the policy; what is wrong is told by a JSON Pointer, and in a rule's text by line and column. */
function checkPolicy(compile: PolicyCompiler, document: SharedDocument): void {
  tellByPointer(
    () => compile(memberOf(document["policy"], "decision")),
    (field) => `/policy/decision${pointerOf(field.replace(/^policy/, ""))}`,
  );
}

function checkBudgets(budgets: Json): void {
  tellByPointer(
    () => checkBudgetPolicies(budgets),
    (field) => (field === "" ? budgetPoliciesPointer : `${budgetPoliciesPointer}/${field}`),
  );
}

function checkRoles(roles: Json): void {
  tellByPointer(() => checkRolePolicy(roles), pointerOf);
}

/** Names the place of what is wrong by a JSON Pointer, where the check names a field. */
function tellByPointer(check: () => unknown, toPointer: (field: string) => string): void {
  try {
    check();
  } catch (thrown) {
    const error = EntrainError.from(thrown);
    if (error.code !== "invalid-argument" || error.field === undefined) throw thrown;
    const { message, value, remedy, position } = error;
    throw new EntrainError("invalid-argument", message, {
      field: toPointer(error.field),
      value,
      ...(remedy === undefined ? {} : { remedy }),
      ...(position === undefined ? {} : { position }),
      cause: thrown,
    });
  }
}

/** `policy.rules[3].when` is `/policy/rules/3/when`. */
function pointerOf(field: string): string {
  const parts = field.split(/[.[\]]+/).filter((part) => part !== "");
  return parts.map((part) => `/${part}`).join("");
}

/** True where a change at `pointer` is at the place, above it or below it. */
function touches(pointer: string, place: string): boolean {
  return `${place}/`.startsWith(`${pointer}/`) || `${pointer}/`.startsWith(`${place}/`);
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
    return undefined;
  return (value as SharedDocument)[name];
}
