/** `GET /api/v1/schedules`: the scheduled jobs, when they fire next, and what became of their latest runs. */
import type { FastifyInstance } from "fastify";
import { pagingSchema, type PagingQuery } from "../../contract/requests.ts";
import { schedulesAnswerSchema, scheduleView, type ScheduleView } from "../../contract/schedule-view.ts";
import type { ApiContext } from "../api-context.ts";
import { anyProblem, answers } from "../described.ts";
import { decodeCursor, encodeCursor, limitOf } from "../paging.ts";
import { readThrough } from "../read-through.ts";

/** Adds the route. */
export function addScheduleRoutes(app: FastifyInstance, context: ApiContext): void {
  /** The beginning of the list as it was read last. */
  let known: readonly ScheduleView[] = [];

  app.get<{ Querystring: PagingQuery }>(
    "/api/v1/schedules",
    {
      schema: {
        tags: ["schedules"],
        operationId: "listSchedules",
        summary: "The scheduled jobs by name",
        querystring: pagingSchema,
        response: { 200: answers("A page of jobs.", schedulesAnswerSchema), ...anyProblem },
      },
    },
    async ({ query }) => {
      const limit = limitOf(query);
      const after = decodeCursor(query)?.["after"];
      const found = await readThrough(context, () => context.store.schedules.list(limit + 1, after));
      if (found === undefined) return { schedules: known.slice(0, limit), stale: true };
      const page = found.slice(0, limit);
      const schedules = page.map(scheduleView);
      if (after === undefined && limit >= known.length) known = schedules;
      const last = found.length > limit ? page.at(-1) : undefined;
      return { schedules, ...(last === undefined ? {} : { next: encodeCursor({ after: last.job }) }) };
    },
  );
}
