/** The budgets as a process uses them: what it takes is held in the name of its first agent. */
import { randomUUID } from "node:crypto";
import { createRandom } from "@entrain/kernel";
import type { Clock } from "@entrain/ports";
import type { RedisStore } from "@entrain/redis";
import { createBudgetDesk, observeBudgets, systemTimers, type BudgetDesk } from "@entrain/runtime";
import type { ResolvedHostOptions } from "./agent-options.ts";

/** The desk of one process. */
export function createHostBudget(
  { processId, agentIds, events }: Pick<ResolvedHostOptions, "processId" | "agentIds" | "events">,
  store: Pick<RedisStore, "budgets">,
  clock: Clock,
): BudgetDesk {
  return createBudgetDesk({
    store: observeBudgets(store.budgets, events),
    clock,
    timers: systemTimers,
    random: createRandom(`budget of ${processId}`),
    holder: agentIds[0] ?? "",
    nextRequestId: randomUUID,
  });
}
