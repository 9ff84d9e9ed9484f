/** What a pattern is made of: steps, which one agent does, and patterns of steps and patterns. */
import { checkId, EntrainError, membersOf, type Json } from "@entrain/kernel";
import type { Amounts } from "../budget/index.ts";
import type { ContextFilter } from "../context/index.ts";
import { checkWhole, taskLimits } from "../task/index.ts";
import { sessionLimits, type ContextChange, type Outcome } from "./session.ts";

/** One task. `input` is a template (see `fillTemplate`); without it the step gets the value that comes before it. */
export interface StepNode {
  readonly capability: string;
  readonly input?: Json;
  /** Default: anybody who offers the capability. */
  readonly by?: "any" | "leader";
  readonly triesMax?: number;
  readonly leaseMs?: number;
  /** Per try, ms. */
  readonly timeoutMs?: number;
  /** From its start to its end, all tries and waits included, ms; then it has failed. */
  readonly giveUpMs?: number;
}

/** A pattern by its name; the other members are its own. */
export interface CompositeNode {
  readonly pattern: string;
  readonly [member: string]: Json;
}

export type PatternNode = StepNode | CompositeNode;

export const isComposite = (node: PatternNode): node is CompositeNode => "pattern" in node;

/** What a pattern can ask for while it is worked out. Everything answers `undefined` until it is there. */
export interface PatternWorld {
  /** One step, by whoever may; `agentId`: by that agent alone. */
  step(path: string, step: StepNode, value: Json, options?: StepOptions): StepOutcome | undefined;
  /** A step or a pattern within this one. */
  run(path: string, node: PatternNode, value: Json, more?: Variables): Outcome | undefined;
  /** That many agents that offer the capability, fixed when it is first asked for; fewer where there are fewer. */
  roster(path: string, capability: string, count: number): readonly string[] | undefined;
  /** The version of the shared context after which changes count, fixed when it is first asked for. */
  watch(path: string): number | undefined;
  /** A change of the shared context, fixed once it has come: the same for ever under that path. */
  change(path: string, wish: ChangeWish): ContextChange | undefined;
  /** @throws EntrainError where the expression fails */
  evaluate(expression: string, value: Json, more?: Variables): Json;
}

/** Which change is waited for. */
export interface ChangeWish {
  readonly after: number;
  readonly filter: ContextFilter;
  /** `each`: the first version that the filter lets through; `latest`: all that there are by now, as one. */
  readonly policy: "each" | "latest";
}

export type Variables = Readonly<Record<string, Json>>;

export interface StepOptions {
  readonly agentId?: string;
  readonly variables?: Variables;
  /** It brings together what others did. */
  readonly merges?: boolean;
  /** It undoes what was done: it is begun whatever the budget says. */
  readonly undoes?: boolean;
}

/** An outcome, and when it came: lower numbers came first. */
export interface StepOutcome {
  readonly outcome: Outcome;
  readonly order: number;
  readonly agentId: string | null;
  /** By all its tries, as they said; absent where nothing was said. */
  readonly consumed?: Amounts;
}

/** How a kind of pattern is checked and worked out. */
export interface Pattern {
  readonly name: string;
  /** @throws EntrainError `invalid-argument` that names the field */
  check(node: CompositeNode, field: string, world: CheckWorld): void;
  /**
   * What it came to, or `undefined` while something that it asked the world for is not there. Called again from the start
   * whenever something new is known: it must ask for the same in the same order, and do nothing else.
   */
  work(node: CompositeNode, path: string, value: Json, world: PatternWorld): Outcome | undefined;
}

/** What a check can ask for. */
export interface CheckWorld {
  node(value: unknown, field: string): PatternNode;
  expression(value: unknown, field: string): string;
}

const stepMembers = ["capability", "input", "by", "triesMax", "leaseMs", "timeoutMs", "giveUpMs", "name", "compensate"];

/** @throws EntrainError `invalid-argument` that names the field */
export function checkStep(value: unknown, field: string, world: CheckWorld): StepNode {
  const step = membersOf(value, field, stepMembers);
  checkId(`${field}.capability`, step["capability"]);
  if (step["by"] !== undefined && step["by"] !== "any" && step["by"] !== "leader")
    throw EntrainError.invalid(`${field}.by`, step["by"], "use any or leader");
  const whole = (name: string, least: number, most: number): void => {
    if (step[name] !== undefined) checkWhole(`${field}.${name}`, step[name] as number, least, most);
  };
  whole("triesMax", 1, taskLimits.tries.most);
  whole("leaseMs", taskLimits.leaseMs.least, taskLimits.leaseMs.most);
  whole("timeoutMs", 1, sessionLimits.timeoutMs.most);
  whole("giveUpMs", 1, sessionLimits.timeoutMs.most);
  if (step["input"] !== undefined) checkTemplate(step["input"] as Json, `${field}.input`, world);
  return step as unknown as StepNode;
}

/** @throws EntrainError `invalid-argument` that names the field */
export function listOf(value: unknown, field: string, least: number, most: number): readonly unknown[] {
  if (Array.isArray(value) && value.length >= least && value.length <= most) return value;
  throw EntrainError.invalid(field, value, `give a list of ${least} to ${most}`);
}

/** Text that begins with `=` is an expression; it may be anywhere in the template. */
function checkTemplate(template: Json, field: string, world: CheckWorld): void {
  if (typeof template === "string") {
    if (template.startsWith("=")) world.expression(template.slice(1), field);
    return;
  }
  if (typeof template !== "object" || template === null) return;
  for (const [name, member] of Object.entries(template)) checkTemplate(member, `${field}.${name}`, world);
}

/** A template with its expressions worked out. */
export function fillTemplate(template: Json, evaluate: (expression: string) => Json): Json {
  if (typeof template === "string") return template.startsWith("=") ? evaluate(template.slice(1)) : template;
  if (typeof template !== "object" || template === null) return template;
  if (Array.isArray(template)) return (template as readonly Json[]).map((member) => fillTemplate(member, evaluate));
  return Object.fromEntries(Object.entries(template).map(([name, member]) => [name, fillTemplate(member, evaluate)]));
}
