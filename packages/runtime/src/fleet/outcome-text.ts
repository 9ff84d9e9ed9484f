/** Results of a fleet's call as text: each contribution's own part, values as JSON, errors by code and message. */
import { EntrainError, type ErrorCode } from "@entrain/kernel";
import type { Contribution } from "@entrain/ports";

type Told = { readonly value: unknown } | { readonly error: string; readonly code: ErrorCode };

/** The texts, one a contribution, of results in the order of all items. */
export function outcomesOf(contributions: readonly Contribution[], results: readonly unknown[]): readonly string[] {
  let from = 0;
  return contributions.map(({ count }) => {
    const own = results.slice(from, from + count);
    from += count;
    return JSON.stringify(own.map(toldOf));
  });
}

function toldOf(result: unknown): Told {
  if (!(result instanceof Error)) return { value: result ?? null };
  const { code, message } = EntrainError.from(result);
  return { error: message, code };
}

/** The results of one contribution; a text of another length is everyone's error. */
export function resultsFrom(name: string, text: string, count: number): readonly unknown[] {
  const told = JSON.parse(text) as readonly Told[];
  if (told.length !== count)
    throw new EntrainError("internal", `the call of ${name} told ${told.length} results for ${count} items`);
  return told.map((one) => ("error" in one ? new EntrainError(one.code, one.error) : one.value));
}
