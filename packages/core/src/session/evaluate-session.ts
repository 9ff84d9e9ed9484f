/**
 * What is to be done next in a session: a pure function of what was asked for and of what has happened. The patterns are
 * worked out from their start each time, over the steps that have ended, so an owner that takes a session over wants exactly
 * what the last one wanted, and a crash between any two steps changes no result.
 */
import { EntrainError, type Json } from "@entrain/kernel";
import { scoreOf, whyNot } from "./goal.ts";
import {
  fillTemplate,
  isComposite,
  type ChangeWish,
  type Pattern,
  type PatternNode,
  type PatternWorld,
  type StepNode,
  type StepOptions,
  type StepOutcome,
  type Variables,
} from "./node.ts";
import type { SessionRecord } from "./session-record.ts";
import type { Outcome, Score, SessionEnd, SessionSpec, SessionState } from "./session.ts";

/** Works an expression out. @throws EntrainError */
export type Evaluate = (expression: string, variables: Variables) => Json;

/** A step that is to be done, begun or not. */
export interface WantedStep {
  readonly path: string;
  readonly step: StepNode;
  readonly input: Json;
  /** Its agent, where it is one's alone. */
  readonly agentId: string | null;
  readonly merges: boolean;
  readonly undoes: boolean;
}

export interface WantedRoster {
  readonly path: string;
  readonly capability: string;
  readonly count: number;
}

/** What somebody waits for: a change of the shared context, the first one after a version or all of them at once. */
export interface WantedChange extends ChangeWish {
  readonly path: string;
}

/** What is to be done now. */
export interface SessionPlan {
  readonly state: SessionState;
  readonly wanted: readonly WantedStep[];
  readonly rosters: readonly WantedRoster[];
  /** Where the context is watched from now on: the present version is to be written down. */
  readonly watches: readonly string[];
  readonly changes: readonly WantedChange[];
  /** Iterations that came to a result, in order. */
  readonly scores: readonly Score[];
  /** The session is over. */
  readonly end: SessionEnd | null;
}

/** What an evaluation needs beside the session. */
export interface EvaluationOptions {
  readonly evaluate: Evaluate;
  readonly patterns: ReadonlyMap<string, Pattern>;
}

/** Works a session out. */
export function evaluateSession(spec: SessionSpec, record: SessionRecord, options: EvaluationOptions): SessionPlan {
  const wanted = new Map<string, WantedStep>();
  const rosters = new Map<string, WantedRoster>();
  const watches = new Set<string>();
  const changes = new Map<string, WantedChange>();
  const scores: Score[] = [];
  let last: Json = null;
  for (let iteration = 1; ; iteration++) {
    const variables = { input: spec.input, iteration, last };
    const scope: Scope = { spec, record, options, wanted, rosters, watches, changes, variables };
    const outcome = runNode(scope, String(iteration), spec.pattern, spec.input);
    const plan = {
      wanted: [...wanted.values()],
      rosters: [...rosters.values()],
      watches: [...watches],
      changes: [...changes.values()],
      scores,
    };
    if (outcome === undefined) return { ...plan, state: stateOf(plan.wanted, iteration), end: null };
    if (!outcome.ok) return ended(plan, { state: "failed", result: null, cause: outcome.cause }, scores.at(-1));
    const score = scoreOf(spec.goal, { result: outcome.value, input: spec.input, iteration }, options.evaluate);
    scores.push(score);
    if (score.reached) return ended(plan, { state: "converged", result: outcome.value, cause: "" }, score);
    if (iteration >= spec.iterationsMax) {
      const cause = `after ${iteration} of ${spec.iterationsMax} iterations: ${whyNot(spec.goal, score)}`;
      return ended(plan, { state: "diverged", result: outcome.value, cause }, score);
    }
    last = outcome.value;
  }
}

type EndSoFar = Pick<SessionEnd, "state" | "result" | "cause">;

function ended(plan: Omit<SessionPlan, "state" | "end">, end: EndSoFar, score: Score | undefined): SessionPlan {
  const full: SessionEnd = { ...end, score: score?.score ?? null, parts: score?.parts ?? [] };
  return { ...plan, wanted: [], state: end.state, end: full };
}

/** A session that was ended from outside: cancelled, or too late. */
export function endFromOutside(state: "failed" | "cancelled", cause: string): SessionEnd {
  return { state, result: null, score: null, parts: [], cause };
}

function stateOf(wanted: readonly WantedStep[], iteration: number): SessionState {
  if (wanted.length === 0) return "coordinating";
  if (wanted.every(({ merges }) => merges)) return "synchronizing";
  return iteration > 1 ? "converging" : "executing";
}

interface Scope {
  readonly spec: SessionSpec;
  readonly record: SessionRecord;
  readonly options: EvaluationOptions;
  readonly wanted: Map<string, WantedStep>;
  readonly rosters: Map<string, WantedRoster>;
  readonly watches: Set<string>;
  readonly changes: Map<string, WantedChange>;
  readonly variables: Variables;
}

/** A broken expression is the failure of the pattern that it is in. */
function runNode(scope: Scope, path: string, node: PatternNode, value: Json): Outcome | undefined {
  try {
    if (!isComposite(node)) return stepIn(scope, path, node, value, {})?.outcome;
    const pattern = scope.options.patterns.get(node.pattern);
    if (pattern === undefined) return { ok: false, cause: `no pattern is called ${node.pattern}` };
    return pattern.work(node, path, value, worldOf(scope));
  } catch (thrown) {
    return { ok: false, cause: EntrainError.from(thrown).message };
  }
}

function worldOf(scope: Scope): PatternWorld {
  const { options, record, rosters, watches, changes, variables } = scope;
  return {
    step: (path, step, value, stepOptions = {}) => stepIn(scope, path, step, value, stepOptions),
    run: (path, node, value, more = {}) =>
      runNode({ ...scope, variables: { ...variables, ...more } }, path, node, value),
    roster(path, capability, count) {
      const known = record.rosters.get(path);
      if (known === undefined) rosters.set(path, { path, capability, count });
      return known;
    },
    watch(path) {
      const known = watchedFrom(record, path);
      if (known === undefined) watches.add(path);
      return known;
    },
    change(path, wish) {
      const known = record.changed.get(path);
      if (known === undefined) changes.set(path, { path, ...wish });
      return known;
    },
    evaluate: (expression, value, more = {}) => options.evaluate(expression, { ...variables, ...more, value }),
  };
}

function stepIn(
  { spec, record, options, wanted, variables }: Scope,
  path: string,
  step: StepNode,
  value: Json,
  { agentId, variables: more = {}, merges = false, undoes = false }: StepOptions,
): StepOutcome | undefined {
  const ended = record.ended.get(path);
  if (ended !== undefined) return ended;
  if (!merges && !undoes && isOverBudget(spec, record, path))
    return { outcome: { ok: false, cause: "the budget is used up" }, order: 0, agentId: agentId ?? null };
  const known = { ...variables, ...more, value };
  try {
    const input = step.input === undefined ? value : fillTemplate(step.input, (text) => options.evaluate(text, known));
    wanted.set(path, { path, step, input, agentId: agentId ?? null, merges, undoes });
    return undefined;
  } catch (thrown) {
    const cause = `its input: ${EntrainError.from(thrown).message}`;
    return { outcome: { ok: false, cause }, order: 0, agentId: agentId ?? null };
  }
}

/** The version after which changes count: in a further iteration it goes on where the one before has stopped. */
function watchedFrom({ watched, changed }: SessionRecord, path: string): number | undefined {
  const [iteration = "", ...rest] = path.split("/");
  const before = [String(Number(iteration) - 1), ...rest].join("/");
  let last: number | undefined;
  for (let index = 0; ; index++) {
    const change = changed.get(`${before}/${index}`);
    if (change === undefined) return last ?? watched.get(path);
    last = change.version;
  }
}

/** True for a step that was not begun before the budget was used up, where the session goes on with less. */
const isOverBudget = ({ budget }: SessionSpec, { budget: known, started }: SessionRecord, path: string): boolean =>
  budget?.exhausted === "degrade" && known.exhausted !== null && !started.has(path);
