/** `GET /api/v1/events`: what happens in the swarm, as server-sent events (WHATWG HTML, "Server-sent events"). */
import type { FastifyInstance, FastifyReply } from "fastify";
import { EntrainError } from "@entrain/kernel";
import { eventsQuerySchema, type EventsQuery } from "../../contract/requests.ts";
import { defaultEventTypes, swarmEventTypes, type SwarmEventType } from "../../contract/swarm-event.ts";
import type { EventConnection } from "../../events/event-hub.ts";
import type { ApiContext } from "../api-context.ts";
import { anyProblem, answersText } from "../described.ts";

/** How long an ended stream may take to send what is pending, ms. */
const lingerMs = 1_000;

/** Adds the route. */
export function addEventRoutes(app: FastifyInstance, context: ApiContext): void {
  app.get<{ Querystring: EventsQuery }>(
    "/api/v1/events",
    {
      // A HEAD request would never be answered to its end.
      exposeHeadRoute: false,
      config: { endless: true },
      schema: {
        tags: ["events"],
        operationId: "streamEvents",
        summary: "What happens in the swarm, as it happens",
        description:
          `Server-sent events of the types ${swarmEventTypes.join(", ")}; all but beat where \`types\` is not given. ` +
          "`Last-Event-ID` resumes after that event; where it is too old an event `resync` says to read the state anew.",
        querystring: eventsQuerySchema,
        response: { 200: answersText("An endless stream.", "text/event-stream"), ...anyProblem },
      },
    },
    (request, reply) => {
      const types = typesOf(request.query.types);
      const lastEventId = request.headers["last-event-id"];
      const wanted = {
        types,
        lastEventId: typeof lastEventId === "string" && lastEventId !== "" ? lastEventId : undefined,
      };
      stream(context, wanted, reply);
    },
  );
}

function stream(context: ApiContext, wanted: Parameters<ApiContext["hub"]["subscribe"]>[0], reply: FastifyReply): void {
  const { raw } = reply;
  const connection: EventConnection = {
    write: (text) => raw.write(text),
    end() {
      raw.end();
      const callOff = context.timers.after(lingerMs, () => raw.destroy());
      raw.once("close", callOff);
    },
  };
  const open = (): void => {
    reply.hijack();
    const headers = { "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" };
    raw.writeHead(200, { ...reply.getHeaders(), ...headers } as Record<string, string>);
  };
  // The first write opens the stream, so that a refused subscription is still an ordinary problem.
  let opened = false;
  const subscription = context.hub.subscribe(wanted, {
    ...connection,
    write(text) {
      if (!opened) open();
      opened = true;
      return connection.write(text);
    },
  });
  const report = (): void => context.events({ kind: "event-streams.changed", open: context.hub.size() });
  report();
  raw.on("drain", () => subscription.drained());
  raw.once("close", () => {
    subscription.cancel();
    report();
  });
}

function typesOf(text: string | undefined): ReadonlySet<SwarmEventType> {
  if (text === undefined) return new Set(defaultEventTypes);
  return new Set(
    text.split(",").map((name) => {
      const known = swarmEventTypes.find((type) => type === name.trim());
      if (known !== undefined) return known;
      throw new EntrainError(
        "invalid-argument",
        `there is no event ${JSON.stringify(name)}: ${swarmEventTypes.join(", ")}`,
        {
          field: "/types",
        },
      );
    }),
  );
}
