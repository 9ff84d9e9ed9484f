/** `POST /api/v1/telemetry` and `GET /api/v1/decisions`. */
import type { FastifyInstance } from "fastify";
import { EntrainError } from "@entrain/kernel";
import { checkReading, type Reading } from "@entrain/core/decision";
import { injectTelemetry } from "../../actions/inject-telemetry.ts";
import {
  auditQuerySchema,
  decisionAuditSchema,
  decisionsAnswerSchema,
  telemetryAnswerSchema,
  telemetryBodySchema,
  type AuditQuery,
  type TelemetryBody,
} from "../../contract/decision-view.ts";
import { pagingSchema, type PagingQuery } from "../../contract/requests.ts";
import { decisionEntryView } from "../../swarm-model/decision-book.ts";
import type { ApiContext } from "../api-context.ts";
import { anyProblem, answers, refuses } from "../described.ts";
import { decodeCursor, encodeCursor, limitOf } from "../paging.ts";
import { pointerTo } from "../problem.ts";
import { readThrough, requireStore, staleMark } from "../read-through.ts";

const tags = ["decisions"];

/** Adds the routes. */
export function addDecisionRoutes(app: FastifyInstance, context: ApiContext): void {
  app.post<{ Body: TelemetryBody }>(
    "/api/v1/telemetry",
    {
      schema: {
        tags,
        operationId: "injectTelemetry",
        summary: "Gives a reading to every agent that is alive, and waits for their decisions",
        body: telemetryBodySchema,
        response: {
          200: answers("What each agent decided.", telemetryAnswerSchema),
          422: refuses("A wrong field; `pointer` names it."),
          ...anyProblem,
        },
      },
    },
    async ({ body }) => {
      const reading = readingOf(body.telemetry);
      requireStore(context);
      return injectTelemetry(context.swarm, context.timers, reading, body.incident);
    },
  );

  app.get<{ Querystring: PagingQuery }>(
    "/api/v1/decisions",
    {
      schema: {
        tags,
        operationId: "listDecisions",
        summary: "Committed decisions with what agents did about them, newest first",
        querystring: pagingSchema,
        response: { 200: answers("A page of decisions.", decisionsAnswerSchema), ...anyProblem },
      },
    },
    ({ query }) => decisionsPage(context, query),
  );

  app.get<{ Querystring: AuditQuery }>(
    "/api/v1/decision-audit",
    {
      schema: {
        tags,
        operationId: "auditDecisions",
        summary: "Puts the newest decisions to their own policies again, and says where that comes to something else",
        querystring: auditQuerySchema,
        response: { 200: answers("What it found.", decisionAuditSchema), ...anyProblem },
      },
    },
    ({ query }) => {
      requireStore(context, "read anew");
      return context.auditDecisions(query.limit ?? auditedByDefault);
    },
  );
}

/** Decisions that an audit looks at where its caller does not say. */
const auditedByDefault = 1_000;

/**
 * A page from the store, else from the newest decisions that the console remembers. A cursor holds both the store's
 * place and the last decision of the page, so that a caller can go on paging while Redis goes away.
 */
async function decisionsPage({ swarm, store, ...rest }: ApiContext, query: PagingQuery) {
  const limit = limitOf(query);
  const place = decodeCursor(query);
  const after = place?.["decisionId"];
  const storePlace = place?.["store"];
  const context = { swarm, store, ...rest };
  const canRead = place === undefined || storePlace !== undefined;
  const page = canRead ? await readThrough(context, () => store.ledger.list(limit, storePlace)) : undefined;
  const { entries, more } =
    page === undefined ? swarm.model.decisions(limit, after) : { entries: page.entries, more: page.next !== undefined };
  const last = entries.at(-1)?.decision.decisionId ?? after;
  const nextPlace = {
    ...(last === undefined ? {} : { decisionId: last }),
    ...(page?.next === undefined ? {} : { store: page.next }),
  };
  return {
    decisions: entries.map(decisionEntryView),
    ...(more ? { next: encodeCursor(nextPlace) } : {}),
    ...staleMark(page !== undefined),
  };
}

/** The reading, or what is wrong with it by a JSON Pointer into the body. */
function readingOf(telemetry: object): Reading {
  try {
    return checkReading(telemetry);
  } catch (thrown) {
    const { code, message, field = "telemetry" } = EntrainError.from(thrown);
    const name = field.startsWith("telemetry.") ? [field.slice("telemetry.".length)] : [];
    throw new EntrainError(code, message, { field: pointerTo("telemetry", ...name), cause: thrown });
  }
}
