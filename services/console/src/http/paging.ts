/**
 * Pages of lists. A cursor is opaque to callers; inside it is a little JSON, base64url, checked when it comes back.
 */
import { EntrainError } from "@entrain/kernel";
import type { PagingQuery } from "../contract/requests.ts";

const limitDefault = 100;

/** The page's size that a query asks for. */
export function limitOf(query: PagingQuery): number {
  return query.limit ?? limitDefault;
}

/** A cursor that holds `place`. */
export function encodeCursor(place: Readonly<Record<string, string>>): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

/**
 * What a cursor holds; undefined where the query has none.
 * @throws EntrainError `invalid-argument` for anything that `encodeCursor` did not make
 */
export function decodeCursor(query: PagingQuery): Readonly<Record<string, string>> | undefined {
  if (query.cursor === undefined) return undefined;
  try {
    const place: unknown = JSON.parse(Buffer.from(query.cursor, "base64url").toString());
    if (isPlace(place)) return place;
  } catch {
    // Said below.
  }
  throw EntrainError.invalid("/cursor", query.cursor, "give the `next` of the page before, or none");
}

function isPlace(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((member) => typeof member === "string")
  );
}
