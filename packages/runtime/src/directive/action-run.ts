/**
 * One attempt of one target at a directive: begun in the store, carried out by the user's handler, its outcome told under the
 * attempt's run.
 *
 * Order of effects: begin (nothing is done that the store does not know of), handler, remember the outcome, tell it. An outcome
 * is told again and again until it is answered, and it is remembered, so that a store that has lost it is told it again and the
 * handler is not called a second time.
 */
import { EntrainError } from "@entrain/kernel";
import type { Decision, DirectiveCommand, TargetName } from "@entrain/core/decision";
import type { Clock, DirectiveStore, Timers } from "@entrain/ports";

/** What a handler is told of a directive, beside its decision. */
export interface ActionContext {
  readonly agentId: string;
  /** The same in each attempt of this agent at this decision: give it to whatever you change, so that a second time does nothing. */
  readonly key: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Aborts at the deadline, and when the agent stops. */
  readonly signal: AbortSignal;
  /** Ends the handler, and the matter for this agent: it will not do it. */
  readonly refuse: (reason: string) => never;
}

/** Carries an action out; a text that it returns is its report. What it throws is tried again until the deadline. */
export type ActionHandler = (decision: Decision, context: ActionContext) => unknown;

/** A handler as it was given. */
export interface KnownAction {
  readonly handler: ActionHandler;
  /** An attempt whose outcome is not known may be followed by another. */
  readonly repeatable: boolean;
}

/** What an attempt came to. */
export type ActionOutcome = Pick<DirectiveCommand & { readonly kind: "report" }, "outcome" | "note">;

/** An attempt that was begun. */
export interface ActionAttempt {
  /** Never rejects. */
  readonly outcome: Promise<ActionOutcome>;
  /** Resolves at the deadline, also where the handler goes on, and when the agent stops. */
  readonly timeOver: Promise<undefined>;
}

/** What an attempt needs. */
export interface ActionSurroundings {
  readonly store: Pick<DirectiveStore, "begin" | "report">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly actionOf: (action: string) => KnownAction | undefined;
  /** Aborts when the agent stops. */
  readonly stopping: AbortSignal;
}

/** Pause before an outcome that was not taken is told again, ms; and for how long after the deadline. */
const tellAgainMs = 500;
const tellForMs = 60_000;

class Refusal extends Error {}

/**
 * Begins an attempt and calls the handler; undefined where there is nothing to begin any more. The same run again is the same
 * attempt. Rejects where the store did not answer.
 */
export async function beginAction(
  around: ActionSurroundings,
  target: TargetName,
  run: string,
): Promise<ActionAttempt | undefined> {
  const { store, clock, timers, stopping, actionOf } = around;
  const sentMs = clock.monoMs();
  const begun = await store.begin({ kind: "begin", ...target, run });
  if (begun.kind !== "begun") return undefined;
  const ending = new AbortController();
  const timeOver = Promise.withResolvers<undefined>();
  const end = (): void => {
    ending.abort(new EntrainError("cancelled", "the directive's time is over"));
    timeOver.resolve(undefined);
  };
  // Counted from the sending, so the handler's time is over before the store's is.
  const callOff = timers.after(Math.max(0, begun.leftMs - (clock.monoMs() - sentMs)), end);
  stopping.addEventListener("abort", end, { once: true });
  const { decision, attempt } = begun;
  const key = `${target.decisionId}/${target.agentId}`;
  const known = actionOf(decision.action);
  const outcome = carryOut(known, decision, {
    agentId: target.agentId,
    key,
    attempt,
    signal: ending.signal,
    refuse,
  }).finally(() => {
    callOff();
    stopping.removeEventListener("abort", end);
  });
  return { outcome, timeOver: timeOver.promise };
}

async function carryOut(
  known: KnownAction | undefined,
  decision: Decision,
  context: ActionContext,
): Promise<ActionOutcome> {
  if (known === undefined) return { outcome: "refused", note: `this agent has no handler for ${decision.action}` };
  const { handler, repeatable } = known;
  if (context.attempt > 1 && !repeatable)
    return { outcome: "refused", note: "an earlier attempt ended without an outcome, and it may not be repeated" };
  try {
    const said = await handler(decision, context);
    return { outcome: "done", note: typeof said === "string" ? said : "" };
  } catch (thrown) {
    const note = EntrainError.from(thrown).message;
    return { outcome: thrown instanceof Refusal || !repeatable ? "refused" : "failed", note };
  }
}

function refuse(reason: string): never {
  throw new Refusal(reason);
}

/** Tells an outcome until it is answered, for a while; what could not be told is found open, and told again then. */
export async function tellOutcome(
  { store, clock, timers, stopping }: ActionSurroundings,
  target: TargetName,
  run: string,
  outcome: ActionOutcome,
): Promise<"told" | "lost" | "untold"> {
  const untilMs = clock.monoMs() + tellForMs;
  for (;;) {
    try {
      const { kind } = await store.report({ kind: "report", ...target, run, ...outcome });
      return kind === "told" || kind === "repeated" ? "told" : "lost";
    } catch (thrown) {
      if (!EntrainError.from(thrown).retryable || stopping.aborted || clock.monoMs() >= untilMs) return "untold";
      await new Promise<void>((resolve) => timers.after(tellAgainMs, resolve));
    }
  }
}
