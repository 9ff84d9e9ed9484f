/** `/api/v1/budgets/{id}/allocations`: parts of budgets that are held for a lease (B1 to B3). */
import type { FastifyInstance } from "fastify";
import { EntrainError } from "@entrain/kernel";
import { allocationRequest, budgetLimits, checkAmounts, checkWithin, type Amounts } from "@entrain/core/budget";
import { seekGrant } from "@entrain/runtime";
import {
  allocationAnswerSchema,
  allocationBodySchema,
  allocationPatchSchema,
  allocationWaitMaxMs,
  extensionAnswerSchema,
  type AllocationBody,
  type AllocationPatch,
} from "../../contract/budget-view.ts";
import type { ApiContext } from "../api-context.ts";
import { anyProblem, answers, refuses } from "../described.ts";
import { requireStore } from "../read-through.ts";
import { answerDone, apply, checked, nothing, sendRefusal, tags } from "./budget-answers.ts";

/** Adds the routes. */
export function addAllocationRoutes(app: FastifyInstance, context: ApiContext): void {
  app.post<{ Params: { id: string }; Body: AllocationBody }>(
    "/api/v1/budgets/:id/allocations",
    {
      schema: {
        tags,
        operationId: "allocate",
        summary: "Takes a part of a budget for a lease",
        body: allocationBodySchema,
        response: {
          201: answers(
            "It is granted; the same request is answered the same part while it is held.",
            allocationAnswerSchema,
          ),
          409: refuses("There is not enough: `remaining` is what is left. Or the part of this request has ended."),
          422: refuses("It may not be, or the request id was used for another body; `pointer` names the field."),
          ...anyProblem,
        },
      },
    },
    async ({ params, body }, reply) => {
      const request = checked(() =>
        allocationRequest(params.id, { ...body, amounts: body.amounts as Amounts, least: body.least as Amounts }),
      );
      requireStore(context);
      const { clock, timers, store, random } = context;
      const seeker = { clock, timers, random, store: store.budgets };
      const { outcome } = await seekGrant(seeker, request, { waitMs: body.waitMs, waitMaxMs: allocationWaitMaxMs });
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
