/**
 * Items and results of a fleet's call as text: each contribution's own part, values as JSON, errors by code and message.
 * What cannot be told fails its item, or its contribution, alone: the call has been made, and for the others it went well.
 */
import { EntrainError, type ErrorCode } from "@entrain/kernel";
import type { Contribution } from "@entrain/ports";

type Told =
  | { readonly value: unknown }
  /** `calls`: the call of all failed, after so many attempts; without it, the upstream answered that for this item. */
  | { readonly error: string; readonly code: ErrorCode; readonly calls?: number };

/** Bytes of one contribution's outcome: less than the store takes of one. */
const textBytesMax = 1_000_000;

/** The items of a contribution; an error for one that does not hold the items that it says. */
export function itemsFrom({ text, count }: Contribution): readonly unknown[] | EntrainError {
  try {
    const items: unknown = JSON.parse(text);
    if (Array.isArray(items) && items.length === count) return items as readonly unknown[];
  } catch {
    // No JSON at all is as wrong as another list.
  }
  return new EntrainError("invalid-argument", `a batch is no JSON list of the ${count} items that it says`, {
    field: "items",
  });
}

/** The outcome of a contribution that the upstream answered. */
export function answeredText(results: readonly unknown[]): string {
  const text = `[${results.map(answerText).join(",")}]`;
  const bytes = new TextEncoder().encode(text).length;
  if (bytes <= textBytesMax) return text;
  const sentence = `the results are ${bytes} bytes: stay within ${textBytesMax} for one agent in one beat`;
  return refusedText(results.length, new EntrainError("resource-exhausted", sentence, { field: "results" }));
}

/** The outcome of a contribution of `count` items that were not sent, or, after `calls` attempts, sent in vain. */
export function refusedText(count: number, error: Error, calls?: number): string {
  const { code, message } = EntrainError.from(error);
  const told: Told = { error: message, code, ...(calls === undefined ? {} : { calls }) };
  return JSON.stringify(Array.from({ length: count }, () => told));
}

/** One result; nothing at all is told as null. */
function answerText(result: unknown): string {
  const failed = (error: Error): string => refusedText(1, error).slice(1, -1);
  if (result instanceof Error) return failed(result);
  try {
    return `{"value":${(JSON.stringify(result) as string | undefined) ?? "null"}}`;
  } catch (thrown) {
    const remedy = `answer JSON: ${EntrainError.from(thrown).message}`;
    return failed(new EntrainError("invalid-argument", `a result cannot be told to its agent: ${remedy}`));
  }
}

/** What one contribution was told. */
export interface ToldResults {
  readonly results: readonly unknown[];
  /** Attempts of the call, where it failed for all. */
  readonly failedCalls: number | undefined;
}

/** The results of one contribution. @throws EntrainError `internal` for a text of another length */
export function resultsFrom(name: string, text: string, count: number): ToldResults {
  const told = JSON.parse(text) as readonly Told[];
  if (told.length !== count)
    throw new EntrainError("internal", `the call of ${name} told ${told.length} results for ${count} items`);
  const [first] = told;
  return {
    results: told.map((one) => ("error" in one ? new EntrainError(one.code, one.error) : one.value)),
    failedCalls: first !== undefined && "error" in first ? first.calls : undefined,
  };
}
