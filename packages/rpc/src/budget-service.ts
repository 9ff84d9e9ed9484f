/**
 * The budgets and rates of ContextService: the store's commands for processes that do not go to the store themselves. What
 * the core checks of a request is checked here; what is refused for want of room is an answer, not an error.
 */
import {
  allocationRequest,
  budgetDefinition,
  budgetLimits,
  budgetStrategyNames,
  checkAmounts,
  checkBudgetRequestId,
  checkWithin,
  type BudgetCommand,
} from "@entrain/core/budget";
import { checkId, EntrainError } from "@entrain/kernel";
import type { BudgetStore, RateStore } from "@entrain/ports";
import { budgetToWire, forecastFromWire, kindsFromWire, outcomeToWire, policyFromWire } from "./budget-wire.ts";
import type { CallDesk } from "./call-desk.ts";
import type { AmendBudgetRequest__Output } from "./gen/entrain/v1/AmendBudgetRequest.ts";
import type { ContextServiceHandlers } from "./gen/entrain/v1/ContextService.ts";
import type { BudgetOutcome as WireOutcome } from "./gen/entrain/v1/BudgetOutcome.ts";
import { checkSpeaker, type Peer } from "./peer-identity.ts";
import { count, name, oneOf, within } from "./wire-fields.ts";

/** Budgets in one answer: by default, and at most. */
const listLimit = { usual: 100, max: 1_000 } as const;
/** Longest id of an allocation, characters. */
const allocationIdMax = 128;

/** What a coordinator has of budgets and rates. */
export interface ServedBudgets {
  readonly budgets: Pick<BudgetStore, "apply" | "list" | "read" | "reclaim" | "holderOf">;
  readonly rates: RateStore;
}

/** The methods of ContextService that are about budgets and rates. */
export type BudgetHandlers = Pick<
  ContextServiceHandlers,
  | "ListBudgets"
  | "CreateBudget"
  | "CloseBudget"
  | "TransferBudget"
  | "AmendBudget"
  | "Allocate"
  | "ProlongBudget"
  | "ExtendAllocation"
  | "ConsumeAllocation"
  | "ReleaseAllocation"
  | "RefreshRate"
  | "ReleaseRate"
>;

/** Their handlers. */
export function createBudgetHandlers(desk: CallDesk, { budgets, rates }: ServedBudgets): BudgetHandlers {
  const changed = <Request>(commandOf: (request: Request, caller: Peer) => BudgetCommand) =>
    desk.unary<Request, WireOutcome>(async (request, _, caller) =>
      outcomeToWire(await budgets.apply(commandOf(request, caller))),
    );
  const held = <Request extends Target>(commandOf: (request: Request, target: Target) => BudgetCommand) =>
    desk.unary<Request, WireOutcome>(async (request, _, caller) => {
      const target = targetOf(request);
      const command = commandOf(request, target);
      await checkHolder(budgets, target, caller);
      return outcomeToWire(await budgets.apply(command));
    });
  return {
    ListBudgets: desk.unary(async ({ budgetIds, limit, after }) => {
      await budgets.reclaim();
      if (budgetIds.length > 0) {
        within("budget_ids", budgetIds.length, 1, listLimit.max);
        return { budgets: (await budgets.read(budgetIds)).map(budgetToWire), next: 0 };
      }
      const wanted = limit === 0 ? listLimit.usual : within("limit", limit, 1, listLimit.max);
      const page = await budgets.list(wanted, after === 0 ? undefined : count("after", after));
      return { budgets: page.budgets.map(budgetToWire), next: page.next ?? 0 };
    }),
    CreateBudget: changed(({ parentId, strategy, kinds, weight, leaseMs, forecast, policy, ...wish }) => ({
      kind: "create",
      definition: budgetDefinition({
        ...wish,
        kinds: kindsFromWire("kinds", kinds),
        ...(parentId === "" ? {} : { parentId }),
        ...(strategy === "" ? {} : { strategy: oneOf("strategy", strategy, budgetStrategyNames) }),
        ...(weight === 0 ? {} : { weight }),
        ...(leaseMs === 0 ? {} : { leaseMs }),
        ...(forecast === null ? {} : { forecast: forecastFromWire(forecast) }),
        ...(policy === null ? {} : policyFromWire(policy)),
      }),
    })),
    CloseBudget: changed(({ budgetId }) => ({ kind: "close", budgetId: checkId("budget_id", budgetId) })),
    TransferBudget: changed(({ fromBudgetId, toBudgetId, amounts, requestId }) => ({
      kind: "transfer",
      from: checkId("from_budget_id", fromBudgetId),
      to: checkId("to_budget_id", toBudgetId),
      amounts: checkAmounts("amounts", amounts, 1),
      requestId: checkBudgetRequestId(requestId),
    })),
    AmendBudget: changed(amendment),
    Allocate: changed(({ budgetId, leaseMs, reserve, tier, keepPlaceMs, least, ...wish }, caller) => {
      if (caller.role === "agent") checkSpeaker(caller, "holder", wish.holder);
      return {
        kind: "allocate",
        request: allocationRequest(budgetId, {
          ...wish,
          ...(leaseMs === 0 ? {} : { leaseMs }),
          ...(reserve === "" ? {} : { reserve }),
          ...(tier === "" ? {} : { tier }),
          ...(keepPlaceMs === 0 ? {} : { keepPlaceMs }),
          ...(Object.keys(least).length === 0 ? {} : { least }),
        }),
      };
    }),
    ProlongBudget: changed(({ budgetId, leaseMs }) => ({
      kind: "prolong",
      budgetId: checkId("budget_id", budgetId),
      leaseMs: checkWithin("lease_ms", leaseMs, budgetLimits.leaseMs),
    })),
    ExtendAllocation: held(({ leaseMs }, target) => ({
      kind: "extend",
      ...target,
      leaseMs: checkWithin("lease_ms", leaseMs, budgetLimits.leaseMs),
    })),
    ConsumeAllocation: held(({ consumed }, target) => ({
      kind: "consume",
      ...target,
      consumed: checkAmounts("consumed", consumed, 0),
    })),
    ReleaseAllocation: held((_, target) => ({ kind: "release", ...target })),
    ...createRateHandlers(desk, rates),
  };
}

function createRateHandlers(desk: CallDesk, rates: RateStore): Pick<BudgetHandlers, "RefreshRate" | "ReleaseRate"> {
  return {
    RefreshRate: desk.unary(({ rate, sequence, hasMilli, wantsMilli, limitMilli, ...share }, _, caller) =>
      rates.refresh(checkId("rate", rate), {
        holderId: shareOf(share, caller),
        sequence: count("sequence", sequence),
        hasMilli: count("has_milli", hasMilli),
        wantsMilli: count("wants_milli", wantsMilli),
        limitMilli: count("limit_milli", limitMilli),
      }),
    ),
    ReleaseRate: desk.unary(async ({ rate, ...share }, _, caller) => {
      await rates.release(checkId("rate", rate), shareOf(share, caller));
      return {};
    }),
  };
}

/** The store's name of a share: below the holder's where one is given, and of an agent it must be, so that none has another's. */
function shareOf({ holder, holderId }: { readonly holder: string; readonly holderId: string }, caller: Peer): string {
  const own = checkId("holder_id", holderId);
  if (caller.role === "agent") checkSpeaker(caller, "holder", holder);
  return holder === "" ? own : `${checkId("holder", holder)}/${own}`;
}

interface Target {
  readonly budgetId: string;
  readonly allocationId: string;
}

function targetOf({ budgetId, allocationId }: Target): Target {
  return {
    budgetId: checkId("budget_id", budgetId),
    allocationId: name("allocation_id", allocationId, allocationIdMax),
  };
}

/**
 * What can be done with a part is for its holder alone, where the caller is an agent. Who holds it never changes, so it may
 * be looked up before the command.
 */
async function checkHolder(budgets: ServedBudgets["budgets"], { allocationId }: Target, caller: Peer): Promise<void> {
  if (caller.role !== "agent") return;
  const holder = await budgets.holderOf(allocationId);
  if (holder === undefined || caller.speaksFor(holder)) return;
  throw new EntrainError(
    "permission-denied",
    `allocation_id is "${allocationId}", which another holds than the peer's certificate speaks for`,
    { field: "allocation_id", value: allocationId },
  );
}

/** @throws EntrainError `invalid-argument` for a policy that is to take the place of one that nobody has named */
function amendment({ budgetId, limits, policy, base, overwrite }: AmendBudgetRequest__Output): BudgetCommand {
  if (policy !== null && base === null && !overwrite)
    throw EntrainError.invalid("base", undefined, "name the policy that yours was made of, or say overwrite");
  return {
    kind: "amend",
    budgetId: checkId("budget_id", budgetId),
    ...(Object.keys(limits).length === 0 ? {} : { limits: checkAmounts("limits", limits, 0) }),
    ...(policy === null ? {} : { policy: policyFromWire(policy) }),
    ...(base === null || overwrite ? {} : { base: policyFromWire(base) }),
  };
}
