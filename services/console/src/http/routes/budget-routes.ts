/** `/api/v1/budgets`: budgets, their allocations and transfers, and the audit of their log (B1 to B3). */
import type { FastifyInstance, FastifyReply } from "fastify";
import { EntrainError } from "@entrain/kernel";
import {
  allocationRequest,
  budgetDefinition,
  budgetError,
  budgetLimits,
  checkAmounts,
  checkBudgetRequestId,
  checkWithin,
  createBudgetAudit,
  type Amounts,
  type BudgetCommand,
  type BudgetOutcome,
  type BudgetRefusal,
  type BudgetWish,
} from "@entrain/core/budget";
import {
  allocationAnswerSchema,
  allocationBodySchema,
  allocationPatchSchema,
  auditAnswerSchema,
  budgetBodySchema,
  budgetSchema,
  budgetsAnswerSchema,
  budgetView,
  extensionAnswerSchema,
  transferBodySchema,
  type AllocationBody,
  type AllocationPatch,
  type BudgetBody,
  type TransferBody,
} from "../../contract/budget-view.ts";
import { pagingSchema, type PagingQuery } from "../../contract/requests.ts";
import type { ApiContext } from "../api-context.ts";
import { anyProblem, answers, refuses } from "../described.ts";
import { decodeCursor, encodeCursor, limitOf } from "../paging.ts";
import { pointerTo, problem, sendProblem } from "../problem.ts";
import { readThrough, requireStore, staleMark } from "../read-through.ts";

const tags = ["budgets"];
const nothing = { type: "null", description: "Done; a repetition is answered the same." } as const;
const exhausted = refuses("There is not enough; `remaining` is what is left.");

/** Adds the routes. */
export function addBudgetRoutes(app: FastifyInstance, context: ApiContext): void {
  addReading(app, context);
  addBudgets(app, context);
  addAllocations(app, context);
}

function addReading(app: FastifyInstance, context: ApiContext): void {
  const { budgets } = context.store;

  app.get<{ Querystring: PagingQuery }>(
    "/api/v1/budgets",
    {
      schema: {
        tags,
        operationId: "listBudgets",
        summary: "The budgets, in the order of their creation",
        querystring: pagingSchema,
        response: { 200: answers("A page of budgets.", budgetsAnswerSchema), ...anyProblem },
      },
    },
    async ({ query }) => {
      const limit = limitOf(query);
      const place = decodeCursor(query)?.["after"];
      const page = await readThrough(context, () =>
        budgets.list(limit, place === undefined ? undefined : Number(place)),
      );
      if (page === undefined)
        return { budgets: context.swarm.model.budgets().slice(0, limit).map(budgetView), stale: true };
      const next = page.next === undefined ? {} : { next: encodeCursor({ after: String(page.next) }) };
      return { budgets: page.budgets.map(budgetView), ...next, ...staleMark(true) };
    },
  );

  app.get(
    "/api/v1/budget-audit",
    {
      schema: {
        tags,
        operationId: "auditBudgets",
        summary: "Replays every logged change and holds the result against the present balance",
        response: { 200: answers("What it found.", auditAnswerSchema), ...anyProblem },
      },
    },
    async () => {
      requireStore(context);
      return audit(context);
    },
  );
}

function addBudgets(app: FastifyInstance, context: ApiContext): void {
  app.post<{ Body: BudgetBody }>(
    "/api/v1/budgets",
    {
      schema: {
        tags,
        operationId: "createBudget",
        summary: "Makes a budget: a root, or a part of its parent",
        body: budgetBodySchema,
        response: {
          200: answers("It was there already, as described.", budgetSchema),
          201: answers("It was made.", budgetSchema),
          409: refuses("Another budget has this id, or its parent has not enough: `remaining` is what it has."),
          422: refuses("It may not be; `pointer` names the field."),
          ...anyProblem,
        },
      },
    },
    async ({ body }, reply) => {
      const definition = checked(() =>
        budgetDefinition({ ...body, limits: body.limits as Amounts, kinds: body.kinds as BudgetWish["kinds"] }),
      );
      const outcome = await apply(context, { kind: "create", definition });
      if (outcome.kind === "refused") {
        const { refusal } = outcome;
        const isParent = refusal.kind === "unknown-budget";
        if (isParent) return sendProblem(reply, problem(422, budgetError(refusal).message, { pointer: "/parentId" }));
        return sendRefusal(reply, refusal, "/limits");
      }
      const [budget] = await context.store.budgets.read([definition.budgetId]);
      if (budget === undefined) throw budgetError({ kind: "unknown-budget", budgetId: definition.budgetId });
      return reply.code(outcome.kind === "repeated" ? 200 : 201).send(budgetView(budget));
    },
  );

  app.delete<{ Params: { id: string } }>(
    "/api/v1/budgets/:id",
    {
      schema: {
        tags,
        operationId: "closeBudget",
        summary: "Lets a budget grant nothing new; it is freed with the last of its children",
        response: { 204: nothing, 404: refuses("There is no such budget."), ...anyProblem },
      },
    },
    async ({ params }, reply) => answerDone(reply, await apply(context, { kind: "close", budgetId: params.id })),
  );

  app.post<{ Params: { id: string }; Body: TransferBody }>(
    "/api/v1/budgets/:id/transfers",
    {
      schema: {
        tags,
        operationId: "transferBudget",
        summary: "Moves free room to the parent, a child or a sibling",
        body: transferBodySchema,
        response: { 204: nothing, 409: exhausted, ...anyProblem },
      },
    },
    async ({ params, body }, reply) => {
      const amounts = checked(() => checkAmounts("amounts", body.amounts, 1));
      const requestId = checked(() => checkBudgetRequestId(body.requestId));
      return answerDone(
        reply,
        await apply(context, { kind: "transfer", from: params.id, to: body.to, amounts, requestId }),
      );
    },
  );
}

function addAllocations(app: FastifyInstance, context: ApiContext): void {
  app.post<{ Params: { id: string }; Body: AllocationBody }>(
    "/api/v1/budgets/:id/allocations",
    {
      schema: {
        tags,
        operationId: "allocate",
        summary: "Takes a part of a budget for a lease",
        body: allocationBodySchema,
        response: {
          201: answers("It is granted; the same request is answered the same.", allocationAnswerSchema),
          409: exhausted,
          422: refuses("It may not be, or the request id was used for another body; `pointer` names the field."),
          ...anyProblem,
        },
      },
    },
    async ({ params, body }, reply) => {
      const request = checked(() => allocationRequest(params.id, { ...body, amounts: body.amounts as Amounts }));
      const outcome = await apply(context, { kind: "allocate", request });
      if (outcome.kind === "refused") return sendRefusal(reply, outcome.refusal, "/requestId");
      if (outcome.kind !== "granted") throw new EntrainError("internal", `an allocation was answered ${outcome.kind}`);
      const { allocationId, amounts, leaseUntilMs } = outcome.grant;
      return reply.code(201).send({ allocationId, amounts, leaseUntil: leaseUntilMs });
    },
  );

  const one = "/api/v1/budgets/:id/allocations/:allocationId";
  app.patch<{ Params: { id: string; allocationId: string }; Body: AllocationPatch }>(
    one,
    {
      schema: {
        tags,
        operationId: "reportAllocation",
        summary: "Prolongs an allocation, reports what was consumed of it, or both",
        body: allocationPatchSchema,
        response: {
          200: answers("Done.", extensionAnswerSchema),
          409: refuses("It has ended, or must end."),
          ...anyProblem,
        },
      },
    },
    async ({ params, body }, reply) => {
      const target = { budgetId: params.id, allocationId: params.allocationId };
      const { leaseMs, consumed } = body;
      const totals = consumed === undefined ? undefined : checked(() => checkAmounts("consumed", consumed, 0));
      if (leaseMs !== undefined) checked(() => checkWithin("leaseMs", leaseMs, budgetLimits.leaseMs));
      if (totals !== undefined) {
        const outcome = await apply(context, { kind: "consume", ...target, consumed: totals });
        if (outcome.kind === "refused") return sendRefusal(reply, outcome.refusal, "/consumed");
      }
      if (leaseMs === undefined) return reply.send({ allocationId: params.allocationId, leaseUntil: null });
      const outcome = await apply(context, { kind: "extend", ...target, leaseMs });
      if (outcome.kind === "refused") return sendRefusal(reply, outcome.refusal, "/leaseMs");
      const leaseUntil = outcome.kind === "extended" ? outcome.leaseUntilMs : null;
      return reply.send({ allocationId: params.allocationId, leaseUntil });
    },
  );

  app.delete<{ Params: { id: string; allocationId: string } }>(
    one,
    {
      schema: {
        tags,
        operationId: "releaseAllocation",
        summary: "Gives back what was not consumed",
        response: { 204: nothing, 404: refuses("There is no such allocation."), ...anyProblem },
      },
    },
    async ({ params }, reply) => {
      const command = { kind: "release", budgetId: params.id, allocationId: params.allocationId } as const;
      return answerDone(reply, await apply(context, command));
    },
  );
}

async function apply(context: ApiContext, command: BudgetCommand): Promise<BudgetOutcome> {
  requireStore(context);
  return context.store.budgets.apply(command);
}

/** Checks a body; its fields become JSON Pointers. */
function checked<T>(check: () => T): T {
  try {
    return check();
  } catch (thrown) {
    const { field, value, remedy } = EntrainError.from(thrown);
    if (field === undefined || remedy === undefined) throw thrown;
    throw EntrainError.invalid(pointerTo(...field.split("/")), value, remedy);
  }
}

function answerDone(reply: FastifyReply, outcome: BudgetOutcome) {
  return outcome.kind === "refused" ? sendRefusal(reply, outcome.refusal, "/amounts") : reply.code(204).send();
}

/** A refusal as a problem; `pointer` is the field that is wrong where one is. */
function sendRefusal(reply: FastifyReply, refusal: BudgetRefusal, pointer: string) {
  const { code, message } = budgetError(refusal);
  if (refusal.kind === "exhausted")
    return sendProblem(reply, problem(409, message, { code, remaining: refusal.remaining }));
  if (refusal.kind === "request-reused")
    return sendProblem(reply, problem(422, message, { code, pointer: "/requestId" }));
  if (code === "invalid-argument") return sendProblem(reply, problem(422, message, { code, pointer }));
  const status = code === "not-found" ? 404 : code === "resource-exhausted" ? 429 : 409;
  return sendProblem(reply, problem(status, message, { code }));
}

/** Entries that are read at once. */
const auditPage = 500;

async function audit({ store: { budgets } }: ApiContext) {
  const replay = createBudgetAudit();
  const pages = async (after: number): Promise<void> => {
    const entries = await budgets.log(after, auditPage);
    for (const entry of entries) replay.enter(entry);
    const last = entries.at(-1);
    if (last !== undefined) await pages(last.number);
  };
  await pages(0);
  const present = [];
  for (let page = await budgets.list(1_000); ; page = await budgets.list(1_000, page.next)) {
    present.push(...page.budgets);
    if (page.next === undefined) break;
  }
  return replay.close(present);
}
