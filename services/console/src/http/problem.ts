/**
 * Errors as RFC 9457 problem details: one place that says which status an error has. What a caller can correct says where
 * (`pointer`); what is a defect of ours says nothing of its inside, and is logged instead.
 */
import { STATUS_CODES } from "node:http";
import type { FastifyError, FastifyReply } from "fastify";
import { EntrainError, type ErrorCode } from "@entrain/kernel";
import type { Problem } from "../contract/requests.ts";

const statusOf: Readonly<Record<ErrorCode, number>> = {
  "invalid-argument": 422,
  "invalid-config": 500,
  "not-found": 404,
  "already-exists": 409,
  conflict: 409,
  compacted: 410,
  "stale-term": 409,
  "stale-generation": 503,
  recovering: 503,
  superseded: 409,
  "store-unavailable": 503,
  unavailable: 503,
  "deadline-exceeded": 503,
  "resource-exhausted": 429,
  "permission-denied": 403,
  cancelled: 503,
  internal: 500,
};

/** Fastify's own refusals, in our words. */
const refusals: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "send the body as application/json, or as the media type that this route describes",
  FST_ERR_CTP_BODY_TOO_LARGE: "the body is larger than 65,536 bytes",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "the body is not as long as Content-Length says",
  FST_ERR_CTP_INVALID_JSON_BODY: "the body is no JSON",
  FST_ERR_BAD_URL: "the path is no URL path: check its percent-encoding",
};

/** A problem of `status`. */
export function problem(status: number, detail: string, more: Partial<Problem> = {}): Problem {
  return { type: "about:blank", title: STATUS_CODES[status] ?? "Error", status, detail, ...more };
}

/** What anything thrown by a route, a hook or the framework tells the caller. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof EntrainError) return problemOfEntrain(thrown);
  if (!isFastifyError(thrown)) return problem(500, "a defect of the console: see its log", { code: "internal" });
  if (thrown.validation !== undefined) return problemOfValidation(thrown);
  const status = thrown.statusCode ?? 500;
  if (status >= 500) return problem(500, "a defect of the console: see its log", { code: "internal" });
  return problem(status, refusals[thrown.code] ?? thrown.message);
}

/** Answers with a problem; with `Retry-After` where trying again may help. */
export function sendProblem(reply: Pick<FastifyReply, "raw" | "code" | "header" | "type" | "send">, said: Problem) {
  if (said.status === 503 || said.status === 429) void reply.header("retry-after", "1");
  return reply.code(said.status).type("application/problem+json").send(said);
}

/** A JSON Pointer (RFC 6901) to a member. */
export function pointerTo(...names: readonly string[]): string {
  return names.map((name) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function problemOfEntrain(error: EntrainError): Problem {
  const status = statusOf[error.code];
  if (status === 500) return problem(500, "a defect of the console: see its log", { code: error.code });
  const { field, position, value, nearest } = error;
  const isPointer = error.code === "invalid-argument" && (field === "" || field?.startsWith("/") === true);
  return problem(status, error.message, {
    code: error.code,
    ...(isPointer ? { pointer: field } : {}),
    ...position,
    ...(isPointer && nearest !== undefined ? { nearest: nearest as NonNullable<Problem["nearest"]> } : {}),
    ...(error.code === "compacted" && typeof value === "number" ? { oldestVersion: value } : {}),
  });
}

function problemOfValidation({ validation, validationContext }: FastifyError): Problem {
  const [first] = validation ?? [];
  const place = validationContext === "querystring" ? "the query" : "the body";
  if (first === undefined) return problem(422, `${place} is not as described`, { code: "invalid-argument" });
  const { missingProperty, additionalProperty } = first.params as Readonly<Record<string, unknown>>;
  const member = [missingProperty, additionalProperty].find((name) => typeof name === "string");
  const pointer = `${first.instancePath}${member === undefined ? "" : pointerTo(member)}`;
  const where = pointer === "" ? place : `${pointer} in ${place}`;
  const detail =
    missingProperty !== undefined
      ? `${where} is missing`
      : additionalProperty !== undefined
        ? `${where} is no known field`
        : EntrainError.invalid(where, foundBy(first), first.message ?? "it is not as described").message;
  return problem(422, detail, { code: "invalid-argument", pointer });
}

/** Ajv's findings hold the value, which Fastify's type of them does not know. */
function foundBy(finding: object): unknown {
  return "data" in finding ? finding.data : undefined;
}

function isFastifyError(thrown: unknown): thrown is FastifyError {
  return thrown instanceof Error && ("statusCode" in thrown || "validation" in thrown);
}
