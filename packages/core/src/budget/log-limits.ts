/** How long the log of the budgets is: data of the shared document's policy. */

/** Bounds, and what holds where the policy does not say. */
export const budgetLogLimits = {
  /** Entries that are kept for people; the store drops what is older than `most` by itself. */
  entries: { usual: 50_000, least: 1_000, most: 200_000 },
  /** A checkpoint is due after this share of the entries that are kept. */
  checkpointShare: 0.2,
} as const;

/** What `/policy/history/budgetEntriesMax` of the document says. */
export function budgetEntriesMax(document: Readonly<Record<string, unknown>>): number {
  const { usual, least, most } = budgetLogLimits.entries;
  const said = memberOf(memberOf(document["policy"], "history"), "budgetEntriesMax");
  return typeof said === "number" && Number.isSafeInteger(said) ? Math.min(Math.max(said, least), most) : usual;
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
