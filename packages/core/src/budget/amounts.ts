/** Amounts of resources: whole numbers by name. Sums of fractions drift, and a ledger must not. */
import { EntrainError } from "@entrain/kernel";

/** Amount by resource, each a whole number from 0. */
export type Amounts = Readonly<Record<string, number>>;

/**
 * What becomes of a resource that is handed out: a reusable one (memory, concurrency) comes back, a consumable one
 * (credits, tokens) is gone when it is used, and presumed used when its holder vanishes.
 */
export type ResourceKind = "reusable" | "consumable";

/** Bounds of one budget. Amounts stay exact in a double, also when they are added up. */
export const amountLimits = { resourcesMax: 32, amountMax: 1e15 } as const;

/** Names whose kind is known; any other is consumable unless its budget says otherwise. */
const usualKinds: Readonly<Record<string, ResourceKind>> = {
  concurrency: "reusable",
  connections: "reusable",
  cpu: "reusable",
  disk: "reusable",
  memory: "reusable",
  slots: "reusable",
};

const namePattern = /^[A-Za-z][A-Za-z0-9._/-]{0,62}$/;

/** The kind of a resource where its budget does not say. */
export function usualKind(resource: string): ResourceKind {
  return Object.hasOwn(usualKinds, resource) ? (usualKinds[resource] ?? "consumable") : "consumable";
}

/**
 * Returns the amounts, in the order of their names, if they are some.
 * @param least the smallest amount that is allowed: 0 or 1
 * @throws EntrainError `invalid-argument` that names the field
 */
export function checkAmounts(field: string, value: unknown, least: 0 | 1): Amounts {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw EntrainError.invalid(field, value, "give an object of amounts by resource");
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const { resourcesMax, amountMax } = amountLimits;
  if (entries.length === 0 || entries.length > resourcesMax)
    throw EntrainError.invalid(field, `${entries.length} resources`, `give 1 to ${resourcesMax}`);
  for (const [name, amount] of entries) {
    if (!namePattern.test(name))
      throw EntrainError.invalid(field, name, "name a resource with 1 to 63 letters, digits, '.', '_', '/' or '-'");
    if (!(Number.isSafeInteger(amount) && (amount as number) >= least && (amount as number) <= amountMax))
      throw EntrainError.invalid(`${field}/${name}`, amount, `give a whole number from ${least} to ${amountMax}`);
  }
  return Object.fromEntries(entries);
}

/** The amount of a resource; 0 where none is named. */
export function amountOf(amounts: Amounts, resource: string): number {
  return Object.hasOwn(amounts, resource) ? (amounts[resource] ?? 0) : 0;
}

/** Both together, in the order of their names. */
export function addAmounts(one: Amounts, other: Amounts): Amounts {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
  return Object.fromEntries(names.map((name) => [name, amountOf(one, name) + amountOf(other, name)]));
}

/** True where every amount of `wanted` is there. */
export function covers(available: Amounts, wanted: Amounts): boolean {
  return Object.entries(wanted).every(([resource, amount]) => amountOf(available, resource) >= amount);
}
