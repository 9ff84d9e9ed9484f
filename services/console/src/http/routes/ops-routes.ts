/** `/healthz`, `/readyz` and `/metrics` on the console's own port, and the description of the API. */
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { closedObject, textOrNull } from "../../contract/scalars.ts";
import type { ApiContext } from "../api-context.ts";
import { anyProblem, answers, answersText } from "../described.ts";

const tags = ["operations"];
const name = "console";
const healthSchema = closedObject({ status: Type.Literal("ok"), name: Type.Literal(name) });
const readinessSchema = closedObject({
  ready: Type.Boolean(),
  name: Type.Literal(name),
  reason: textOrNull("Why it is not ready."),
});

/** Adds the routes. */
export function addOpsRoutes(app: FastifyInstance, context: ApiContext): void {
  app.get(
    "/healthz",
    {
      schema: {
        tags,
        operationId: "healthz",
        summary: "Is the process well?",
        response: { 200: answers("Yes.", healthSchema) },
      },
    },
    () => ({ status: "ok", name }),
  );

  app.get(
    "/readyz",
    {
      schema: {
        tags,
        operationId: "readyz",
        summary: "Did the console see the swarm, and is it not about to end?",
        response: { 200: answers("Yes.", readinessSchema), 503: answers("Not yet, or no more.", readinessSchema) },
      },
    },
    (_request, reply) => {
      const { ok, reason = null } = context.ready();
      return reply.code(ok ? 200 : 503).send({ ready: ok, name, reason });
    },
  );

  app.get(
    "/metrics",
    {
      schema: {
        tags,
        operationId: "metrics",
        summary: "The console's metrics, for Prometheus",
        response: { 200: answersText("Metrics.", "text/plain"), ...anyProblem },
      },
    },
    async (_request, reply) => reply.type(context.metrics.contentType).send(await context.metrics.text()),
  );

  app.get("/api/openapi.json", { schema: { hide: true } }, () => app.swagger());
}
