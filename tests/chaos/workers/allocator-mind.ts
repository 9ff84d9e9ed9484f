/** What an allocator holds, and what it does next: at random. */
import { randomUUID } from "node:crypto";
import type { Random } from "@entrain/kernel";
import {
  allocationRequest,
  budgetDefinition,
  type AllocationRequest,
  type BudgetCommand,
  type BudgetOutcome,
  type Grant,
} from "@entrain/core/budget";
import { anyClassIn, budgetsTree, parentIds } from "../budgets-tree.ts";

/** Parts and child budgets that it keeps in mind; others it forgets, as a process does that crashes. */
const heldMax = 20;
const childrenMax = 4;

/** The mind of one allocator. */
export interface AllocatorMind {
  next(): BudgetCommand;
  /** Takes in how a command turned out. */
  learn(command: BudgetCommand, outcome: BudgetOutcome): void;
}

/** Parts are held for `leaseMs` at a time. */
export function createAllocatorMind(random: Random, leaseMs: number): AllocatorMind {
  const held: Grant[] = [];
  const children: string[] = [];
  const one = <T>(list: readonly T[]): T => list[random.int(list.length)]!;
  const ids = budgetsTree.map(({ budgetId }) => budgetId);
  const amounts = () => ({ credits: 1 + random.int(20), slots: 1 + random.int(5) });

  function nextRequest(): AllocationRequest {
    const budgetId = children.length > 0 && random.next() < 0.3 ? one(children) : one(ids);
    const wanted = amounts();
    return allocationRequest(budgetId, {
      requestId: randomUUID(),
      amounts: wanted,
      leaseMs,
      priority: random.int(10),
      least: random.next() < 0.1 ? { credits: 1, slots: 1 } : undefined,
      ...anyClassIn(budgetId, random),
    });
  }

  function nextOfChildren(): BudgetCommand {
    const budgetId = children.length === 0 || random.next() < 0.4 ? undefined : one(children);
    if (budgetId !== undefined)
      return random.next() < 0.5
        ? { kind: "close", budgetId }
        : { kind: "prolong", budgetId, leaseMs: 100 + random.int(900) };
    const limits = { credits: 1 + random.int(100), slots: 1 + random.int(6) };
    const child = { budgetId: `child-${randomUUID()}`, parentId: one(parentIds), limits };
    return { kind: "create", definition: budgetDefinition({ ...child, leaseMs: 100 + random.int(900) }) };
  }

  function forget<T>(list: T[], isIt: (entry: T) => boolean): void {
    const at = list.findIndex(isIt);
    if (at >= 0) list.splice(at, 1);
  }

  return {
    next() {
      const roll = random.next();
      const grant = held.length === 0 ? undefined : one(held);
      if (roll < 0.06) return nextOfChildren();
      if (grant === undefined || roll < 0.47) return { kind: "allocate", request: nextRequest() };
      const { budgetId, allocationId } = grant;
      if (roll < 0.6) return { kind: "extend", budgetId, allocationId, leaseMs };
      if (roll < 0.75) {
        const consumed = { credits: random.int((grant.amounts["credits"] ?? 0) + 1) };
        return { kind: "consume", budgetId, allocationId, consumed };
      }
      if (roll < 0.93) return { kind: "release", budgetId, allocationId };
      return { kind: "transfer", from: one(ids), to: one(ids), amounts: amounts(), requestId: randomUUID() };
    },
    learn(command, outcome) {
      if (outcome.kind === "granted") held.push(outcome.grant);
      else if ("allocationId" in command && (command.kind === "release" || outcome.kind === "refused"))
        forget(held, ({ allocationId }) => allocationId === command.allocationId);
      if (command.kind === "create" && outcome.kind !== "refused") children.push(command.definition.budgetId);
      if (command.kind === "close") forget(children, (id) => id === command.budgetId);
      if (command.kind === "allocate" && outcome.kind === "refused" && outcome.refusal.kind !== "exhausted")
        forget(children, (id) => id === command.request.budgetId);
      if (held.length > heldMax) held.shift();
      if (children.length > childrenMax) children.shift();
    },
  };
}
