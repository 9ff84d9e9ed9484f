/**
 * Budgets in Redis (B1 to B3): one Lua command per kind of change, over the accounts in lua/include/budget.lua. Amounts are
 * sent as words, so that they stay exact whole numbers.
 */
import { canonicalJson, EntrainError } from "@entrain/kernel";
import {
  budgetLimits,
  usualPolicy,
  type Amounts,
  type AuditEntry,
  type Budget,
  type BudgetCheckpoint,
  type BudgetCommand,
  type BudgetDefaults,
  type BudgetOutcome,
  type BudgetPolicy,
  type BudgetRefusal,
  type BudgetStrategyName,
  type ResourceKind,
} from "@entrain/core/budget";
import type { BudgetStore } from "@entrain/ports";
import type { CommandPlane } from "./command-plane.ts";
import type { StoreKeys } from "./keys.ts";
import type { Reply } from "./link.ts";
import type { MessageHub } from "./message-hub.ts";
import type { ScriptName } from "./scripts.ts";

type Words = readonly (string | number)[];

/** Longest checkpoint, characters. */
const checkpointMax = 16 * 1_024 * 1_024;

/** The budgets of a swarm. */
export function createBudgetStore(options: {
  readonly keys: StoreKeys;
  readonly commands: CommandPlane;
  readonly hub: MessageHub;
}): BudgetStore {
  const { keys, commands, hub } = options;
  const { budgets, budgetLeases, budgetRequests, budgetsEnded, budgetLog, budgetCounters, budgetCheckpoint } = keys;
  const channel = keys.channels.budgets;
  const writeKeys = [budgets, budgetLeases, budgetRequests, budgetsEnded, budgetLog, budgetCounters];
  const run = (name: ScriptName, args: Words): Promise<Reply> =>
    commands.run(name, writeKeys, [channel, keys.prefix, ...args]);

  async function read(after: string, limit: number, ids: readonly string[]) {
    const reply = await commands.run("read-budgets", [budgets, budgetCounters], [keys.prefix, after, limit, ...ids]);
    const [logged, found] = reply as readonly [
      string,
      readonly (readonly [string, string, readonly string[], string])[],
    ];
    const budgetsFound = found.map(([number, id, fields, usual]) => ({
      number: Number(number),
      budget: budgetFrom(id, pairsOf(fields), usual),
    }));
    return { logged: Number(logged), found: budgetsFound };
  }

  return {
    async apply(command) {
      const [name, args] = callOf(command);
      return outcomeFrom(command, (await run(name, args)) as readonly string[]);
    },
    async setDefaults({ version, policies }) {
      const words = Object.entries(policies).flatMap(([name, policy]) => [name, policyText(policy)]);
      const text = canonicalJson({ version, policies });
      return Number(await run("set-budget-defaults", [text, version, canonicalJson(policies), ...words])) === 1;
    },
    reclaim: async () => Number(await run("reclaim-budgets", [])),
    async list(limit, after) {
      const { logged, found } = await read(after === undefined ? "-inf" : String(after), limit + 1, []);
      const page = found.slice(0, limit);
      return {
        budgets: page.map(({ budget }) => budget),
        next: found.length > limit ? page.at(-1)?.number : undefined,
        logged,
      };
    },
    read: async (ids) => (ids.length === 0 ? [] : (await read("-inf", 0, ids)).found.map(({ budget }) => budget)),
    async holderOf(allocationId) {
      const holder = await commands.run("read-allocation-holder", [`${keys.prefix}allocation:${allocationId}`], []);
      return typeof holder === "string" ? holder : undefined;
    },
    async log(after, limit) {
      const reply = await commands.run("read-budget-log", [budgetLog], [after, limit]);
      return (reply as readonly (readonly [string, readonly string[]])[]).map(([number, fields]) =>
        entryFrom(Number(number), pairsOf(fields)),
      );
    },
    async checkpoint() {
      const text = await commands.run("read-budget-checkpoint", [budgetCheckpoint], []);
      return typeof text === "string" ? (JSON.parse(text) as BudgetCheckpoint) : undefined;
    },
    async compact(checkpoint, entriesMax) {
      const text = JSON.stringify(checkpoint);
      if (text.length > checkpointMax)
        throw new EntrainError("resource-exhausted", `a checkpoint of ${text.length} characters is too large to keep`);
      const args = [checkpoint.number, text, entriesMax];
      const written = await commands.run("compact-budget-log", [budgetCheckpoint, budgetLog, budgetCounters], args);
      return Number(written) === 1;
    },
    watch: (onHint) =>
      hub.watch(channel, (message) => {
        onHint(JSON.parse(message) as readonly string[]);
      }),
  };
}

/** Amounts as words: name, number, name, number. */
const wordsOf = (amounts: Amounts): string =>
  Object.entries(amounts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flat()
    .join(" ");

/** Which Lua command carries a command out, and what it is given. */
function callOf(command: BudgetCommand): readonly [ScriptName, Words] {
  const text = canonicalJson(command);
  switch (command.kind) {
    case "create": {
      const { budgetId, parentId, limits, kinds, strategy, weight, leaseMs, policy } = command.definition;
      const ordered = Object.keys(limits).sort();
      const words = [wordsOf(limits), ordered.map((resource) => kinds[resource] ?? "consumable").join(" ")];
      const most = [budgetLimits.budgetsMax, budgetLimits.childrenMax, budgetLimits.depthMax];
      const definition = canonicalJson(command.definition);
      return [
        "create-budget",
        [definition, budgetId, parentId ?? "", ...words, strategy, weight, leaseMs ?? "", ...most, policyText(policy)],
      ];
    }
    case "allocate": {
      const { budgetId, requestId, amounts, leaseMs, keepPlaceMs = 0 } = command.request;
      const { holder, priority, reserve = "", tier = "", least = {} } = command.request;
      const who = [holder, priority, reserve, tier, keepPlaceMs, wordsOf(least)];
      return ["allocate-budget", [text, budgetId, requestId, wordsOf(amounts), leaseMs, ...who]];
    }
    case "extend":
      return ["extend-allocation", [text, command.budgetId, command.allocationId, command.leaseMs]];
    case "consume":
      return ["consume-allocation", [text, command.budgetId, command.allocationId, wordsOf(command.consumed)]];
    case "release":
      return ["release-allocation", [text, command.budgetId, command.allocationId]];
    case "transfer":
      return ["transfer-budget", [text, command.from, command.to, wordsOf(command.amounts), command.requestId]];
    case "amend": {
      const { budgetId, limits = {}, policy, base } = command;
      const policies = [policy, base, usualPolicy].map(policyText);
      return ["amend-budget", [text, budgetId, wordsOf(limits), ...policies]];
    }
    case "prolong":
      return ["prolong-budget", [text, command.budgetId, command.leaseMs]];
    case "close":
      return ["close-budget", [text, command.budgetId]];
  }
}

const policyText = (policy: BudgetPolicy | undefined): string => (policy === undefined ? "" : canonicalJson(policy));

function outcomeFrom(command: BudgetCommand, [kind = "", ...rest]: readonly string[]): BudgetOutcome {
  switch (kind) {
    case "done":
    case "repeated":
      return { kind };
    case "extended":
      return { kind, leaseUntilMs: Number(rest[0]), leaseLeftMs: Number(rest[1]) };
    case "granted": {
      if (command.kind !== "allocate") break;
      const [allocationId = "", untilMs, repeated, leftMs, granted = ""] = rest;
      const { budgetId } = command.request;
      const amounts = numbersOf(pairsOf(granted.split(" ")));
      const grant = { allocationId, budgetId, amounts, leaseUntilMs: Number(untilMs), leaseLeftMs: Number(leftMs) };
      return { kind, grant, repeated: repeated === "1" };
    }
    case "refused":
      return { kind, refusal: refusalFrom(rest) };
  }
  throw new EntrainError("internal", `a command of the budgets answered ${kind || "nothing"}`);
}

function refusalFrom([kind = "", first = "", second = "", ...more]: readonly string[]): BudgetRefusal {
  switch (kind) {
    case "unknown-budget":
    case "exists":
    case "closing":
    case "policy-changed":
      return { kind, budgetId: first };
    case "unknown-allocation":
    case "ended":
      return { kind, allocationId: first };
    case "request-reused":
      return { kind, requestId: first };
    case "unknown-resource":
      return { kind, budgetId: first, resource: second };
    case "unknown-class":
      return { kind, budgetId: first, field: second === "tier" ? "tier" : "reserve", name: more[0] ?? "" };
    case "not-root":
    case "no-lease":
      return { kind, budgetId: first };
    case "exhausted": {
      const [waitMs, ...remaining] = more;
      return {
        kind,
        budgetId: first,
        preempted: Number(second),
        waitMs: Number(waitMs),
        remaining: numbersOf(pairsOf(remaining)),
      };
    }
    case "noticed":
      return { kind, allocationId: first, leaseUntilMs: Number(second) };
    case "consumed":
      return { kind, allocationId: first, resource: second, limit: Number(more[0]) };
    case "unrelated":
      return { kind, from: first, to: second };
    case "too-many":
      return { kind, what: first as Extract<BudgetRefusal, { kind: "too-many" }>["what"] };
  }
  throw new EntrainError("internal", `a command of the budgets refused for ${kind || "no reason"}`);
}

/** Fields and their values, from the flat list that Redis answers. */
function pairsOf(flat: readonly string[]): Readonly<Record<string, string>> {
  const pairs: Record<string, string> = {};
  for (let at = 0; at < flat.length; at += 2) pairs[flat[at] ?? ""] = flat[at + 1] ?? "";
  return pairs;
}

const numbersOf = (texts: Readonly<Record<string, string>>): Amounts =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Number(text)]));

function budgetFrom(budgetId: string, fields: Readonly<Record<string, string>>, usual: string): Budget {
  const { parentId, strategy, resources = "", leaseUntilMs, leases, children, closing } = fields;
  const policy = fields["policy"] === "" || fields["policy"] === undefined ? usual : fields["policy"];
  const names = resources.split(" ");
  const amounts = (kind: string): Amounts =>
    Object.fromEntries(names.map((name) => [name, Number(fields[`${kind}:${name}`])]));
  const [limits, granted, used] = [amounts("limit"), amounts("granted"), amounts("used")];
  const left = (name: string): number => (limits[name] ?? 0) - (granted[name] ?? 0) - (used[name] ?? 0);
  return {
    budgetId,
    parentId: parentId === undefined || parentId === "" ? null : parentId,
    strategy: strategy as BudgetStrategyName,
    kinds: Object.fromEntries(names.map((name) => [name, fields[`kind:${name}`] as ResourceKind])),
    limits,
    granted,
    used,
    presumed: amounts("presumed"),
    available: Object.fromEntries(names.map((name) => [name, left(name)])),
    leases: Number(leases),
    children: Number(children),
    leaseUntilMs: leaseUntilMs === undefined || leaseUntilMs === "" ? null : Number(leaseUntilMs),
    closing: closing === "1",
    policy: policy === "" ? usualPolicy : (JSON.parse(policy) as BudgetPolicy),
  };
}

function entryFrom(number: number, fields: Readonly<Record<string, string>>): AuditEntry {
  const { atMs, operation, text = "null", outcome = "" } = fields;
  const value = JSON.parse(text) as unknown;
  return { number, atMs: Number(atMs), change: changeFrom(operation, value, outcome) };
}

function changeFrom(operation: string | undefined, value: unknown, outcome: string): AuditEntry["change"] {
  if (operation === "reclaim") return { kind: "reclaim", members: value as readonly string[] };
  if (operation === "defaults") return { kind: "defaults", defaults: value as BudgetDefaults };
  return {
    kind: "command",
    command: (operation === "create" ? { kind: "create", definition: value } : value) as BudgetCommand,
    allocationId: outcome === "" ? undefined : outcome,
  };
}
