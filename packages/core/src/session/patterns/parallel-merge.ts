/**
 * Parallel-merge: branches at the same time, then one value of theirs. Either named `branches`, or `each` for every member of
 * the list that `over` gives (`item` and `index` in its templates). How many must succeed is said by `partial`.
 */
import { EntrainError, type Json, membersOf } from "@entrain/kernel";
import { checkWhole } from "../../task/index.ts";
import { merges, mergeValues } from "../merge.ts";
import {
  checkStep,
  listOf,
  type CheckWorld,
  type CompositeNode,
  type Pattern,
  type PatternNode,
  type PatternWorld,
  type StepNode,
  type Variables,
} from "../node.ts";
import { sessionLimits, type Outcome } from "../session.ts";

interface Branch {
  readonly name: string;
  readonly node: PatternNode;
  readonly value: Json;
  readonly variables: Variables;
}

const concurrencyMax = 1_000;
const usualConcurrency = 50;

export const parallelMerge: Pattern = {
  name: "parallel-merge",
  check(node, field, world) {
    const members = membersOf(node, field, [
      "pattern",
      "name",
      "branches",
      "over",
      "each",
      "merge",
      "partial",
      "concurrency",
    ]);
    const { branches, over, each, partial, concurrency } = members;
    if ((branches === undefined) === (each === undefined))
      throw EntrainError.invalid(`${field}.branches`, branches, "give branches, or each with over: one of them");
    if (branches === undefined) {
      world.node(each, `${field}.each`);
      if (typeof over === "string") world.expression(over.replace(/^=/, ""), `${field}.over`);
      else listOf(over, `${field}.over`, 1, sessionLimits.branchesMax);
    } else {
      for (const [index, branch] of listOf(branches, `${field}.branches`, 1, sessionLimits.branchesMax).entries())
        world.node(branch, `${field}.branches[${index}]`);
    }
    checkMerge(members["merge"], `${field}.merge`, world);
    if (partial !== undefined && partial !== "all" && partial !== "any")
      checkWhole(`${field}.partial`, partial as number, 1, sessionLimits.branchesMax);
    if (concurrency !== undefined) checkWhole(`${field}.concurrency`, concurrency as number, 1, concurrencyMax);
  },
  work(node, path, value, world) {
    const branches = branchesOf(node, value, world);
    if ("ok" in branches) return branches;
    const collected = collect(branches, path, world, leastOf(node["partial"], branches.length), concurrencyOf(node));
    if (collected === undefined || "ok" in collected) return collected;
    return merged(node["merge"], path, collected, world);
  },
};

const concurrencyOf = (node: CompositeNode): number =>
  typeof node["concurrency"] === "number" ? node["concurrency"] : usualConcurrency;

/** @throws EntrainError `invalid-argument` that names the field */
export function checkMerge(merge: unknown, field: string, world: CheckWorld): void {
  if (merge === undefined) return;
  if (typeof merge !== "string") checkStep(merge, field, world);
  else if (!(merge in merges))
    throw EntrainError.invalid(field, merge, `use ${Object.keys(merges).join(", ")}, or a step`);
}

/** The branches, or why there are none. */
function branchesOf(node: CompositeNode, value: Json, world: PatternWorld): readonly Branch[] | Outcome {
  if (node["branches"] !== undefined)
    return (node["branches"] as unknown as readonly PatternNode[]).map((branch, index) => ({
      name: (branch as { readonly name?: string }).name ?? String(index),
      node: branch,
      value,
      variables: { index },
    }));
  const { over, each } = node;
  const items = typeof over === "string" ? world.evaluate(over.replace(/^=/, ""), value) : over;
  if (!Array.isArray(items)) return { ok: false, cause: "over gives no list" };
  return branchesOver(items as readonly Json[], each as unknown as PatternNode);
}

/** One branch for each item. */
export function branchesOver(items: readonly Json[], each: PatternNode): readonly Branch[] | Outcome {
  if (items.length > sessionLimits.branchesMax)
    return { ok: false, cause: `there are ${items.length} branches: stay within ${sessionLimits.branchesMax}` };
  return items.map((item, index) => ({ name: String(index), node: each, value: item, variables: { item, index } }));
}

function leastOf(partial: Json | undefined, branches: number): number {
  if (typeof partial === "number") return partial;
  return partial === "any" ? Math.min(1, branches) : branches;
}

interface Collected {
  readonly values: readonly Json[];
  readonly names: readonly string[];
}

/** The values of the branches that succeeded, once all are over; or why too few did, as soon as that is certain. */
export function collect(
  branches: readonly Branch[],
  path: string,
  world: PatternWorld,
  least: number,
  concurrency: number,
): Collected | Outcome | undefined {
  const values: Json[] = [];
  const names: string[] = [];
  const causes: string[] = [];
  let open = 0;
  for (const [index, { name, node, value, variables }] of branches.entries()) {
    if (open >= concurrency) break;
    const outcome = world.run(`${path}/${index}`, node, value, variables);
    if (outcome === undefined) open += 1;
    else if (outcome.ok) {
      values.push(outcome.value);
      names.push(name);
    } else causes.push(`branch ${name}: ${outcome.cause}`);
    if (branches.length - causes.length < least) return { ok: false, cause: causes.join("; ") };
  }
  if (open > 0) return undefined;
  if (values.length < least) return { ok: false, cause: `${values.length} of ${least} branches succeeded` };
  return { values, names };
}

/** One value of several: by a named merge, or by a step. */
export function merged(
  merge: Json | undefined,
  path: string,
  { values, names }: Collected,
  world: PatternWorld,
): Outcome | undefined {
  if (merge === undefined || typeof merge === "string") return mergeValues(merge ?? "list", values, names);
  return world.step(`${path}/merge`, merge as unknown as StepNode, values, { merges: true })?.outcome;
}
