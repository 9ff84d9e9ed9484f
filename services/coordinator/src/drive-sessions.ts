/** The coordinator's other task: it drives sessions, beside all other coordinators; each session has one owner (P1). */
import { randomUUID } from "node:crypto";
import { createRandom } from "@entrain/kernel";
import { patternsByName } from "@entrain/core/session";
import type { Clock, EventSink } from "@entrain/ports";
import { createSessionExpressions } from "@entrain/reasoners";
import type { RedisStore } from "@entrain/redis";
import { createTracing } from "@entrain/telemetry";
import {
  createBudgetDesk,
  createSessionDriver,
  systemTimers,
  type CapabilityWorker,
  type HeldContext,
} from "@entrain/runtime";

/** A driver over the coordinator's store, which tells in the document what runs; it takes nothing over before `start`. */
export function createCoordinatorDriver(
  store: RedisStore,
  clock: Clock,
  events: EventSink,
  { context: desk, follower: source }: Pick<HeldContext, "context" | "follower">,
): CapabilityWorker {
  const owner = `coordinator-${randomUUID().slice(0, 8)}`;
  const shared = { clock, timers: systemTimers, random: createRandom(owner) };
  return createSessionDriver({
    ...shared,
    agentId: owner,
    sessions: store.sessions,
    tasks: store.tasks,
    context: store.context,
    account: { desk, source },
    budget: createBudgetDesk({ ...shared, store: store.budgets, holder: owner, nextRequestId: randomUUID }),
    evaluate: createSessionExpressions().evaluate,
    patterns: patternsByName(),
    events,
    tracing: createTracing(),
  });
}
