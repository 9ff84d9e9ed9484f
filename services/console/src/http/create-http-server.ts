/**
 * The console's HTTP server: fastify with our own validation, problems and guards.
 *
 * Order of a request: guards (path, caller, method, origin, room), then the body (size, media type, JSON), then its fields, then
 * the route. Answers are written as the route made them: schemas describe and tests hold them to it, but nothing is
 * silently cut to fit.
 */
import { Ajv } from "ajv";
import swagger from "@fastify/swagger";
import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { EntrainError } from "@entrain/kernel";
import type { ApiContext } from "./api-context.ts";
import { addGuards, addMethodGuard } from "./guards.ts";
import { answerClientError } from "./client-error.ts";
import { problemOf, sendProblem } from "./problem.ts";
import { addRequestTracing } from "./request-tracing.ts";
import { addAllocationRoutes } from "./routes/allocation-routes.ts";
import { addBudgetRoutes } from "./routes/budget-routes.ts";
import { addContextRoutes, patchTypes } from "./routes/context-routes.ts";
import { addDecisionRoutes } from "./routes/decision-routes.ts";
import { addEventRoutes } from "./routes/event-routes.ts";
import { addLeaderRoutes } from "./routes/leader-routes.ts";
import { addOpsRoutes } from "./routes/ops-routes.ts";
import { addPageRoutes } from "./routes/page-routes.ts";
import { addSessionRoutes } from "./routes/session-routes.ts";
import { addRhythmRoutes } from "./routes/rhythm-routes.ts";
import { addScheduleRoutes } from "./routes/schedule-routes.ts";
import { addSwarmRoutes } from "./routes/swarm-routes.ts";
import { addVoterRoutes } from "./routes/voter-routes.ts";

/** Largest body, bytes. */
const bodyMax = 64 * 1024;
/** A request must have arrived whole after this long, ms. */
const requestTimeoutMs = 10_000;
/** Connections at once: requests under way, event streams, and idle ones that are kept alive. */
const connectionsMax = 2_048;

/** A server that is ready to listen or to be asked by `inject`. */
export async function createHttpServer(context: ApiContext): Promise<FastifyInstance> {
  const app = Fastify({
    logger: false,
    bodyLimit: bodyMax,
    requestTimeout: requestTimeoutMs,
    http: { connectionsCheckingInterval: 1_000 },
    // A closing server ends its idle connections; streams are ended by the hub.
    forceCloseConnections: "idle",
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, _request, reply) => void sendProblem(reply as unknown as FastifyReply, problemOf(error)),
  });
  app.server.maxConnections = connectionsMax;
  useOwnValidation(app);
  app.setErrorHandler((thrown, _request, reply) => {
    const answer = problemOf(thrown);
    if (answer.status === 500) context.events({ kind: "http.failed", message: EntrainError.from(thrown).message });
    return sendProblem(reply, answer);
  });
  addGuards(app, context);
  addRequestTracing(app);
  await app.register(swagger, { openapi: apiDescription });
  const refuseOtherMethods = addMethodGuard(app);
  addSwarmRoutes(app, context);
  addRhythmRoutes(app, context);
  addLeaderRoutes(app, context);
  addVoterRoutes(app, context);
  addDecisionRoutes(app, context);
  addContextRoutes(app, context);
  addBudgetRoutes(app, context);
  addAllocationRoutes(app, context);
  addSessionRoutes(app, context);
  addScheduleRoutes(app, context);
  addEventRoutes(app, context);
  addOpsRoutes(app, context);
  await addPageRoutes(app);
  refuseOtherMethods();
  await app.ready();
  return app;
}

const apiDescription = {
  openapi: "3.1.0",
  info: {
    title: "Entrain console",
    version: "1",
    description:
      "One swarm: its members, rhythm, leader, decisions, shared context and scheduled jobs. Times are Unix ms.",
    license: { name: "Apache-2.0", identifier: "Apache-2.0" },
  },
} as const;

/**
 * Bodies are taken literally; query strings are texts and are read as numbers where a number is asked for. Findings hold
 * the value that was found (`verbose`), for the answer to name it.
 */
function useOwnValidation(app: FastifyInstance): void {
  const options = { strict: true, allowUnionTypes: true, verbose: true } as const;
  const literal = new Ajv(options);
  const coercing = new Ajv({ ...options, coerceTypes: true });
  app.setValidatorCompiler<object>(({ schema, httpPart }) =>
    (httpPart === "querystring" ? coercing : literal).compile(schema),
  );
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser([...patchTypes], { parseAs: "string" }, (request, body: string, done) => {
    if (request.method === "PATCH") void parse(request, body, done);
    else done(Object.assign(new Error("send the body as application/json"), { statusCode: 415 }));
  });
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body: string, done) => {
    // An action without fields may be posted with the media type and no body.
    if (body === "" && request.routeOptions.schema?.body === undefined) done(null, undefined);
    else void parse(request, body, done);
  });
}
