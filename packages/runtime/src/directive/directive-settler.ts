/**
 * Settles directives when their deadline is over, as the leader's chore: whoever settles comes to the same, once, by the store's
 * record and clock, so the next leader goes on where the last one ended. Those that every target has answered are settled by
 * the last answer itself. Of each that was settled the leader tells, with the targets that are lacking, for people to look after.
 */
import { EntrainError, type Random } from "@entrain/kernel";
import { complianceOf, lackingIn, type Directive } from "@entrain/core/decision";
import type { DirectiveStore, EventSink, Timers, Unsubscribe } from "@entrain/ports";

/** Longest pause between two looks, ms, before jitter of ±25 %; a deadline that is known is met to the ms. */
const lookMs = 1_000;

/** The settler of one process. */
export interface DirectiveSettler {
  start(): void;
  stop(): void;
}

/** What it needs. */
export interface DirectiveSettlerOptions {
  readonly store: Pick<DirectiveStore, "settleDue" | "read" | "watch">;
  readonly timers: Timers;
  readonly random: Random;
  readonly events: EventSink;
  /** Looks into nothing while this process does not lead. */
  readonly isLeader: () => boolean;
  readonly onSettled: (directive: Directive) => void;
}

/** A settler that does nothing before `start`. */
export function createDirectiveSettler(options: DirectiveSettlerOptions): DirectiveSettler {
  const { store, timers, random, events, isLeader, onSettled } = options;
  let running = false;
  let callOff: (() => void) | undefined;
  let unwatch: Unsubscribe | undefined;

  function failed(thrown: unknown): void {
    const { code, message } = EntrainError.from(thrown);
    events({ kind: "follow.failed", what: "the deadlines of directives", code, message });
  }

  async function look(): Promise<void> {
    let nextInMs: number | null = null;
    try {
      if (isLeader()) ({ nextInMs } = await store.settleDue());
    } catch (thrown) {
      failed(thrown);
    }
    plan(nextInMs);
  }

  function plan(nextInMs: number | null): void {
    if (!running) return;
    const usualMs = lookMs * (0.75 + random.next() / 2);
    callOff = timers.after(Math.ceil(Math.min(usualMs, nextInMs ?? usualMs)), () => {
      void look();
    });
  }

  /** The store tells of each, whoever settled it. */
  async function tell(incidentId: string): Promise<void> {
    if (!isLeader()) return;
    try {
      for (const directive of await store.read([incidentId])) {
        const { decisionId, action, scope, outcome, targets, missing } = directive;
        const lacking = lackingIn(directive).map(({ agentId, state, note }) => ({ agentId, state, note }));
        const counts = { targets: targets.length, done: complianceOf(directive).done };
        events({
          kind: "directive.settled",
          incidentId,
          decisionId,
          action,
          scope,
          outcome,
          ...counts,
          lacking,
          missing,
        });
        onSettled(directive);
      }
    } catch (thrown) {
      failed(thrown);
    }
  }

  return {
    start() {
      if (running) return;
      running = true;
      unwatch = store.watch((incidentId) => {
        void tell(incidentId);
      });
      plan(0);
    },
    stop() {
      running = false;
      callOff?.();
      unwatch?.();
    },
  };
}
