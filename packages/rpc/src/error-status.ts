/**
 * Errors across the wire: one table of EntrainError codes and gRPC statuses, both ways. Several codes share a status, so
 * the code itself travels in the trailing metadata, with the field, the remedy, and the value where it is a number; a peer that sends none (another
 * implementation, or gRPC itself) is understood by its status alone.
 */
import { Metadata, status as Status, type ServiceError, type StatusObject } from "@grpc/grpc-js";
import { EntrainError, type ErrorCode } from "@entrain/kernel";

const statusOfCode: Readonly<Record<ErrorCode, Status>> = {
  "invalid-argument": Status.INVALID_ARGUMENT,
  "invalid-config": Status.FAILED_PRECONDITION,
  "not-found": Status.NOT_FOUND,
  "already-exists": Status.ALREADY_EXISTS,
  conflict: Status.ABORTED,
  compacted: Status.OUT_OF_RANGE,
  "stale-term": Status.FAILED_PRECONDITION,
  "stale-generation": Status.ABORTED,
  recovering: Status.UNAVAILABLE,
  superseded: Status.FAILED_PRECONDITION,
  "store-unavailable": Status.UNAVAILABLE,
  unavailable: Status.UNAVAILABLE,
  "deadline-exceeded": Status.DEADLINE_EXCEEDED,
  "resource-exhausted": Status.RESOURCE_EXHAUSTED,
  "permission-denied": Status.PERMISSION_DENIED,
  cancelled: Status.CANCELLED,
  internal: Status.INTERNAL,
};

const codeOfStatus: Readonly<Partial<Record<Status, ErrorCode>>> = {
  [Status.CANCELLED]: "cancelled",
  [Status.INVALID_ARGUMENT]: "invalid-argument",
  [Status.OUT_OF_RANGE]: "compacted",
  [Status.DEADLINE_EXCEEDED]: "deadline-exceeded",
  [Status.NOT_FOUND]: "not-found",
  [Status.ALREADY_EXISTS]: "already-exists",
  [Status.PERMISSION_DENIED]: "permission-denied",
  [Status.UNAUTHENTICATED]: "permission-denied",
  [Status.RESOURCE_EXHAUSTED]: "resource-exhausted",
  [Status.FAILED_PRECONDITION]: "invalid-config",
  [Status.ABORTED]: "conflict",
  // The service is not offered there: another address may offer it.
  [Status.UNIMPLEMENTED]: "unavailable",
  [Status.UNAVAILABLE]: "unavailable",
};

const codeKey = "entrain-code";
const fieldKey = "entrain-field";
const remedyKey = "entrain-remedy";
const valueKey = "entrain-value";

/** gRPC ends its own words with a heading under which mostly nothing is said. */
const emptyNote = /\. Resolution note:\s*$/;

/** Longest sentence that is put on the wire, characters: trailers are headers, and headers are small. */
const sentenceMax = 1_024;

/** Anything that was thrown, as the status that ends a call. */
export function statusOfError(thrown: unknown): StatusObject {
  const error = EntrainError.from(thrown);
  const metadata = new Metadata();
  metadata.set(codeKey, error.code);
  if (error.field !== undefined) metadata.set(fieldKey, encoded(error.field));
  if (error.remedy !== undefined) metadata.set(remedyKey, encoded(error.remedy));
  // Numbers alone: the present version of a conflict, the oldest of a compaction. A text may be long, or a secret.
  if (typeof error.value === "number") metadata.set(valueKey, String(error.value));
  return { code: statusOfCode[error.code], details: sentence(error.message), metadata };
}

/** What a call failed with, as an error; `address` says whom it was that was called. */
export function errorOfStatus(failure: ServiceError | StatusObject, address: string): EntrainError {
  const code = codeIn(failure.metadata) ?? codeOfStatus[failure.code] ?? "internal";
  const field = decoded(failure.metadata, fieldKey);
  const remedy = decoded(failure.metadata, remedyKey);
  const value = first(failure.metadata, valueKey);
  return new EntrainError(code, `${address}: ${failure.details.replace(emptyNote, "")}`, {
    ...(field === undefined ? {} : { field }),
    ...(remedy === undefined ? {} : { remedy }),
    ...(value === undefined ? {} : { value: Number(value) }),
    ...(failure instanceof Error ? { cause: failure } : {}),
  });
}

function codeIn(metadata: Metadata): ErrorCode | undefined {
  const text = first(metadata, codeKey);
  return text !== undefined && isCode(text) ? text : undefined;
}

function isCode(text: string): text is ErrorCode {
  return Object.hasOwn(statusOfCode, text);
}

/** gRPC percent-encodes the message and throws on half a surrogate pair. */
function sentence(message: string): string {
  return message.slice(0, sentenceMax).toWellFormed();
}

function encoded(value: string): string {
  return encodeURIComponent(sentence(value));
}

function decoded(metadata: Metadata, key: string): string | undefined {
  const value = first(metadata, key);
  if (value === undefined) return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function first(metadata: Metadata, key: string): string | undefined {
  const [value] = metadata.get(key);
  return typeof value === "string" ? value : undefined;
}
