/**
 * Gives the whole swarm another goal (R4): judged against the members alive, then set in the store by compare-and-set on
 * the version of the one before it. The store's hint and the agents' frames carry it to everyone before its first beat.
 */
import { canonicalJson, EntrainError } from "@entrain/kernel";
import {
  builtInStrategies,
  cycleAtUnixMs,
  firstGoal,
  goalByName,
  judgeGoal,
  namedGoals,
  nextGoal,
  type GoalRecord,
  type GoalRequest,
  type UncheckedGoal,
} from "@entrain/core/rhythm";
import type { GoalBody } from "../contract/rhythm-view.ts";
import { withDeadline } from "../deadline.ts";
import type { ApiContext } from "../http/api-context.ts";

/** How long all commands to the store may take together, ms. */
const waitMs = 2_000;
/** Somebody else's goal may come first so many times, one after the other. */
const triesMax = 5;

const known = {
  strategies: new Set(builtInStrategies.map(({ name }) => name)),
  namedGoals: Object.keys(namedGoals),
};

/**
 * The goal that is asked for, whole.
 * @param alive members that are alive; 0: the goal is for whoever comes
 * @throws EntrainError `invalid-argument` with a JSON Pointer to the field, and the nearest possible goal
 */
export function possibleGoal(body: GoalBody, alive: number): GoalRequest {
  const verdict = judgeGoal(askedBy(body), { ...known, ...(alive === 0 ? {} : { agents: alive }) });
  if (verdict.possible) return verdict.goal;
  const { value, reason, nearest } = verdict;
  const field = `/${verdict.field}`;
  if (verdict.field !== "periodMs" || body.periodMs !== undefined)
    throw EntrainError.invalid(field, value, reason, { nearest });
  throw new EntrainError("invalid-argument", `${field} is missing: ${reason}`, { field, nearest });
}

/** A named goal in full, with what the body says beyond its name. */
function askedBy(body: GoalBody): UncheckedGoal {
  if (Object.hasOwn(namedGoals, body.kind)) {
    const named = goalByName(body.kind);
    return { ...named, ...body, kind: named.kind };
  }
  return { ...body, periodMs: body.periodMs ?? Number.NaN };
}

/**
 * Sets the goal; what is set is fed to the model before the answer.
 * @throws EntrainError `conflict` where others' goals came first each time; `store-unavailable`, `recovering`,
 *   `deadline-exceeded`: then the goal may have been set or not, and reading the rhythm tells
 */
export async function setGoal(context: ApiContext, request: GoalRequest): Promise<GoalRecord> {
  const goal = await withDeadline(context.timers, waitMs, "setting the goal", setAfterPresent(context, request));
  context.swarm.feed({ kind: "goal", goal });
  return goal;
}

async function setAfterPresent(context: ApiContext, request: GoalRequest): Promise<GoalRecord> {
  const { goals } = context.store;
  let present: GoalRecord | undefined;
  for (let tries = 0; tries < triesMax; tries++) {
    if (present === undefined) {
      const first = firstGoal(request, context.swarm.now().unixMs);
      present = await goals.readOrCreate(first);
      if (canonicalJson(present) === canonicalJson(first)) return present;
    }
    const goal = nextGoal(present, request, countNow(context, present));
    const setting = await goals.set(goal);
    if (setting.kind === "set") return goal;
    present = setting.by;
  }
  throw new EntrainError("conflict", "others set goals at the same time: read the rhythm, and set it again if need be");
}

/** The swarm's own count; while no agent is heard, the wall clock's guess by the goal's anchor. */
function countNow({ swarm }: ApiContext, goal: GoalRecord): { readonly unixMs: number; readonly cycle: number } {
  const now = swarm.now();
  return { unixMs: now.unixMs, cycle: swarm.model.beatCount(now) ?? cycleAtUnixMs(goal, now.unixMs) };
}
