/** `GET /api/v1/context`: the shared document, with its version as ETag. */
import type { FastifyInstance } from "fastify";
import { EntrainError } from "@entrain/kernel";
import { contextAnswerSchema } from "../../contract/context-view.ts";
import { readContext } from "../../followers/store-followers.ts";
import type { ApiContext } from "../api-context.ts";
import { anyProblem, answers } from "../described.ts";
import { readThrough, staleMark } from "../read-through.ts";

/** Adds the route. */
export function addContextRoutes(app: FastifyInstance, context: ApiContext): void {
  app.get(
    "/api/v1/context",
    {
      schema: {
        tags: ["context"],
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
      const fresh = await readThrough(context, () => readContext(context.store.globalState));
      const known = fresh ?? context.swarm.model.context();
      if (known === undefined)
        throw new EntrainError("store-unavailable", "Redis is away, and the document was never read; try again later");
      const etag = `"${known.version}"`;
      void reply.header("etag", etag).header("cache-control", "no-cache");
      if (names(request.headers["if-none-match"], etag)) return reply.code(304).send();
      return reply.send({ version: known.version, document: known.document, ...staleMark(fresh !== undefined) });
    },
  );
}

/** True where an If-None-Match header names the tag (RFC 9110, weak comparison). */
function names(header: string | undefined, etag: string): boolean {
  const tags = (header ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes(etag) || tags.includes("*");
}
