/**
 * Sub-session: a goal within a session, with criteria of its own, reached by a pattern of its own, again and again where it is
 * not. Inside it `input` is what it was given, `iteration` and `last` are its own. It fails where its iterations are used up.
 */
import { type Json, membersOf } from "@entrain/kernel";
import { checkWhole } from "../../task/index.ts";
import { checkGoal, scoreOf, whyNot } from "../goal.ts";
import { type Pattern, type PatternNode } from "../node.ts";
import { sessionLimits, type SessionGoal } from "../session.ts";

export const subSession: Pattern = {
  name: "session",
  check(node, field, world) {
    const { goal, run, iterationsMax } = membersOf(node, field, ["pattern", "name", "goal", "run", "iterationsMax"]);
    checkGoal(goal ?? {}, `${field}.goal`, (at, expression) => world.expression(expression, at));
    world.node(run, `${field}.run`);
    if (iterationsMax !== undefined)
      checkWhole(`${field}.iterationsMax`, iterationsMax as number, 1, sessionLimits.iterations.most);
  },
  work(node, path, value, world) {
    const goal = goalOf(node["goal"]);
    const most = typeof node["iterationsMax"] === "number" ? node["iterationsMax"] : sessionLimits.iterations.usual;
    let last: Json = null;
    for (let iteration = 1; ; iteration++) {
      const variables = { input: value, iteration, last };
      const outcome = world.run(`${path}/${iteration}`, node["run"] as unknown as PatternNode, value, variables);
      if (outcome?.ok !== true) return outcome;
      const score = scoreOf(goal, { result: outcome.value, input: value, iteration }, (expression, known) =>
        world.evaluate(expression, outcome.value, known),
      );
      if (score.reached) return outcome;
      if (iteration >= most)
        return { ok: false, cause: `after ${iteration} of ${most} iterations: ${whyNot(goal, score)}` };
      last = outcome.value;
    }
  },
};

/** A goal that was checked, made whole. */
const goalOf = (goal: Json | undefined): SessionGoal => checkGoal(goal ?? {}, "goal", () => undefined);
