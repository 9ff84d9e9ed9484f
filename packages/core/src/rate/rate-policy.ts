/**
 * What the shared document's policy says of rates: `/policy/resource/rates/<name>/perSecond`. It counts instead of what the
 * processes were written with, from each holder's next refresh on; what it does not name is as they say.
 */
import { rateLimits } from "./rate-table.ts";

/** The fleet's rate, thousandths per second; undefined where the policy does not name it. */
export function policedLimitMilli(document: Readonly<Record<string, unknown>>, rate: string): number | undefined {
  const rates = memberOf(memberOf(document["policy"], "resource"), "rates");
  const perSecond = memberOf(memberOf(rates, rate), "perSecond");
  const { least, most } = rateLimits.perSecond;
  // The document's rules refuse anything else; one that was written past them changes nothing.
  const isRate = typeof perSecond === "number" && perSecond >= least && perSecond <= most;
  return isRate ? Math.floor(perSecond * 1_000) : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
