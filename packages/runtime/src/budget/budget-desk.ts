/**
 * Budgets as a process uses them: makes and closes them, and takes parts of them. What happens when a budget is exhausted is
 * said with the request: fail at once, wait for room until a deadline, or take less.
 */
import { EntrainError, type Random } from "@entrain/kernel";
import {
  allocationRequest,
  budgetDefinition,
  budgetError,
  checkAmounts,
  type AllocationRequest,
  type Amounts,
  type Budget,
  type BudgetCommand,
  type BudgetRefusal,
  type BudgetWish,
} from "@entrain/core/budget";
import type { BudgetStore, Clock, Timers } from "@entrain/ports";
import { holdLease, type BudgetLease } from "./budget-lease.ts";

/** How a part of a budget is asked for. */
export interface AllocateOptions {
  readonly amounts: Amounts;
  /** The same id is granted once, however often it is asked for (default: a new one). */
  readonly requestId?: string;
  /** How long the store keeps it for a holder that vanished, ms (default 60,000). A living holder prolongs it. */
  readonly leaseMs?: number;
  /** 0 to 9: higher ones preempt lower ones in a budget of strategy `priority` (default 0). */
  readonly priority?: number;
  /** Waits for room that long, ms (default 0: fails at once). */
  readonly waitMs?: number;
  /** Takes less, but at least this much, where the whole cannot be had in time. */
  readonly least?: Amounts;
  /** Gives the wait up. */
  readonly signal?: AbortSignal;
}

/** Budgets of the swarm. Errors: `store-unavailable`, `deadline-exceeded`, `recovering`. */
export interface BudgetDesk {
  /** Makes a budget; the same definition again changes nothing. Errors: `already-exists`, `not-found`, `resource-exhausted`. */
  create(wish: BudgetWish): Promise<void>;
  /**
   * Takes a part of a budget.
   * @throws EntrainError `resource-exhausted` with what remains as its value; `not-found`; `conflict` while it closes
   */
  allocate(budgetId: string, options: AllocateOptions): Promise<BudgetLease>;
  /** Moves free room to the parent, a child or a sibling, once per request id. */
  transfer(from: string, to: string, amounts: Amounts, requestId: string): Promise<void>;
  /** Lets it grant nothing new; it is freed with the last of its children. */
  close(budgetId: string): Promise<void>;
  /** The budget as it is now; undefined where there is none. */
  read(budgetId: string): Promise<Budget | undefined>;
}

/** What a desk needs. */
export interface BudgetDeskOptions {
  readonly store: Pick<BudgetStore, "apply" | "read" | "reclaim" | "watch">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  /** Who holds what is taken. */
  readonly holder: string;
  /** A name that no other request has. */
  readonly nextRequestId: () => string;
}

/** Longest pause between two tries where no hint of a change comes, ms. */
const pollMs = 500;

/** A desk over a store. */
export function createBudgetDesk(options: BudgetDeskOptions): BudgetDesk {
  const { store, clock, holder, nextRequestId } = options;

  async function carryOut(command: BudgetCommand): Promise<void> {
    const outcome = await store.apply(command);
    if (outcome.kind === "refused") throw budgetError(outcome.refusal);
  }

  /** Asks once: a lease, or what is left. */
  async function ask(request: AllocationRequest): Promise<BudgetLease | Exhausted> {
    const sentMs = clock.monoMs();
    const outcome = await store.apply({ kind: "allocate", request });
    if (outcome.kind === "granted") return holdLease(options, outcome.grant, request.leaseMs, sentMs);
    if (outcome.kind === "refused" && outcome.refusal.kind === "exhausted") return outcome.refusal;
    if (outcome.kind === "refused") throw budgetError(outcome.refusal);
    throw new EntrainError("internal", `an allocation was answered ${outcome.kind}`);
  }

  async function takeLess(request: AllocationRequest, least: Amounts, refusal: Exhausted): Promise<BudgetLease> {
    const amounts = Object.fromEntries(
      Object.entries(request.amounts).map(([name, amount]) => [name, Math.min(amount, refusal.remaining[name] ?? 0)]),
    );
    const isEnough = Object.entries(request.amounts).every(
      ([name, amount]) => (amounts[name] ?? 0) >= (least[name] ?? amount),
    );
    if (!isEnough || Object.values(amounts).some((amount) => amount < 1)) throw budgetError(refusal);
    const answer = await ask({ ...request, amounts, requestId: nextRequestId() });
    if ("kind" in answer) throw budgetError(answer);
    return answer;
  }

  return {
    create: (wish) => carryOut({ kind: "create", definition: budgetDefinition(wish) }),
    async allocate(budgetId, { waitMs = 0, least, signal, requestId = nextRequestId(), ...wish }) {
      const request = allocationRequest(budgetId, { ...wish, requestId, holder });
      if (least !== undefined) checkAmounts("least", least, 1);
      const deadlineMs = clock.monoMs() + waitMs;
      for (;;) {
        signal?.throwIfAborted();
        const answer = await ask(request);
        if (!("kind" in answer)) return answer;
        const leftMs = deadlineMs - clock.monoMs();
        if (leftMs > 0) await roomMade(options, budgetId, leftMs, signal);
        else if (least === undefined) throw budgetError(answer);
        else return takeLess(request, least, answer);
      }
    },
    transfer: (from, to, amounts, requestId) =>
      carryOut({ kind: "transfer", from, to, amounts: checkAmounts("amounts", amounts, 1), requestId }),
    close: (budgetId) => carryOut({ kind: "close", budgetId }),
    async read(budgetId) {
      await store.reclaim();
      return (await store.read([budgetId]))[0];
    },
  };
}

type Exhausted = Extract<BudgetRefusal, { readonly kind: "exhausted" }>;

/** Resolves when the budget's figures changed, or when it is time to look again. */
function roomMade(
  { store, timers, random }: BudgetDeskOptions,
  budgetId: string,
  leftMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      unwatch();
      callOff();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const unwatch = store.watch((ids) => {
      if (ids.includes(budgetId)) done();
    });
    const callOff = timers.after(Math.min(leftMs, pollMs * (0.5 + random.next() / 2)), done);
    signal?.addEventListener("abort", done, { once: true });
  });
}
