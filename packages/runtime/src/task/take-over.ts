/**
 * The taking side of a handoff (P3): answers offers, keeping a hand free for each that it accepts, and confirms what was
 * transferred to it. What it does not get to is offered elsewhere, or goes back to its line: nothing rests on its answer.
 */
import { EntrainError } from "@entrain/kernel";
import type { HandoffOffer, HeldTask } from "@entrain/core/task";
import type { EventSink, TaskStore } from "@entrain/ports";
import type { Hands } from "./hands.ts";

/** What it needs. */
export interface TakeOverOptions {
  readonly store: TaskStore;
  readonly events: EventSink;
  readonly agentId: string;
  readonly hands: Hands;
  /** Whether the agent would take it; without an answer of its own it takes what it has a hand for. */
  readonly accept: ((offer: HandoffOffer) => boolean) | undefined;
  /** Begins the work on a task that is this agent's now. */
  readonly begin: (task: HeldTask) => void;
}

/** Deals with what a claim has shown. */
export async function takeOver(options: TakeOverOptions, offers: readonly HandoffOffer[]): Promise<void> {
  for (const offer of offers) {
    try {
      await (offer.state === "offered" ? answer(options, offer) : confirm(options, offer));
    } catch (thrown) {
      const { code, message } = EntrainError.from(thrown);
      options.events({ kind: "follow.failed", what: `the handoff of ${offer.taskId}`, code, message });
    }
  }
}

const keyOf = ({ taskId, number }: HandoffOffer): string => `${taskId} ${number}`;

async function answer({ store, agentId, hands, accept }: TakeOverOptions, offer: HandoffOffer): Promise<void> {
  const { taskId, number, leftMs } = offer;
  const isWanted = accept?.(offer) ?? true;
  const accepted = isWanted && hands.keep(keyOf(offer), leftMs);
  const cause = accepted ? "" : isWanted ? "no hand free" : "it does not take it";
  const outcome = await store.apply({ kind: "answer", taskId, number, agentId, accepted, cause });
  if (outcome.kind !== "answered") hands.release(keyOf(offer));
}

async function confirm(options: TakeOverOptions, offer: HandoffOffer): Promise<void> {
  const { store, agentId, hands, begin } = options;
  const { taskId, number } = offer;
  // An earlier life of this agent has accepted it, or the hand was given back: without a free one it goes to its line.
  if (!hands.keep(keyOf(offer), offer.leftMs)) return;
  try {
    const outcome = await store.apply({ kind: "confirm", taskId, number, agentId });
    if (outcome.kind === "confirmed") begin(outcome.task);
  } finally {
    hands.release(keyOf(offer));
  }
}
