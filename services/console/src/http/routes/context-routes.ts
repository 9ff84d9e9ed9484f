/** `GET` and `PATCH /api/v1/context`, `GET …/history`, `POST …/rollback`: the shared document, with its version as ETag. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { EntrainError, type Json } from "@entrain/kernel";
import { compactedNote, historyLimitsOf, viewDocument } from "@entrain/core/context";
import type { ChangeOutcome, ChangeRequest, DocumentPatch } from "@entrain/ports";
import {
  changeAnswerSchema,
  contextAnswerSchema,
  historyAnswerSchema,
  historyEntryView,
  rollbackBodySchema,
  type RollbackBody,
} from "../../contract/context-view.ts";
import { pagingSchema, type PagingQuery } from "../../contract/requests.ts";
import type { ApiContext } from "../api-context.ts";
import { changeHeadersSchema, changeRequestOf } from "../change-headers.ts";
import { anyProblem, answers, refuses } from "../described.ts";
import { decodeCursor, encodeCursor, limitOf } from "../paging.ts";
import { problem, sendProblem } from "../problem.ts";
import { readThrough, requireStore, staleMark } from "../read-through.ts";

/** The media types of a patch beside application/json, which is taken for a merge patch. */
export const patchTypes = ["application/merge-patch+json", "application/json-patch+json"] as const;

const tags = ["context"];
const changeAnswers = {
  200: answers("The version that it made.", changeAnswerSchema),
  412: refuses("The base is not the present version; `currentVersion` is."),
  422: refuses("The document may not become that; `pointer` names the place."),
  428: refuses("If-Match is missing."),
  ...anyProblem,
};

/** Adds the routes. */
export function addContextRoutes(app: FastifyInstance, context: ApiContext): void {
  addReading(app, context);
  addHistory(app, context);

  app.patch<{ Body: Json }>(
    "/api/v1/context",
    {
      schema: {
        tags,
        operationId: "patchContext",
        summary: "Changes the shared document, all sections at once or none",
        headers: changeHeadersSchema,
        body: {
          content: {
            "application/merge-patch+json": { schema: { type: "object", description: "RFC 7396." } },
            "application/json": { schema: { type: "object", description: "The same." } },
            "application/json-patch+json": { schema: { type: "array", description: "RFC 6902." } },
          },
        },
        response: changeAnswers,
      },
    },
    (request, reply) => {
      const isJsonPatch = request.headers["content-type"]?.startsWith("application/json-patch+json") === true;
      const { body } = request;
      const patch = (isJsonPatch ? { kind: "json", patch: body } : { kind: "merge", patch: body }) as DocumentPatch;
      return change(context, request, reply, (wanted) => context.desk.patch(patch, wanted));
    },
  );

  app.post<{ Body: RollbackBody }>(
    "/api/v1/context/rollback",
    {
      schema: {
        tags,
        operationId: "rollbackContext",
        summary: "Makes a new version that is what an earlier one was",
        headers: changeHeadersSchema,
        body: rollbackBodySchema,
        response: { ...changeAnswers, 410: refuses("That version is compacted; `oldestVersion` is not.") },
      },
    },
    (request, reply) =>
      change(context, request, reply, (wanted) => context.desk.rollback(request.body.toVersion, wanted)),
  );
}

function addReading(app: FastifyInstance, context: ApiContext): void {
  app.get(
    "/api/v1/context",
    {
      schema: {
        tags,
        operationId: "getContext",
        summary: "The shared document",
        response: {
          200: answers("The document; version 0 and empty before there is one.", contextAnswerSchema),
          304: { type: "null", description: "It is still the version that If-None-Match names." },
          ...anyProblem,
        },
      },
    },
    async (request, reply) => {
      const fresh = await readThrough(context, () => context.desk.read());
      const known = fresh ?? context.swarm.model.context();
      if (known === undefined)
        throw new EntrainError("store-unavailable", "Redis is away, and the document was never read; try again later");
      const etag = `"${known.version}"`;
      void reply.header("etag", etag).header("cache-control", "no-cache");
      if (names(request.headers["if-none-match"], etag)) return reply.code(304).send();
      const document = viewDocument(known.document, "everything", context.clock.unixMs());
      return reply.send({ version: known.version, document, ...staleMark(fresh !== undefined) });
    },
  );
}

function addHistory(app: FastifyInstance, context: ApiContext): void {
  app.get<{ Querystring: PagingQuery }>(
    "/api/v1/context/history",
    {
      schema: {
        tags,
        operationId: "listContextVersions",
        summary: "The versions of the shared document that are kept, newest first",
        querystring: pagingSchema,
        response: { 200: answers("A page of versions.", historyAnswerSchema), ...anyProblem },
      },
    },
    async ({ query }) => {
      const limit = limitOf(query);
      const place = decodeCursor(query)?.["version"];
      const before = place === undefined ? undefined : Number(place);
      const page = await readThrough(context, () => context.desk.history(limit, before));
      const seen = context.swarm.model
        .contextEntries()
        .filter(({ version }) => before === undefined || version < before);
      const entries = page?.entries ?? seen.slice(0, limit);
      const oldest = page?.oldest ?? seen.at(-1)?.version ?? 0;
      const last = entries.at(-1)?.version;
      const next = last === undefined || last <= oldest ? {} : { next: encodeCursor({ version: String(last) }) };
      const limits = historyLimitsOf(context.swarm.model.context()?.document ?? {});
      const compacted = compactedNote(oldest, limits) ?? null;
      return { versions: entries.map(historyEntryView), oldest, compacted, ...next, ...staleMark(page !== undefined) };
    },
  );
}

/** Carries a change out; a stale base is answered with the present version. */
async function change(
  context: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
  carryOut: (wanted: ChangeRequest) => Promise<ChangeOutcome>,
) {
  const wanted = changeRequestOf(request);
  if (wanted === undefined)
    return sendProblem(reply, problem(428, 'say which version it changes: If-Match: "7", the ETag of the document'));
  requireStore(context);
  try {
    const { version } = await carryOut(wanted);
    return await reply.header("etag", `"${version}"`).send({ version });
  } catch (thrown) {
    const { code, message, value } = EntrainError.from(thrown);
    if (code === "conflict") return sendProblem(reply, problem(412, message, { code, currentVersion: Number(value) }));
    if (code === "already-exists") return sendProblem(reply, problem(422, message, { code }));
    throw thrown;
  }
}

/** True where an If-None-Match header names the tag (RFC 9110, weak comparison). */
function names(header: string | undefined, etag: string): boolean {
  const tags = (header ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes(etag) || tags.includes("*");
}
