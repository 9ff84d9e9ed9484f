/** `GET /api/v1/rhythm` and `PUT /api/v1/rhythm/goal`. */
import type { FastifyInstance } from "fastify";
import { possibleGoal, setGoal } from "../../actions/set-goal.ts";
import { goalBodySchema, goalSchema, rhythmAnswerSchema, type GoalBody } from "../../contract/rhythm-view.ts";
import { goalView } from "../../swarm-model/rhythm-observer.ts";
import type { ApiContext } from "../api-context.ts";
import { anyProblem, answers, refuses } from "../described.ts";
import { requireStore, staleMark } from "../read-through.ts";

const tags = ["rhythm"];

/** Adds the routes. */
export function addRhythmRoutes(app: FastifyInstance, context: ApiContext): void {
  const { model } = context.swarm;

  app.get(
    "/api/v1/rhythm",
    {
      schema: {
        tags,
        operationId: "getRhythm",
        summary: "The rhythm as the console measures it",
        response: { 200: answers("The rhythm.", rhythmAnswerSchema), ...anyProblem },
      },
    },
    () => ({ ...model.rhythm(), recoveries: model.recoveries(), ...staleMark(model.store().up) }),
  );

  app.put<{ Body: GoalBody }>(
    "/api/v1/rhythm/goal",
    {
      schema: {
        tags,
        operationId: "setGoal",
        summary: "Gives the whole swarm another goal, from a beat on that everyone knows in advance",
        body: goalBodySchema,
        response: {
          200: answers("The goal record.", goalSchema),
          409: refuses("Others set goals at the same time, again and again."),
          422: refuses("The goal is impossible; `pointer` names the field, `nearest` is the nearest possible goal."),
          503: refuses("Redis is away, or its recovery window is open."),
          ...anyProblem,
        },
      },
    },
    async ({ body }) => {
      const request = possibleGoal(body, model.memberCounts().alive);
      requireStore(context);
      return goalView(await setGoal(context, request));
    },
  );
}
