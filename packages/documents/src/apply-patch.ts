/**
 * What a patch makes of a document: RFC 7396 by the RFC's own ten lines, RFC 6902 by `rfc6902` (why: docs/adr/0005-document-patches.md).
 * All or nothing (RFC 5789): the given document is never touched, and one operation that fails fails the patch.
 */
import { applyPatch as applyOperations, type Operation } from "rfc6902";
import { EntrainError, type Json } from "@entrain/kernel";
import { formatPointer, parsePointer, type SharedDocument } from "@entrain/core/context";

/** Operations in one JSON Patch. */
const operationsMax = 1_000;
/** Names that `rfc6902` steps over rather than into. */
const steppedOver: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/**
 * The document that a merge patch makes (RFC 7396, section 2).
 * @throws EntrainError `invalid-argument` for a patch that is no object: the document would no longer be one.
 */
export function applyMergePatch(document: SharedDocument, patch: Json): SharedDocument {
  if (!isObject(patch)) throw EntrainError.invalid("", patch, "a merge patch of the document is an object of sections");
  return merged(document, patch);
}

/**
 * The document that a JSON Patch makes (RFC 6902).
 * @throws EntrainError `invalid-argument` that points to the operation (`/3/path`) or to the place in the document.
 */
export function applyJsonPatch(document: SharedDocument, patch: Json): SharedDocument {
  const operations = checkOperations(patch);
  const target = { document: structuredClone(document) as Json };
  for (const [index, operation] of operations.entries()) {
    // Below a member of our own, so that an operation may replace the whole document.
    const [failure] = applyOperations(target, [structuredClone(inside(operation))]);
    if (failure !== null && failure !== undefined) throw operationFailure(operation, index, failure);
  }
  if (isObject(target.document)) return target.document;
  throw EntrainError.invalid("", target.document, "the document is an object of sections");
}

type CheckedOperation = Operation & { readonly path: string };

function merged(target: Json | undefined, patch: Json): SharedDocument {
  const made = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch as SharedDocument))
    if (value === null) made.delete(name);
    else made.set(name, isObject(value) ? merged(made.get(name), value) : value);
  return Object.fromEntries(made);
}

function checkOperations(patch: Json): readonly CheckedOperation[] {
  if (!Array.isArray(patch)) throw EntrainError.invalid("", patch, "a JSON Patch is a list of operations");
  if (patch.length > operationsMax)
    throw EntrainError.invalid("", `${patch.length} operations`, `send at most ${operationsMax}`);
  return patch.map((operation: Json, index) => checkOperation(operation, index));
}

function checkOperation(operation: Json, index: number): CheckedOperation {
  if (!isObject(operation)) throw EntrainError.invalid(`/${index}`, operation, "an operation is an object");
  const { op } = operation;
  const field = (name: string): string => formatPointer([index, name]);
  if (!["add", "remove", "replace", "move", "copy", "test"].includes(op as string))
    throw EntrainError.invalid(field("op"), op, "choose add, remove, replace, move, copy or test");
  for (const name of op === "move" || op === "copy" ? ["path", "from"] : ["path"]) {
    const pointer = operation[name];
    if (typeof pointer !== "string") throw EntrainError.invalid(field(name), pointer, "give a JSON Pointer");
    const other = parsePointer(field(name), pointer).find((part) => steppedOver.has(part));
    if (other !== undefined) throw EntrainError.invalid(field(name), pointer, "a JSON Patch cannot go there");
  }
  if ((op === "add" || op === "replace" || op === "test") && operation["value"] === undefined)
    throw EntrainError.invalid(field("value"), undefined, `${op} needs a value`);
  const checked = operation as unknown as CheckedOperation;
  if (checked.op === "move" && checked.path.startsWith(`${checked.from}/`))
    throw EntrainError.invalid(field("from"), checked.from, "nothing can be moved into itself");
  return checked;
}

function inside(operation: CheckedOperation): Operation {
  const from = "from" in operation ? { from: `/document${operation.from}` } : {};
  return { ...operation, path: `/document${operation.path}`, ...from };
}

function operationFailure(operation: CheckedOperation, index: number, failure: Error): EntrainError {
  const said =
    failure.name === "TestError"
      ? "the value there is another one"
      : failure.name === "MissingError"
        ? "there is no such place"
        : failure.message;
  const fromIsMissing =
    "from" in operation && failure.name === "MissingError" && failure.message.endsWith(`/document${operation.from}`);
  const place = fromIsMissing ? operation.from : operation.path;
  const message = `operation ${index} (${operation.op} at ${JSON.stringify(place)}) failed: ${said}`;
  return new EntrainError("invalid-argument", message, { field: place, value: index, remedy: said });
}

function isObject(value: Json | undefined): value is SharedDocument {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
