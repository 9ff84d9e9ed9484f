/** Budgets and rates as a coordinator serves them: the same ports as the store's, so that desks work over either. */
import { checkId } from "@entrain/kernel";
import type { BudgetCommand, BudgetOutcome } from "@entrain/core/budget";
import type { BudgetPage, BudgetStore, RateStore } from "@entrain/ports";
import { budgetFromWire, budgetOutcomeFromWire } from "./budget-wire.ts";
import { callMetadata } from "./call-metadata.ts";
import { openChannel } from "./channel.ts";
import type { ContextClientOptions } from "./context-client.ts";
import type { BudgetOutcome__Output } from "./gen/entrain/v1/BudgetOutcome.ts";
import { serviceDefinitions } from "./load-proto.ts";
import { callUnary } from "./unary-call.ts";
import { count, finite } from "./wire-fields.ts";

/** What the client needs. */
export interface BudgetClientOptions extends ContextClientOptions {
  /** In whose name shares of rates are held: of an agent's certificate its id (default: nobody's). */
  readonly holder?: string;
}

/** Calls a coordinator. Errors are EntrainError: those of the ports, `unavailable`, `deadline-exceeded`. */
export interface BudgetClient {
  /** Hints of changes do not come this way: whoever waits for room looks again from time to time. */
  readonly budgets: Pick<BudgetStore, "apply" | "read" | "reclaim" | "watch"> & {
    list(limit: number, after?: number): Promise<Omit<BudgetPage, "logged">>;
  };
  readonly rates: RateStore;
  /** Gives the channel up; idempotent. */
  close(): void;
}

/**
 * A client of the coordinator at `address`; connects at the first call.
 * @throws EntrainError `invalid-argument` for a malformed address or swarm.
 */
export function createBudgetClient(address: string, options: BudgetClientOptions): BudgetClient {
  const { swarmId, deadlineMs = 2_000, holder = "" } = options;
  const metadata = callMetadata(checkId("swarmId", swarmId));
  const channel = openChannel(address, options, { swarmId, role: "coordinator" });
  const service = serviceDefinitions().context;
  const call = { channel, metadata, deadlineMs };

  function send(command: BudgetCommand): Promise<BudgetOutcome__Output> {
    switch (command.kind) {
      case "create": {
        const { parentId, leaseMs, ...definition } = command.definition;
        const request = { ...definition, parentId: parentId ?? "", leaseMs: leaseMs ?? 0 };
        // A child's kinds are its parent's, and may not be said again.
        const kinds = parentId === null ? definition.kinds : {};
        return callUnary({ ...call, method: service.CreateBudget, request: { ...request, kinds } });
      }
      case "close":
        return callUnary({ ...call, method: service.CloseBudget, request: { budgetId: command.budgetId } });
      case "transfer": {
        const { from, to, amounts, requestId } = command;
        const request = { fromBudgetId: from, toBudgetId: to, amounts, requestId };
        return callUnary({ ...call, method: service.TransferBudget, request });
      }
      case "amend":
        // A command without a base says that the last word counts.
        return callUnary({
          ...call,
          method: service.AmendBudget,
          request: { ...command, overwrite: command.base === undefined },
        });
      case "allocate":
        return callUnary({ ...call, method: service.Allocate, request: command.request });
      case "prolong":
        return callUnary({ ...call, method: service.ProlongBudget, request: command });
      case "extend":
        return callUnary({ ...call, method: service.ExtendAllocation, request: command });
      case "consume":
        return callUnary({ ...call, method: service.ConsumeAllocation, request: command });
      case "release":
        return callUnary({ ...call, method: service.ReleaseAllocation, request: command });
    }
  }

  async function list(request: { readonly budgetIds?: string[]; readonly limit?: number; readonly after?: number }) {
    const { budgets, next } = await callUnary({ ...call, method: service.ListBudgets, request });
    return {
      budgets: budgets.map((budget, index) => budgetFromWire(budget, `budgets[${index}]`)),
      next: next === 0 ? undefined : count("next", next),
    };
  }

  return {
    budgets: {
      apply: async (command): Promise<BudgetOutcome> => budgetOutcomeFromWire(await send(command)),
      list: (limit, after = 0) => list({ limit, after }),
      read: async (budgetIds) => (budgetIds.length === 0 ? [] : (await list({ budgetIds: [...budgetIds] })).budgets),
      // The coordinator does so before it reads.
      reclaim: () => Promise.resolve(0),
      watch: () => () => undefined,
    },
    rates: {
      async refresh(rate, request) {
        const answer = await callUnary({ ...call, method: service.RefreshRate, request: { rate, holder, ...request } });
        return {
          grantedMilli: count("granted_milli", answer.grantedMilli),
          settled: answer.settled,
          storeMs: finite("store_ms", answer.storeMs),
          recovering: answer.recovering,
          // A coordinator of before says none.
          limitMilli: answer.limitMilli === 0 ? request.limitMilli : count("limit_milli", answer.limitMilli),
        };
      },
      async release(rate, holderId) {
        await callUnary({ ...call, method: service.ReleaseRate, request: { rate, holder, holderId } });
      },
    },
    close: () => channel.close(),
  };
}
