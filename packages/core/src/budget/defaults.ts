/**
 * What the shared document's policy says of budgets that have no policy of their own: `/policy/resource/budgets`, by the budget
 * at the top of a part of the tree, or `*` for all others. The nearest that is named counts: the budget itself, then its
 * parent, and so on up. What is held already is held.
 */
import { checkId, EntrainError } from "@entrain/kernel";
import type { Ledger } from "./ledger.ts";
import { checkPolicy, usualPolicy, type BudgetPolicy } from "./policy.ts";

/** The defaults, as the ledger has them. */
export interface BudgetDefaults {
  /** Of the document that says so; an older one changes nothing. */
  readonly version: number;
  /** By budget, or `*`. */
  readonly policies: Readonly<Record<string, BudgetPolicy>>;
}

/** Stands for every budget that is neither named nor below one that is. */
const everyBudget = "*";
/** Entries at most. */
const budgetDefaultsMax = 100;

/** Nothing said. */
export const noDefaults: BudgetDefaults = { version: 0, policies: {} };

/** Where they are in the document. */
export const budgetPoliciesPointer = "/policy/resource/budgets";

/**
 * Returns the policies, in the order of their names, if they are some.
 * @throws EntrainError `invalid-argument` that names the field below them
 */
export function checkBudgetPolicies(value: unknown): BudgetDefaults["policies"] {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw EntrainError.invalid("", value, "give an object of policies by budget");
  const entries = Object.entries(value as Readonly<Record<string, unknown>>).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length > budgetDefaultsMax)
    throw EntrainError.invalid("", `${entries.length} budgets`, `name ${budgetDefaultsMax} at most`);
  return Object.fromEntries(entries.map(([name, wish]) => [nameOf(name), policyAt(name, wish)]));
}

function nameOf(name: string): string {
  return name === everyBudget ? name : checkId(name, name);
}

function policyAt(name: string, wish: unknown): BudgetPolicy {
  if (typeof wish !== "object" || wish === null || Array.isArray(wish))
    throw EntrainError.invalid(name, wish, "give reserves, tiers or exhaustion");
  const stranger = Object.keys(wish).find((key) => key !== "reserves" && key !== "tiers" && key !== "exhaustion");
  if (stranger !== undefined) throw EntrainError.invalid(`${name}/${stranger}`, stranger, "leave it out");
  try {
    return checkPolicy(wish);
  } catch (thrown) {
    const { field = "", value, remedy = "" } = EntrainError.from(thrown);
    throw EntrainError.invalid(`${name}/${field}`, value, remedy);
  }
}

/** What a document says; one that was written past the document's rules says nothing. */
export function budgetPoliciesOf(document: Readonly<Record<string, unknown>>): BudgetDefaults["policies"] {
  const said = memberOf(memberOf(document["policy"], "resource"), "budgets");
  try {
    return said === undefined ? {} : checkBudgetPolicies(said);
  } catch {
    return {};
  }
}

/** Takes defaults into use; false: it has later ones, or these. */
export function setDefaults(ledger: Ledger, defaults: BudgetDefaults): boolean {
  if (defaults.version <= ledger.defaults.version) return false;
  ledger.defaults = defaults;
  for (const node of ledger.nodes.values())
    if (!node.hasOwnPolicy) node.policy = defaultPolicyOf(ledger, node.definition.budgetId, node.definition.parentId);
  return true;
}

/** The policy of a budget without one of its own. */
export function defaultPolicyOf({ nodes, defaults }: Ledger, budgetId: string, parentId: string | null): BudgetPolicy {
  const { policies } = defaults;
  const named = (id: string): BudgetPolicy | undefined => (Object.hasOwn(policies, id) ? policies[id] : undefined);
  let [found, up] = [named(budgetId), parentId];
  while (found === undefined && up !== null) {
    found = named(up);
    up = nodes.get(up)?.definition.parentId ?? null;
  }
  return found ?? named(everyBudget) ?? usualPolicy;
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
