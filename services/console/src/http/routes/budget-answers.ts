/** How changes of budgets are carried out and answered: a refusal is a problem with its figures. */
import type { FastifyReply } from "fastify";
import { EntrainError } from "@entrain/kernel";
import { budgetError, type BudgetCommand, type BudgetOutcome, type BudgetRefusal } from "@entrain/core/budget";
import type { ApiContext } from "../api-context.ts";
import { refuses } from "../described.ts";
import { pointerTo, problem, sendProblem } from "../problem.ts";
import { requireStore } from "../read-through.ts";

/** The tags of all of them. */
export const tags = ["budgets"];
/** What 204 says. */
export const nothing = { type: "null", description: "Done; a repetition is answered the same." } as const;
/** What 409 says. */
export const exhausted = refuses("There is not enough; `remaining` is what is left.");

/** Carries a command out. @throws EntrainError `store-unavailable` while the store is away */
export async function apply(context: ApiContext, command: BudgetCommand): Promise<BudgetOutcome> {
  requireStore(context);
  return context.store.budgets.apply(command);
}

/** Checks a body; its fields become JSON Pointers. */
export function checked<T>(check: () => T): T {
  try {
    return check();
  } catch (thrown) {
    throw pointed(thrown);
  }
}

/** As `checked`, of what takes its time. */
export async function checkedLater<T>(check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (thrown) {
    throw pointed(thrown);
  }
}

function pointed(thrown: unknown): EntrainError {
  const error = EntrainError.from(thrown);
  const { field, value, remedy } = error;
  if (field === undefined || remedy === undefined) return error;
  return EntrainError.invalid(pointerTo(...field.split("/")), value, remedy);
}

/** 204, or the refusal. */
export function answerDone(reply: FastifyReply, outcome: BudgetOutcome) {
  return outcome.kind === "refused" ? sendRefusal(reply, outcome.refusal, "/amounts") : reply.code(204).send();
}

/** A refusal as a problem; `pointer` is the field that is wrong where one is. */
export function sendRefusal(reply: FastifyReply, refusal: BudgetRefusal, pointer: string) {
  const { code, message } = budgetError(refusal);
  if (refusal.kind === "exhausted")
    return sendProblem(reply, problem(409, message, { code, remaining: refusal.remaining }));
  if (refusal.kind === "request-reused")
    return sendProblem(reply, problem(422, message, { code, pointer: "/requestId" }));
  if (refusal.kind === "unknown-class")
    return sendProblem(reply, problem(422, message, { code, pointer: `/${refusal.field}` }));
  if (code === "invalid-argument") return sendProblem(reply, problem(422, message, { code, pointer }));
  const status = code === "not-found" ? 404 : code === "resource-exhausted" ? 429 : 409;
  return sendProblem(reply, problem(status, message, { code }));
}
