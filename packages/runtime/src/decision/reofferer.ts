/**
 * Gives the decisions that this process knows back to a store that may have lost them (D4).
 *
 * Intuition. Decisions are acted upon as soon as they are committed, and a store that fails over or restarts with an older
 * file may have forgotten the last of them. A raised generation says so. While its recovery window is open nobody may
 * commit anything new, so who knows a decision gives it back first: a lost one is restored, not replaced. Where another
 * one stands all the same, that one is remembered from now on, and the loss is told. With a decision the store has lost what
 * it knew of the acts on it: they are told again, so that two that differ are counted.
 *
 * Until the ledger has answered, what is remembered is not believed without asking it (`settled`).
 */
import { createRandom, EntrainError } from "@entrain/kernel";
import type { Clock, EventSink, Ledger, Reoffered, StoreHealth, StoreStatus, Timers } from "@entrain/ports";
import type { AnswerMemory } from "@entrain/core/decision";
import type { DecisionBoard } from "./decision-board.ts";
import { withDeadline } from "./with-deadline.ts";

/** Pause after the first failure and at most, ms, before jitter of ±50 %. */
const pauseMs = { first: 50, max: 5_000 };
/** How long giving all back may take, ms. */
const reofferTimeoutMs = 5_000;

/** Watches the store's generation. */
export interface Reofferer {
  start(): void;
  /** True where what the board remembers is of the store's present generation, as far as this process knows. */
  settled(): boolean;
  stop(): void;
}

/** What the reofferer needs; `seed` seeds the jitter. */
export interface ReoffererOptions {
  readonly ledger: Pick<Ledger, "reoffer">;
  readonly health: StoreHealth;
  readonly board: DecisionBoard;
  readonly answers: Pick<AnswerMemory, "lost">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly events: EventSink;
  readonly seed: string;
}

/** A reofferer for one process. */
export function createReofferer(options: ReoffererOptions): Reofferer {
  const { ledger, health, board, timers, events } = options;
  const random = createRandom(options.seed);
  /** The generation for which everything known has been given back; 0 before the first. */
  let settledIn = 0;
  let giving = false;
  let failures = 0;
  let callOff: (() => void) | undefined;
  let unwatch: (() => void) | undefined;

  async function giveBack(): Promise<void> {
    giving = true;
    const { generation } = health.status();
    try {
      const known = board.all();
      const given = withDeadline(timers, reofferTimeoutMs, "the ledger", ledger.reoffer(known));
      for (const reoffered of known.length === 0 ? [] : await given) takeNote(reoffered, options);
      settledIn = generation;
      failures = 0;
    } catch (thrown) {
      failures += 1;
      events({
        kind: "follow.failed",
        what: "ledger",
        code: EntrainError.from(thrown).code,
        message: EntrainError.from(thrown).message,
      });
    } finally {
      giving = false;
      plan();
    }
  }

  function plan(): void {
    const { up, generation } = health.status();
    if (unwatch === undefined || !up || giving || callOff !== undefined || generation === settledIn) return;
    const delayMs = failures === 0 ? 0 : Math.min(pauseMs.max, pauseMs.first * 2 ** failures) * (0.5 + random.next());
    callOff = timers.after(delayMs, () => {
      callOff = undefined;
      void giveBack();
    });
  }

  function onStatus({ up, generation }: StoreStatus): void {
    // In the first generation that this process sees there is nothing to give back.
    if (up && settledIn === 0) settledIn = generation;
    plan();
  }

  return {
    start() {
      if (unwatch !== undefined) return;
      unwatch = health.watch(onStatus);
      onStatus(health.status());
    },
    settled() {
      const { up, generation } = health.status();
      return !up || generation === settledIn;
    },
    stop() {
      unwatch?.();
      unwatch = undefined;
      callOff?.();
    },
  };
}

/** Puts up what stands, and tells what was lost, and who acted on it. */
export function takeNote(
  reoffered: Reoffered,
  { board, answers, events }: Pick<ReoffererOptions, "board" | "answers" | "events">,
): void {
  const { kind, decision } = reoffered;
  if (kind === "held" || kind === "expired") return;
  const { incidentId, decisionId, action } = decision;
  const standing = kind === "replaced" ? reoffered.standing : decision;
  answers.lost(decision);
  if (kind === "replaced") board.post(standing);
  events({
    kind: "decision.reoffered",
    outcome: kind,
    incidentId,
    decisionId,
    action,
    standingId: standing.decisionId,
    standingAction: standing.action,
  });
}
