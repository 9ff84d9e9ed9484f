/**
 * A coordinator, for processes that do not go to Redis themselves: the shared document, budgets and rates, as an agent has
 * them. Leases are held and ended here, by this process's own clock, as over Redis.
 */
import { randomUUID } from "node:crypto";
import { checkId, checkObject, createRandom } from "@entrain/kernel";
import { createBudgetClient, createContextClient, type ContextClient, type Security } from "@entrain/rpc";
import {
  createBudgetDesk,
  createRateDesk,
  createSystemClock,
  systemTimers,
  type BudgetDesk,
  type RateWish,
  type SharedRate,
} from "@entrain/runtime";

/** How to connect. Certificates, or `insecure: false` for plain text on loopback, `true` for plain text anywhere. */
export interface CoordinatorOptions extends Security {
  readonly swarm: string;
  /** In whose name budgets and rates are held; of an agent's certificate its id. */
  readonly holder: string;
  /** Longest wait for an answer, ms (default 2,000). */
  readonly deadlineMs?: number;
}

/** A coordinator. Errors: `unavailable`, `store-unavailable`, `deadline-exceeded`, `permission-denied`. */
export interface Coordinator extends AsyncDisposable {
  readonly context: ContextClient;
  readonly budget: BudgetDesk;
  /** @throws EntrainError `invalid-argument`, `already-exists` for a rate that is held with other figures */
  rate(name: string, wish: RateWish): SharedRate;
  /** Gives the shares of rates back, and hangs up; allocations that were not released end with their leases. */
  close(): Promise<void>;
}

/**
 * The coordinator at `address` (`host:port`); connects at the first call.
 * @throws EntrainError `invalid-argument` for a malformed address, swarm or holder
 */
export function connectCoordinator(address: string, options: CoordinatorOptions): Coordinator {
  checkObject("options", options, "give { swarm, holder }, and how the connection is secured");
  const { swarm, holder, ...rest } = options;
  const clock = createSystemClock();
  const random = createRandom(randomUUID());
  const context = createContextClient(address, { ...rest, swarmId: swarm });
  const client = createBudgetClient(address, { ...rest, swarmId: swarm, holder: checkId("holder", holder) });
  const rates = createRateDesk({
    store: client.rates,
    clock,
    timers: systemTimers,
    random,
    events: () => undefined,
    holderId: `p-${randomUUID()}`,
  });
  const coordinator: Coordinator = {
    context,
    budget: createBudgetDesk({
      store: client.budgets,
      clock,
      timers: systemTimers,
      random,
      holder,
      nextRequestId: randomUUID,
    }),
    rate: (name, wish) => rates.rate(name, wish),
    async close() {
      await rates.stop();
      client.close();
      context.close();
    },
    [Symbol.asyncDispose]: () => coordinator.close(),
  };
  return coordinator;
}
