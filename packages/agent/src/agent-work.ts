/**
 * What an agent does for others, and what it asks of them: capabilities (it claims tasks for them while it runs), actions that
 * the swarm has approved, and sessions (goals that several agents work towards by a pattern). With `coordinate` the process drives sessions too.
 */
import { randomUUID } from "node:crypto";
import { checkId, checkObject, compareIds, createRandom, EntrainError, optionsOf, type Json } from "@entrain/kernel";
import { sessionDefaults } from "@entrain/core/session";
import { checkWhole, type HandoffOffer } from "@entrain/core/task";
import { createSchemaChecker } from "@entrain/documents";
import type { Clock, SharedContext } from "@entrain/ports";
import { createSessionExpressions } from "@entrain/reasoners";
import type { RedisStore } from "@entrain/redis";
import {
  createCapabilityWorker,
  createSessionDesk,
  createSessionDriver,
  systemTimers,
  type BudgetDesk,
  type CapabilityWorker,
  type ActionHandler,
  type SessionDesk,
  type TaskContext,
} from "@entrain/runtime";
import { createTracing } from "@entrain/telemetry";
import type { ResolvedHostOptions } from "./agent-options.ts";
import type { EscalationEvent, Off } from "./agent-emitter.ts";
import { createHostDirectives, type ActionOptions } from "./host-directives.ts";
import { candidateOf } from "./host-loops.ts";

/** What a capability takes and gives, and how much of it at once. */
export interface CapabilityOptions {
  /** JSON Schema of the input; a task that breaks it fails at once. */
  readonly input?: object;
  /** JSON Schema of the result; a result that breaks it is a failed try. */
  readonly result?: object;
  /** Tasks at once in this agent (default 1). */
  readonly concurrency?: number;
  /** Whether a task that another agent hands over is taken (default: where a hand is free). */
  readonly accept?: (offer: HandoffOffer) => boolean;
}

/** Does the work of a capability. */
export type CapabilityHandler<Input, Result> = (input: Input, context: TaskContext) => Result | Promise<Result>;

/** What a handler is given where the schema of its input says no more than one of these types. */
interface InputTypes {
  readonly string: string;
  readonly number: number;
  readonly integer: number;
  readonly boolean: boolean;
}

/** Offers a capability; what its input is, the schema says, the handler, or the caller. */
export interface OfferCapability {
  <Type extends keyof InputTypes, Result extends Json = Json>(
    name: string,
    options: CapabilityOptions & { readonly input: { readonly type: Type } },
    handler: CapabilityHandler<InputTypes[Type], Result>,
  ): void;
  <Input = Json, Result extends Json = Json>(
    name: string,
    options: CapabilityOptions,
    handler: CapabilityHandler<Input, Result>,
  ): void;
}

/** What can be asked of an agent's work. */
export interface AgentWork {
  readonly capability: OfferCapability;
  /** Carries out what the swarm has approved and the policy propagates; `"*"`: every action without a handler of its own. */
  onAction(action: string, handler: ActionHandler, options?: ActionOptions): Off;
  readonly sessions: SessionDesk;
}

/** The same, with its life. */
export interface HostWork extends AgentWork {
  /** Its capabilities, in the order of their names. */
  names(): readonly string[];
  start(): void;
  /** Claims nothing more, finishes what it can, hands the rest back. Idempotent. */
  stop(drainMs: number): Promise<void>;
}

/** What it rests on. */
export interface HostWorkOptions {
  readonly options: ResolvedHostOptions;
  readonly store: RedisStore;
  readonly clock: Clock;
  readonly budget: BudgetDesk;
  /** The shared document: what it says of sessions counts for those made here, and what runs is told in it. */
  readonly context: Pick<SharedContext, "current" | "read" | "patch">;
  readonly isLeader: () => boolean;
  readonly onEscalation: (event: EscalationEvent) => void;
  /** There is a capability more. */
  readonly onOffer: () => void;
}

/** Every option of a capability; the compiler sees that none is missing. */
const capabilityOptionNames: readonly string[] = Object.keys({
  ...{ input: true, result: true, concurrency: true, accept: true },
} satisfies Record<keyof CapabilityOptions, true>);

const concurrencyMax = 1_000;
const capabilitiesMax = 100;

/** Nothing is claimed before `start`. */
export function createHostWork(given: HostWorkOptions): HostWork {
  const { options, store, clock, context, isLeader } = given;
  const { processId, events, coordinate, patterns } = options;
  const agentId = candidateOf(options);
  const schemas = createSchemaChecker();
  const expressions = createSessionExpressions();
  const tracing = createTracing();
  const shared = { clock, timers: systemTimers, events, agentId, tracing };
  const workers = new Map<string, CapabilityWorker>();
  const directives = createHostDirectives(given);
  let phase: "idle" | "running" | "stopped" = "idle";

  function add(worker: CapabilityWorker): void {
    workers.set(worker.name, worker);
    if (phase === "running") worker.start();
    given.onOffer();
  }

  if (coordinate) add(driverOf(given, shared, expressions));

  return {
    capability(name: string, wish: CapabilityOptions, handler: CapabilityHandler<never, Json>) {
      if (phase === "stopped") throw new EntrainError("unavailable", "the agent has stopped: create another one");
      checkId("capability", name);
      if (name.startsWith("entrain."))
        throw EntrainError.invalid("capability", name, "choose a name that does not begin with entrain.");
      const { input, result, concurrency = 1, accept } = checkCapability(wish, handler);
      if (workers.has(name))
        throw new EntrainError("already-exists", `this agent has the capability ${name}: choose another name`);
      if (workers.size >= capabilitiesMax)
        throw new EntrainError("resource-exhausted", `an agent has at most ${capabilitiesMax} capabilities`);
      if (input !== undefined) schemas.checkSchema("input", input);
      if (result !== undefined) schemas.checkSchema("result", result);
      const check = (field: string, schema: object | undefined) => (value: Json) => {
        if (schema !== undefined) schemas.check(field, schema, value);
      };
      add(
        createCapabilityWorker(
          { ...shared, store: store.tasks, random: createRandom(`${name} of ${processId}`), isLeader },
          {
            name,
            concurrency,
            checkInput: check("input", input),
            checkResult: check("result", result),
            ...(accept === undefined ? {} : { accept }),
            handler: (given, context) => handler(given as never, context),
          },
        ),
      );
    },
    onAction: (action, handler, how) => directives.onAction(action, handler, how),
    sessions: createSessionDesk({
      sessions: store.sessions,
      tasks: store.tasks,
      timers: systemTimers,
      events,
      undrivenAfterMs: 2 * options.election.leaseMs,
      patterns,
      checkExpression: expressions.check,
      defaults: () => sessionDefaults(context.current()?.document ?? {}),
      nextSessionId: () => `s-${randomUUID()}`,
      tracing,
    }),
    // Entrain's own work is no capability that anybody asks for.
    names: () => [...workers.keys()].filter((name) => !name.startsWith("entrain.")).sort(compareIds),
    start() {
      if (phase !== "idle") return;
      phase = "running";
      for (const worker of workers.values()) worker.start();
      directives.start();
    },
    async stop(drainMs) {
      phase = "stopped";
      await Promise.all([...[...workers.values()].map((worker) => worker.stop(drainMs)), directives.stop(drainMs)]);
    },
  };
}

/** The schemas are judged by who compiles them. @throws EntrainError `invalid-argument` that names the option */
function checkCapability(wish: CapabilityOptions, handler: unknown): CapabilityOptions {
  optionsOf(wish, capabilityOptionNames, "give { input, result, concurrency } or {}, and the handler after it");
  for (const field of ["input", "result"] as const)
    if (wish[field] !== undefined) checkObject(field, wish[field], "give a JSON Schema");
  checkWhole("concurrency", wish.concurrency ?? 1, 1, concurrencyMax);
  if (wish.accept !== undefined && typeof wish.accept !== "function")
    throw EntrainError.invalid("accept", wish.accept, "give a function of an offer");
  if (typeof handler !== "function")
    throw EntrainError.invalid("handler", handler, "give a function of the input as the third argument");
  return wish;
}

/** Drives sessions in this process, and tells in the document what runs. */
function driverOf(
  { options, store, budget, context }: HostWorkOptions,
  shared: Pick<Parameters<typeof createSessionDriver>[0], "clock" | "timers" | "events" | "agentId" | "tracing">,
  { evaluate }: ReturnType<typeof createSessionExpressions>,
): CapabilityWorker {
  return createSessionDriver({
    ...shared,
    random: createRandom(`driver ${options.processId}`),
    sessions: store.sessions,
    tasks: store.tasks,
    budget,
    context: store.context,
    account: { desk: context, source: context },
    evaluate,
    patterns: options.patterns,
  });
}
