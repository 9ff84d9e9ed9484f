/** Ways to bring the values of several branches together. Another capability can do it too. */
import { EntrainError, type Json } from "@entrain/kernel";
import type { Outcome } from "./session.ts";

type Merge = (values: readonly Json[], names: readonly string[]) => Json;

const isObject = (value: Json): value is { readonly [name: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Numbers are added, objects member by member, lists one after the other. */
function sum(values: readonly Json[]): Json {
  if (values.every((value) => typeof value === "number")) return values.reduce((total, value) => total + value, 0);
  if (values.every((value) => Array.isArray(value))) return (values as readonly (readonly Json[])[]).flat();
  if (!values.every(isObject))
    throw new EntrainError("invalid-argument", "sum takes numbers, lists, or objects of them");
  const members = new Map<string, Json[]>();
  for (const value of values)
    for (const [name, member] of Object.entries(value)) members.set(name, [...(members.get(name) ?? []), member]);
  return Object.fromEntries(
    Array.from(members, ([name, all]) => [name, all.length === 1 ? (all[0] ?? null) : sum(all)]),
  );
}

/** The merges by name. */
export const merges: Readonly<Record<string, Merge>> = {
  /** The values in the order of their branches. */
  list: (values) => values,
  /** Branch name (or number) → value. */
  object: (values, names) => Object.fromEntries(values.map((value, index) => [names[index] ?? String(index), value])),
  sum,
  /** One list of all members of all lists. */
  concat(values) {
    if (!values.every((value) => Array.isArray(value)))
      throw new EntrainError("invalid-argument", "concat takes lists");
    return (values as readonly (readonly Json[])[]).flat();
  },
};

/** The merged value, or why it cannot be. */
export function mergeValues(name: string, values: readonly Json[], names: readonly string[]): Outcome {
  try {
    return { ok: true, value: merges[name]?.(values, names) ?? null };
  } catch (thrown) {
    return { ok: false, cause: `merge ${name}: ${EntrainError.from(thrown).message}` };
  }
}
