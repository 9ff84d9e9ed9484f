/** The coordinator's other task: it drives sessions, beside all other coordinators; each session has one owner (P1). */
import { randomUUID } from "node:crypto";
import { createRandom } from "@entrain/kernel";
import { patternsByName } from "@entrain/core/session";
import type { Clock, EventSink } from "@entrain/ports";
import { createSessionExpressions } from "@entrain/reasoners";
import type { RedisStore } from "@entrain/redis";
import { createTracing } from "@entrain/telemetry";
import { createBudgetDesk, createSessionDriver, systemTimers, type CapabilityWorker } from "@entrain/runtime";

/** A driver over the coordinator's store; it takes nothing over before `start`. */
export function createCoordinatorDriver(store: RedisStore, clock: Clock, events: EventSink): CapabilityWorker {
  const owner = `coordinator-${randomUUID().slice(0, 8)}`;
  const shared = { clock, timers: systemTimers, random: createRandom(owner) };
  return createSessionDriver({
    ...shared,
    agentId: owner,
    sessions: store.sessions,
    tasks: store.tasks,
    context: store.context,
    budget: createBudgetDesk({ ...shared, store: store.budgets, holder: owner, nextRequestId: randomUUID }),
    evaluate: createSessionExpressions().evaluate,
    patterns: patternsByName(),
    events,
    tracing: createTracing(),
  });
}
