/**
 * Budgets as a process uses them: makes and closes them, and takes parts of them. What happens when a budget is exhausted is
 * said by the budget's policy or with the request: fail at once, wait for room until a deadline, or take less.
 */
import { checkObject, EntrainError, type Random } from "@entrain/kernel";
import {
  allocationRequest,
  budgetDefinition,
  budgetError,
  budgetLimits,
  checkAmounts,
  checkWithin,
  type AllocationRequest,
  type Amounts,
  type Budget,
  type BudgetChange,
  type BudgetCommand,
  type BudgetWish,
} from "@entrain/core/budget";
import type { BudgetStore, Clock, Timers } from "@entrain/ports";
import { amendBudget } from "./amend-budget.ts";
import { holdLease, resumeLease, type BudgetLease } from "./budget-lease.ts";
import { makeRoomFor, type RoomMaker, type RoomStrategy } from "./make-room.ts";
import { seekGrant, type SeekOptions } from "./seek-grant.ts";

/** How a part of a budget is asked for. */
export interface AllocateOptions {
  readonly amounts: Amounts;
  /** The same id is granted once, however often it is asked for, and refused once its part has ended (default: a new one). */
  readonly requestId?: string;
  /** How long the store keeps it for a holder that vanished, ms (default 60,000). A living holder prolongs it. */
  readonly leaseMs?: number;
  /** 0 to 9: higher ones preempt lower ones in a budget of strategy `priority` (default 0). */
  readonly priority?: number;
  /** The reserve of the budget's policy that it may use. */
  readonly reserve?: string;
  /** The tier of the budget's policy that it belongs to. */
  readonly tier?: string;
  /** Waits for room that long, ms (default: what the budget's policy says; 0 fails at once). */
  readonly waitMs?: number;
  /** Takes less where the whole cannot be had in time, but at least this much; a resource that it does not name whole. */
  readonly least?: Amounts;
  /**
   * A strategy of one's own: where the budget, as it is read, has too little for the request, it moves room there before
   * anything is asked for, so also before the budget lends, preempts or grants less; where others take the room between the
   * reading and the asking, once the whole is refused. A request id that was granted already is looked at like a new one.
   */
  readonly makeRoom?: RoomStrategy;
  /** Gives it up, before anything is moved or taken or while it waits. */
  readonly signal?: AbortSignal;
}

/** Budgets of the swarm. Errors: `store-unavailable`, `deadline-exceeded`, `recovering`. */
export interface BudgetDesk {
  /**
   * Makes a budget; the same definition again changes nothing.
   * @throws EntrainError `already-exists`; `not-found`; `resource-exhausted`; `conflict` while it or its parent closes
   */
  create(wish: BudgetWish): Promise<void>;
  /**
   * Takes a part of a budget.
   * @throws EntrainError `resource-exhausted` with what remains as its value; `not-found`; `conflict` while it closes, or
   *   where the part of the same request has ended
   */
  allocate(budgetId: string, options: AllocateOptions): Promise<BudgetLease>;
  /** Moves free room to the parent, a child or a sibling, once per request id. */
  transfer(from: string, to: string, amounts: Amounts, requestId: string): Promise<void>;
  /**
   * Changes a budget while it is used: what is kept for whom, what happens when it is exhausted, and a root's limits; what is
   * left out stays, also of what others change at once. Errors: `not-found`; `resource-exhausted` for limits below what is
   * out; `conflict` where others were ahead eight times.
   */
  amend(budgetId: string, change: BudgetChange): Promise<void>;
  /**
   * Prolongs a child budget from now on, never beyond its parent, and never to an earlier end. Children that were made without
   * a lease of their own last as long as it does.
   * @throws EntrainError `not-found`; `conflict` where it closes; `invalid-argument` where it has no lease
   */
  extend(budgetId: string, leaseMs: number): Promise<void>;
  /** Lets it grant nothing new; it is freed with the last of its children. */
  close(budgetId: string): Promise<void>;
  /** The budget as it is now; undefined where there is none. */
  read(budgetId: string): Promise<Budget | undefined>;
}

/** What a desk needs. */
export interface BudgetDeskOptions {
  readonly store: Pick<BudgetStore, "apply" | "read" | "reclaim" | "watch"> & RoomMaker["store"];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  /** Who holds what is taken. */
  readonly holder: string;
  /** A name that no other request has. */
  readonly nextRequestId: () => string;
}

/** A desk over a store. */
export function createBudgetDesk(options: BudgetDeskOptions): BudgetDesk {
  const { store, holder, nextRequestId } = options;

  async function carryOut(command: BudgetCommand): Promise<void> {
    const outcome = await store.apply(command);
    if (outcome.kind === "refused") throw budgetError(outcome.refusal);
  }

  async function ask(request: AllocationRequest, wait: SeekOptions): Promise<BudgetLease> {
    return held(request, await seekGrant(options, request, wait));
  }

  async function held({ leaseMs }: AllocationRequest, { outcome, sentMs }: Awaited<ReturnType<typeof seekGrant>>) {
    if (outcome.kind === "refused") throw budgetError(outcome.refusal);
    if (outcome.kind !== "granted") throw new EntrainError("internal", `an allocation was answered ${outcome.kind}`);
    const { grant, repeated } = outcome;
    return repeated ? resumeLease(options, grant, leaseMs, sentMs) : holdLease(options, grant, leaseMs, sentMs);
  }

  /** Moves room first where there is too little; where others were ahead with what there was, once the whole is refused. */
  async function askWithRoom(request: AllocationRequest, strategy: RoomStrategy, wait: SeekOptions) {
    const { signal } = wait;
    if (!(await makeRoomFor(options, request, strategy, signal))) {
      const { least: _, ...whole } = request;
      const answer = await seekGrant(options, whole, { waitMs: 0, signal });
      const isExhausted = answer.outcome.kind === "refused" && answer.outcome.refusal.kind === "exhausted";
      if (!isExhausted) return held(request, answer);
      await makeRoomFor(options, request, strategy, signal);
    }
    return ask(request, wait);
  }

  return {
    async create(wish) {
      checkObject("wish", wish, "give { budgetId, limits }");
      await carryOut({ kind: "create", definition: budgetDefinition(wish) });
    },
    async allocate(budgetId, asked) {
      checkObject("options", asked, "give { amounts }");
      const { waitMs, signal, makeRoom, requestId = nextRequestId(), ...wish } = asked;
      const request = allocationRequest(budgetId, { ...wish, requestId, holder });
      const wait = { waitMs, signal };
      return makeRoom === undefined ? ask(request, wait) : askWithRoom(request, makeRoom, wait);
    },
    transfer: (from, to, amounts, requestId) =>
      carryOut({ kind: "transfer", from, to, amounts: checkAmounts("amounts", amounts, 1), requestId }),
    async amend(budgetId, change) {
      const outcome = await amendBudget(options, budgetId, change);
      if (outcome.kind === "refused") throw budgetError(outcome.refusal);
    },
    async extend(budgetId, leaseMs) {
      await carryOut({ kind: "prolong", budgetId, leaseMs: checkWithin("leaseMs", leaseMs, budgetLimits.leaseMs) });
    },
    close: (budgetId) => carryOut({ kind: "close", budgetId }),
    async read(budgetId) {
      await store.reclaim();
      return (await store.read([budgetId]))[0];
    },
  };
}
