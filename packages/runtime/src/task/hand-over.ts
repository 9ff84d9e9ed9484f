/**
 * The giving side of a handoff (P3): offers a task that this agent runs to one other agent after the other, and transfers it to the
 * first that accepts. Until the transfer the task stays here, so that a refusal, silence or a crash of the other costs time
 * and nothing else.
 */
import { EntrainError, type Json, type TraceCarrier } from "@entrain/kernel";
import type { Amounts } from "@entrain/core/budget";
import {
  carryText,
  checkHandoffReason,
  checkWhole,
  handoffLimits,
  type HandoffReason,
  type Task,
} from "@entrain/core/task";
import { noTracing, type Clock, type EventSink, type TaskStore, type Timers, type Tracing } from "@entrain/ports";

/** What a handler says when it hands its task over. */
export interface HandoffRequest {
  readonly reason: HandoffReason;
  /** To whom; default: the other agent with the capability whose hands are the least in use. */
  readonly to?: string;
  /** How far it came, what remains, what it depends on, what it made; the next handler gets it as `handedOver.carry`. */
  readonly carry?: Json;
  /** For all tries together, ms (default 5,000). */
  readonly withinMs?: number;
}

/** Whose task it is. */
export interface HandedTask {
  readonly taskId: string;
  readonly capability: string;
  readonly token: number;
  /** Who has it. */
  readonly agentId: string;
  /** Aborts when it is no longer this agent's. */
  readonly signal: AbortSignal;
  /** What its tries have consumed so far: the next holder goes on from there. */
  readonly consumed: () => Amounts | undefined;
}

interface Surroundings {
  readonly store: TaskStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly events: EventSink;
  readonly tracing?: Tracing;
}

type Answer = { readonly outcome: "accepted" | "rejected" | "expired"; readonly cause: string };

/** Longest pause between two looks for an answer where no hint comes, and pause after a failed call, ms. */
const lookMs = 250;
const retryMs = 50;
/** Who does not answer may take this part of the time that is left, so that there is some for the next. */
const offerShare = 1 / 2;

/**
 * Hands the task over.
 * @returns who has it now
 * @throws EntrainError `invalid-argument`; `unavailable` where nobody took it, and it stays here; `cancelled` where it is no
 *   longer this agent's; errors of the store
 */
export async function handOver(around: Surroundings, task: HandedTask, request: HandoffRequest): Promise<string> {
  const { to, withinMs = handoffLimits.forMs.usual, carry = null } = request;
  const { least, most } = handoffLimits.forMs;
  checkHandoffReason(request.reason);
  checkWhole("withinMs", withinMs, least, most);
  carryText(carry);
  if (to === task.agentId) throw EntrainError.invalid("to", to, "name another agent than the one that has the task");
  const untilMs = around.clock.monoMs() + withinMs;
  const refusals = new Map<string, string>();
  for (;;) {
    const leftMs = untilMs - around.clock.monoMs();
    const candidate =
      refusals.size > 0 && to !== undefined ? undefined : (to ?? (await leastLoaded(around, task, refusals)));
    if (candidate === undefined || leftMs < least) throw nobodyTook(task, refusals);
    const forMs = Math.max(least, to === undefined ? leftMs * offerShare : leftMs);
    const { outcome, cause } = await tryOne(around, task, { ...request, carry, to: candidate, forMs });
    if (outcome === "transferred") return candidate;
    refusals.set(candidate, cause);
  }
}

async function tryOne(
  around: Surroundings,
  task: HandedTask,
  offer: { readonly to: string; readonly reason: HandoffReason; readonly carry: Json; readonly forMs: number },
): Promise<{ readonly outcome: "transferred" | "rejected" | "expired"; readonly cause: string }> {
  const attributes = { "entrain.task.id": task.taskId, "entrain.handoff.to": offer.to };
  const span = (around.tracing ?? noTracing).begin(`handoff ${offer.reason}`, { kind: "producer", attributes });
  try {
    const tried = await offerTo(around, task, offer, span.carrier);
    const { outcome, cause } = tried;
    span.end({ "entrain.handoff.outcome": outcome }, outcome === "transferred" ? undefined : cause);
    return tried;
  } catch (thrown) {
    span.end({}, EntrainError.from(thrown).message);
    throw thrown;
  }
}

async function offerTo(
  around: Surroundings,
  task: HandedTask,
  offer: Parameters<typeof tryOne>[2],
  trace: TraceCarrier | undefined,
): ReturnType<typeof tryOne> {
  const { store, clock, events } = around;
  const { taskId, token, capability, agentId } = task;
  const { to, reason, carry, forMs } = offer;
  const startedMs = clock.monoMs();
  const handing = await store.apply({ kind: "hand", taskId, token, to, reason, forMs: Math.round(forMs) });
  if (handing.kind !== "handing") throw notOurs(taskId);
  const { number } = handing;
  let answer = await answerTo(around, task, number, startedMs + forMs);
  if (answer.outcome === "accepted" && !(await transfer(around, task, { number, carry, trace })))
    answer = { outcome: "expired", cause: "it was accepted too late" };
  const outcome = answer.outcome === "accepted" ? "transferred" : answer.outcome;
  const tookMs = clock.monoMs() - startedMs;
  events({ kind: "handoff.ended", agentId, to, capability, taskId, reason, outcome, cause: answer.cause, tookMs });
  return { outcome, cause: answer.cause };
}

/** The agent with the capability whose hands are the least in use, by name where several are equal. */
async function leastLoaded(
  { store }: Surroundings,
  { capability, agentId }: HandedTask,
  refusals: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  const { loads } = await store.figures(0);
  return Object.entries(loads[capability] ?? {})
    .filter(([name]) => name !== agentId && !refusals.has(name))
    .sort(([a, one], [b, other]) => one - other || (a < b ? -1 : 1))[0]?.[0];
}

/** Waits for the answer: a hint says when to look, and a look each quarter of a second is the floor. */
async function answerTo(around: Surroundings, task: HandedTask, number: number, untilMs: number): Promise<Answer> {
  const { store, clock, timers } = around;
  let wake: () => void = () => undefined;
  const unwatch = store.watch(({ answered }) => {
    if (answered.includes(task.taskId)) wake();
  });
  const onAbort = (): void => {
    wake();
  };
  task.signal.addEventListener("abort", onAbort, { once: true });
  try {
    for (;;) {
      const hinted = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const [known] = await store.read([task.taskId]).catch(retriedLater);
      if (task.signal.aborted) throw notOurs(task.taskId);
      const answer = known === undefined ? undefined : answerIn(known, number);
      if (answer !== undefined) return answer;
      const leftMs = untilMs - clock.monoMs();
      if (leftMs <= 0) return { outcome: "expired", cause: "it did not answer" };
      const looked = timers.after(Math.min(lookMs, leftMs), () => {
        wake();
      });
      await hinted;
      looked();
    }
  } finally {
    unwatch();
    task.signal.removeEventListener("abort", onAbort);
  }
}

function answerIn({ handoff }: Task, number: number): Answer | undefined {
  if (handoff?.number !== number) return { outcome: "expired", cause: "another offer has succeeded it" };
  if (handoff.state === "accepted") return { outcome: "accepted", cause: "" };
  return handoff.state === "rejected" ? { outcome: "rejected", cause: handoff.cause ?? "" } : undefined;
}

/** @returns false where it was too late; asks again until it is known, or the task's lease is over. */
async function transfer(
  around: Surroundings,
  task: HandedTask,
  handed: { readonly number: number; readonly carry: Json; readonly trace: TraceCarrier | undefined },
): Promise<boolean> {
  const { taskId, token, signal } = task;
  for (;;) {
    const consumed = task.consumed();
    const command = { kind: "transfer", taskId, token, ...handed } as const;
    try {
      const outcome = await around.store.apply(consumed === undefined ? command : { ...command, consumed });
      if (outcome.kind === "lost") throw notOurs(taskId);
      return outcome.kind === "transferred";
    } catch (thrown) {
      if (signal.aborted || !EntrainError.from(thrown).retryable) throw thrown;
      await new Promise<void>((resolve) => around.timers.after(retryMs, resolve));
    }
  }
}

function retriedLater(thrown: unknown): [] {
  if (EntrainError.from(thrown).retryable) return [];
  throw thrown;
}

const notOurs = (taskId: string): EntrainError => new EntrainError("cancelled", `${taskId} is no longer this agent's`);

function nobodyTook({ taskId, capability }: HandedTask, refusals: ReadonlyMap<string, string>): EntrainError {
  const said = [...refusals].map(([agentId, cause]) => `${agentId}: ${cause}`).join("; ");
  const why = said === "" ? `no other agent offers ${capability}` : said;
  return new EntrainError("unavailable", `nobody took ${taskId} (${why}): it stays here, finish it or try again later`);
}
