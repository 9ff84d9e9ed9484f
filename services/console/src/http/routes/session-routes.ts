/** `/api/v1/sessions`: goals that several agents work towards by a pattern. */
import type { FastifyInstance } from "fastify";
import { EntrainError } from "@entrain/kernel";
import { pagingSchema, type PagingQuery } from "../../contract/requests.ts";
import {
  sessionBodySchema,
  sessionDetail,
  sessionDetailSchema,
  sessionsAnswerSchema,
  sessionView,
  type SessionBody,
} from "../../contract/session-view.ts";
import type { ApiContext } from "../api-context.ts";
import { anyProblem, answers, refuses } from "../described.ts";
import { decodeCursor, encodeCursor, limitOf } from "../paging.ts";
import { pointerTo } from "../problem.ts";
import { readThrough, requireStore, staleMark } from "../read-through.ts";

const tags = ["sessions"];
const unknown = refuses("There is no such session.");

/** Adds the routes. */
export function addSessionRoutes(app: FastifyInstance, context: ApiContext): void {
  const { sessions } = context;

  app.get<{ Querystring: PagingQuery }>(
    "/api/v1/sessions",
    {
      schema: {
        tags,
        operationId: "listSessions",
        summary: "The sessions, newest first",
        querystring: pagingSchema,
        response: { 200: answers("A page of sessions.", sessionsAnswerSchema), ...anyProblem },
      },
    },
    async ({ query }) => {
      const limit = limitOf(query);
      const place = decodeCursor(query)?.["before"];
      const page = await readThrough(context, () =>
        sessions.list(limit, place === undefined ? undefined : Number(place)),
      );
      if (page === undefined)
        return { sessions: context.swarm.model.sessions().slice(0, limit).map(sessionView), stale: true };
      const next = page.next === undefined ? {} : { next: encodeCursor({ before: String(page.next) }) };
      return { sessions: page.sessions.map(sessionView), ...next, ...staleMark(true) };
    },
  );

  app.post<{ Body: SessionBody }>(
    "/api/v1/sessions",
    {
      schema: {
        tags,
        operationId: "createSession",
        summary: "Makes a session; a coordinator drives it",
        body: sessionBodySchema,
        response: {
          201: answers("It is made; the same body under the same id is made once.", sessionDetailSchema),
          409: refuses("Another session has this id."),
          422: refuses("It may not be; `pointer` names the field."),
          ...anyProblem,
        },
      },
    },
    async ({ body }, reply) => {
      requireStore(context);
      const sessionId = await sessions.create(body).catch((thrown: unknown) => {
        throw withPointer(thrown);
      });
      return reply.code(201).send(sessionDetail(await sessions.read(sessionId)));
    },
  );

  app.get<{ Params: { id: string } }>(
    "/api/v1/sessions/:id",
    {
      schema: {
        tags,
        operationId: "readSession",
        summary: "A session, its steps, its score and its result",
        response: { 200: answers("The session.", sessionDetailSchema), 404: unknown, ...anyProblem },
      },
    },
    async ({ params }) => {
      requireStore(context, "read anew");
      return sessionDetail(await sessions.read(params.id));
    },
  );

  app.delete<{ Params: { id: string } }>(
    "/api/v1/sessions/:id",
    {
      schema: {
        tags,
        operationId: "cancelSession",
        summary: "Asks for the end of a session; what it had begun is cancelled",
        response: {
          204: { type: "null", description: "It was asked for, or the session has ended." },
          404: unknown,
          ...anyProblem,
        },
      },
    },
    async ({ params }, reply) => {
      requireStore(context);
      await sessions.cancel(params.id);
      return reply.code(204).send();
    },
  );
}

/** A field as a JSON Pointer into the body: `pattern.stages[0].input` is `/pattern/stages/0/input`. */
function withPointer(thrown: unknown): unknown {
  const { code, field, value, remedy, position } = EntrainError.from(thrown);
  if (code !== "invalid-argument" || field === undefined || remedy === undefined) return thrown;
  const names = field === "session" ? [] : field.split(/[.[\]]+/).filter((name) => name !== "");
  return EntrainError.invalid(pointerTo(...names), value, remedy, position === undefined ? {} : { position });
}
