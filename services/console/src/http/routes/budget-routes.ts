/** `/api/v1/budgets`: budgets, their policies and transfers, and the audit of their log (B1 to B3). */
import type { FastifyInstance } from "fastify";
import {
  budgetDefinition,
  budgetError,
  checkAmounts,
  checkBudgetRequestId,
  type Amounts,
  type BudgetWish,
} from "@entrain/core/budget";
import { amendBudget, auditBudgets } from "@entrain/runtime";
import {
  auditAnswerSchema,
  budgetBodySchema,
  budgetPatchSchema,
  budgetSchema,
  budgetsAnswerSchema,
  budgetView,
  policyOf,
  transferBodySchema,
  type BudgetBody,
  type BudgetPatch,
  type TransferBody,
} from "../../contract/budget-view.ts";
import { pagingSchema, type PagingQuery } from "../../contract/requests.ts";
import type { ApiContext } from "../api-context.ts";
import { anyProblem, answers, refuses } from "../described.ts";
import { decodeCursor, encodeCursor, limitOf } from "../paging.ts";
import { problem, sendProblem } from "../problem.ts";
import { readThrough, requireStore, staleMark } from "../read-through.ts";
import { answerDone, apply, checked, checkedLater, exhausted, nothing, sendRefusal, tags } from "./budget-answers.ts";

/** Adds the routes. */
export function addBudgetRoutes(app: FastifyInstance, context: ApiContext): void {
  addReading(app, context);
  addBudgets(app, context);
  addChanges(app, context);
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
        summary:
          "Replays every logged change since the last checkpoint and holds the result against the present balance",
        response: { 200: answers("What it found.", auditAnswerSchema), ...anyProblem },
      },
    },
    async () => {
      requireStore(context, "read anew");
      return (await auditBudgets(context.store.budgets)).report;
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
        budgetDefinition({
          ...body,
          ...policyOf(body),
          limits: body.limits as Amounts,
          kinds: body.kinds as BudgetWish["kinds"],
        }),
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
}

function addChanges(app: FastifyInstance, context: ApiContext): void {
  app.patch<{ Params: { id: string }; Body: BudgetPatch }>(
    "/api/v1/budgets/:id",
    {
      schema: {
        tags,
        operationId: "amendBudget",
        summary:
          "Changes a root's limits, what a budget keeps for whom, or how long a child lasts; what is left out stays",
        body: budgetPatchSchema,
        response: {
          200: answers("The budget as it is now.", budgetSchema),
          404: refuses("There is no such budget."),
          409: refuses(
            "A limit is below what is out; `remaining` is what can be taken away. Or others changed it at once.",
          ),
          422: refuses("It may not be; `pointer` names the field."),
          ...anyProblem,
        },
      },
    },
    async ({ params, body }, reply) => {
      requireStore(context);
      const { store, timers, random } = context;
      const { leaseMs, ...rest } = body;
      if (leaseMs === undefined || Object.keys(rest).length > 0) {
        const change = { ...policyOf(rest), limits: rest.limits as Amounts | undefined };
        const outcome = await checkedLater(() =>
          amendBudget({ store: store.budgets, timers, random }, params.id, change),
        );
        if (outcome.kind === "refused") return sendRefusal(reply, outcome.refusal, "/limits");
      }
      // After what is more often refused, so that a refused change leaves no longer lease behind.
      if (leaseMs !== undefined) {
        const outcome = await apply(context, { kind: "prolong", budgetId: params.id, leaseMs });
        if (outcome.kind === "refused") return sendRefusal(reply, outcome.refusal, "/leaseMs");
      }
      const [after] = await store.budgets.read([params.id]);
      if (after === undefined) return sendRefusal(reply, { kind: "unknown-budget", budgetId: params.id }, "");
      return reply.send(budgetView(after));
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
