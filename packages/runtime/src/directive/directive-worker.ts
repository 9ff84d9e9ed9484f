/**
 * Carries directives out in the name of the agents of one process: hears of them by the pushes of the ledger, looks for them
 * now and then while it has handlers, and after the store was away. Each agent works at one directive at a time, oldest
 * deadline first; a handler that does not heed its deadline holds up nothing beyond it.
 *
 * An outcome is remembered as long as its directive may be found open. Found open again, as after lost writes, it is begun
 * under a new run and told again; the handler is not called.
 */
import { EntrainError, type Random } from "@entrain/kernel";
import type { Decision, TargetName } from "@entrain/core/decision";
import type { Clock, DirectiveStore, EventSink, StoreHealth, Timers, Unsubscribe } from "@entrain/ports";
import {
  beginAction,
  tellOutcome,
  type ActionOutcome,
  type ActionSurroundings,
  type KnownAction,
} from "./action-run.ts";

/** How often it looks while it has handlers, ms, before jitter of ±25 %. */
const lookMs = 1_000;
/** Pause after a failed attempt: the first, the longest, ms, before jitter of ±50 %. */
const againMs = { first: 200, most: 5_000 };
/** Outcomes that are remembered. */
const rememberedMax = 1_000;
const actionsMax = 100;

/** The action of a handler for every action that its agent has no handler of its own for. */
export const anyAction = "*";

/** The worker of one process. */
export interface DirectiveWorker {
  /** @throws EntrainError `already-exists` where the agent has a handler for it, `resource-exhausted`, `unavailable` once stopped */
  add(agentId: string, action: string, known: KnownAction): () => void;
  start(): void;
  /** Begins nothing more, waits so long for what is under way, and aborts the rest. Idempotent. */
  stop(drainMs: number): Promise<void>;
}

/** What it needs. */
export interface DirectiveWorkerOptions {
  readonly store: DirectiveStore;
  /** Pushes of decisions. */
  readonly watchDecisions: (onDecision: (decision: Decision) => void) => Unsubscribe;
  readonly health: StoreHealth;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly events: EventSink;
  readonly agentIds: readonly string[];
  readonly newRun: () => string;
}

/** A worker that does nothing before `start`. */
export function createDirectiveWorker(options: DirectiveWorkerOptions): DirectiveWorker {
  return new Worker(options);
}

class Worker implements DirectiveWorker {
  readonly #options: DirectiveWorkerOptions;
  readonly #handlers = new Map<string, KnownAction>();
  readonly #outcomes = new Map<string, ActionOutcome>();
  /** Failed attempts, and when the next may begin. */
  readonly #failures = new Map<string, { readonly count: number; readonly untilMs: number }>();
  /** Runs whose beginning was not answered: the same run again is the same attempt. */
  readonly #unanswered = new Map<string, string>();
  readonly #working = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();
  #unwatch: readonly Unsubscribe[] = [];
  #phase: "idle" | "running" | "stopped" = "idle";
  #callOff: (() => void) | undefined;
  #nextLookMs = Infinity;
  #looking = false;
  #lookAgain = false;

  constructor(options: DirectiveWorkerOptions) {
    this.#options = options;
  }

  add(agentId: string, action: string, known: KnownAction): () => void {
    if (this.#phase === "stopped") throw new EntrainError("unavailable", "the agent has stopped: create another one");
    const name = `${agentId} ${action}`;
    if (this.#handlers.has(name))
      throw new EntrainError("already-exists", `${agentId} has a handler for ${action}: end that one first`);
    if (this.#handlers.size >= actionsMax * this.#options.agentIds.length)
      throw new EntrainError("resource-exhausted", `an agent handles at most ${actionsMax} actions`);
    this.#handlers.set(name, known);
    this.#lookIn(0);
    return () => {
      if (this.#handlers.get(name) === known) this.#handlers.delete(name);
    };
  }

  start(): void {
    if (this.#phase !== "idle") return;
    this.#phase = "running";
    const { watchDecisions, health, agentIds } = this.#options;
    this.#unwatch = [
      watchDecisions(({ directive }) => {
        if (directive?.targets.some((agentId) => agentIds.includes(agentId)) === true) this.#lookIn(0);
      }),
      health.watch(({ up }) => {
        if (up) this.#lookIn(0);
      }),
    ];
    this.#lookIn(0);
  }

  async stop(drainMs: number): Promise<void> {
    if (this.#phase === "stopped") return;
    this.#phase = "stopped";
    this.#callOff?.();
    for (const unwatch of this.#unwatch) unwatch();
    const { timers } = this.#options;
    const done = Promise.all(this.#working.values());
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const callOff = timers.after(drainMs, () => {
      resolve(undefined);
    });
    await Promise.race([done, late]);
    callOff();
    this.#stopping.abort();
  }

  /** Without handlers only a push is a reason to look: what it brings is refused. */
  #lookIn(afterMs: number): void {
    if (this.#phase !== "running") return;
    if (this.#looking) {
      this.#lookAgain ||= afterMs === 0;
      return;
    }
    const { timers, clock } = this.#options;
    const atMs = clock.monoMs() + afterMs;
    if (atMs >= this.#nextLookMs) return;
    this.#callOff?.();
    this.#nextLookMs = atMs;
    this.#callOff = timers.after(afterMs, () => {
      this.#nextLookMs = Infinity;
      void this.#look();
    });
  }

  async #look(): Promise<void> {
    const { store, agentIds, events } = this.#options;
    this.#looking = true;
    this.#lookAgain = false;
    try {
      const free = agentIds.filter((agentId) => !this.#working.has(agentId));
      for (const target of await store.find(free)) this.#work(target);
    } catch (thrown) {
      const { code, message } = EntrainError.from(thrown);
      events({ kind: "follow.failed", what: "directives", code, message });
    } finally {
      this.#looking = false;
      this.#planLook();
    }
  }

  #planLook(): void {
    if (this.#lookAgain) this.#lookIn(0);
    else if (this.#handlers.size > 0) this.#lookIn(lookMs * (0.75 + this.#options.random.next() / 2));
  }

  #work(target: TargetName): void {
    const { agentId, incidentId } = target;
    const { events, clock } = this.#options;
    if (this.#phase !== "running" || this.#working.has(agentId)) return;
    if ((this.#failures.get(keyOf(target))?.untilMs ?? 0) > clock.monoMs()) return;
    const working = this.#carryOut(target)
      .catch((thrown: unknown) => {
        const { code, message } = EntrainError.from(thrown);
        events({ kind: "follow.failed", what: `the directive of ${incidentId}`, code, message });
        return againMs.first;
      })
      .then((pauseMs) => {
        this.#working.delete(agentId);
        this.#lookIn(pauseMs);
      });
    this.#working.set(agentId, working);
  }

  /** One attempt, or the outcome of an earlier one again; answers after how many ms to look for more. */
  async #carryOut(target: TargetName): Promise<number> {
    const key = keyOf(target);
    const run = this.#unanswered.get(key) ?? this.#options.newRun();
    this.#unanswered.set(key, run);
    forgetOldest(this.#unanswered);
    const around = this.#around(target.agentId);
    const known = this.#outcomes.get(key);
    if (known !== undefined) {
      const { kind } = await around.store.begin({ kind: "begin", ...target, run });
      this.#unanswered.delete(key);
      return kind === "begun" ? this.#tell(around, target, run, known) : lookMs;
    }
    const attempt = await beginAction(around, target, run);
    this.#unanswered.delete(key);
    if (attempt === undefined) return lookMs;
    const told = attempt.outcome.then((outcome) => this.#tell(around, target, run, outcome));
    return (await Promise.race([told, attempt.timeOver])) ?? 0;
  }

  async #tell(around: ActionSurroundings, target: TargetName, run: string, outcome: ActionOutcome): Promise<number> {
    const { events, random, clock } = this.#options;
    const key = keyOf(target);
    if (outcome.outcome !== "failed") this.#remember(key, outcome);
    const told = await tellOutcome(around, target, run, outcome);
    events({ kind: "action.attempted", ...target, ...outcome, told });
    if (outcome.outcome !== "failed") return 0;
    const count = (this.#failures.get(key)?.count ?? 0) + 1;
    const pauseMs = Math.min(againMs.most, againMs.first * 2 ** (count - 1)) * (0.5 + random.next());
    this.#failures.set(key, { count, untilMs: clock.monoMs() + pauseMs });
    forgetOldest(this.#failures);
    return Math.ceil(pauseMs);
  }

  #remember(key: string, outcome: ActionOutcome): void {
    this.#outcomes.set(key, outcome);
    forgetOldest(this.#outcomes);
  }

  #around(agentId: string): ActionSurroundings {
    const { store, clock, timers } = this.#options;
    return {
      ...{ store, clock, timers },
      actionOf: (action) => this.#handlers.get(`${agentId} ${action}`) ?? this.#handlers.get(`${agentId} ${anyAction}`),
      stopping: this.#stopping.signal,
    };
  }
}

const keyOf = ({ decisionId, agentId }: TargetName): string => `${decisionId} ${agentId}`;

/** Maps keep the order in which things came. */
function forgetOldest(from: Map<string, unknown>): void {
  const oldest = from.keys().next();
  if (from.size > rememberedMax && oldest.done !== true) from.delete(oldest.value);
}
