/** What the headers of a change say: of which version it was made (RFC 9110, If-Match), whose it is, and its id. */
import type { FastifyRequest } from "fastify";
import { EntrainError } from "@entrain/kernel";
import type { ChangeRequest } from "@entrain/ports";

/** The headers of a change, for its description. */
export const changeHeadersSchema = {
  type: "object",
  properties: {
    "if-match": { type: "string", description: 'The present version as ETag, `"7"`; `*` for whatever it is.' },
    "idempotency-key": { type: "string", description: "The same key with the same change is carried out once." },
    "x-entrain-author": {
      type: "string",
      description:
        "Who changes it (default: the caller's address); with a token it is the token's name, whatever is here.",
    },
    "x-entrain-reason": { type: "string", description: "Why." },
  },
} as const;

/**
 * The request behind the headers; undefined where they name no version.
 * @throws EntrainError `invalid-argument` for an If-Match that is no version
 */
export function changeRequestOf({ headers, ip, caller }: FastifyRequest): ChangeRequest | undefined {
  const ifMatch = headers["if-match"];
  if (ifMatch === undefined) return undefined;
  const author = caller?.name ?? text(headers["x-entrain-author"]) ?? ip;
  const note = { author, reason: text(headers["x-entrain-reason"]) ?? "" };
  const request = { ...note, requestId: text(headers["idempotency-key"]) };
  if (ifMatch.trim() === "*") return request;
  const version = /^\s*"?(\d{1,16})"?\s*$/.exec(ifMatch)?.[1];
  if (version === undefined)
    throw EntrainError.invalid("If-Match", ifMatch, 'give the version as ETag, for example "7"');
  return { ...request, baseVersion: Number(version) };
}

function text(header: string | readonly string[] | undefined): string | undefined {
  const value = typeof header === "string" ? header : header?.join(", ");
  return value === "" ? undefined : value;
}
