/**
 * The flushes of a swarm's batchers of one name, made into one call a beat. An agent's own flush hands its items over to a
 * pool in the store and waits for their results; a little after the beat one agent claims what is there, makes the call for
 * all, and hands the results out.
 *
 * At least once: an agent that dies in mid-call is succeeded by another, which makes the call again for the same items with
 * the same key under a higher token. Order of effects: the round is claimed before the call; its lease is renewed during
 * it; the results are handed out only by its holder.
 */
import { EntrainError } from "@entrain/kernel";
import { claimRank } from "@entrain/core/schedule";
import type { ContributionState, PoolRound } from "@entrain/ports";
import type { BatchInfo } from "../batching/batcher-options.ts";
import { createRetryBudget, type RetryBudget } from "../batching/retry-budget.ts";
import { LeaseKeeper } from "../schedule/lease-keeper.ts";
import type { FleetCallOptions, FleetSurroundings } from "./fleet-call-options.ts";
import { resultsFrom } from "./outcome-text.ts";
import { callUpstream } from "./upstream-call.ts";

/** Pause between the first in line and the second, and so on, ms; nobody waits for more than ten others. */
const stepMs = { min: 1, max: 10 } as const;
const rankMax = 10;
/** How often a contribution whose outcome was not told is looked up, ms: hints may be lost. */
const lookEveryMs = 1_000;
/** Pause between two attempts to hand results out, ms; the lease bounds them. */
const settleAgainMs = 100;

/** One agent's part in the calls of one name. */
export class FleetCall<Item, Result> {
  readonly #options: FleetCallOptions<Item, Result>;
  readonly #world: FleetSurroundings;
  readonly #awaited = new Map<string, (state: ContributionState) => void>();
  readonly #unwatch: () => void;
  /** The swarm's, as this agent sees it: it counts the retries of its own calls, and of those whose outcome it is told. */
  readonly #budget: RetryBudget = createRetryBudget();
  /** Contributions whose call this agent made itself, and has counted. */
  readonly #counted = new Set<string>();
  #callOffClaim: (() => void) | undefined;
  #calling = false;
  #highestToken = 0;
  /** The beat whose call is wanted; undefined: of no beat, at once. */
  #beat: number | undefined;

  constructor(options: FleetCallOptions<Item, Result>, world: FleetSurroundings) {
    this.#options = options;
    this.#world = world;
    this.#unwatch = world.store.watch(world.agentId, (id, outcome) => {
      this.#awaited.get(id)?.({ kind: "settled", outcome });
    });
  }

  /** The agent's beat: whoever has items in the pool sees to it that they are taken. */
  beat(beat: number): void {
    if (this.#awaited.size > 0) this.#claimAfter(this.#options.collectMs + this.#rankMs(beat), beat);
  }

  /** Hands one batch over, and waits for its results; for a batcher's flush. */
  async contribute(items: readonly Item[], { key: id, beat, signal }: BatchInfo): Promise<readonly (Result | Error)[]> {
    const { store, agentId, timers } = this.#world;
    const { name, collectMs } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<ContributionState>();
    const onState = (state: ContributionState): void => {
      if (state.kind === "settled") resolve(state);
      if (state.kind === "unknown")
        reject(new EntrainError("unavailable", "the store has lost the batch: it is handed over again"));
    };
    const onAbort = (): void => {
      reject(EntrainError.from(signal.reason, "cancelled"));
    };
    let callOffLook: () => void = () => undefined;
    const look = (): void => {
      callOffLook = timers.after(lookEveryMs, () => {
        store.look(name, id).then(onState, () => undefined);
        look();
      });
    };
    signal.addEventListener("abort", onAbort, { once: true });
    this.#awaited.set(id, onState);
    try {
      const contribution = { id, count: items.length, text: JSON.stringify(items) };
      onState(await store.contribute(name, contribution, agentId));
      this.#claimAfter(beat === undefined ? 0 : collectMs + this.#rankMs(beat), beat);
      look();
      const state = await promise;
      const told = resultsFrom(name, state.kind === "settled" ? state.outcome : "", items.length);
      if (!this.#counted.has(id)) this.#countCalls(told.failedCalls);
      return told.results as readonly (Result | Error)[];
    } finally {
      callOffLook();
      this.#awaited.delete(id);
      this.#counted.delete(id);
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Takes part no more. */
  close(): void {
    this.#callOffClaim?.();
    this.#unwatch();
  }

  #claimAfter(pauseMs: number, beat: number | undefined): void {
    if (this.#calling) return;
    this.#callOffClaim?.();
    this.#beat = beat;
    this.#callOffClaim = this.#world.timers.after(pauseMs, () => {
      this.#claim().catch(() => {
        // The store's adapter has reported the fault; the next beat, or the next attempt, comes back to it.
        this.#claimAfter(lookEveryMs, this.#beat);
      });
    });
  }

  async #claim(): Promise<void> {
    if (this.#awaited.size === 0 || this.#calling) return;
    const { store, agentId, incarnation, timings, clock } = this.#world;
    const { name, itemsMax } = this.#options;
    const beat = this.#beat;
    const sentMs = clock.monoMs();
    this.#calling = true;
    try {
      const claim = {
        agentId,
        incarnation: incarnation(),
        beat,
        highestToken: this.#highestToken,
        leaseMs: timings.leaseMs,
        itemsMax,
      };
      const answer = await store.claim(name, claim);
      if (answer.kind === "granted") await this.#call(answer.round, beat, sentMs);
      this.#calling = false;
      // Its holder hands the results out, or dies: then somebody has to come back. What is left over goes with the next.
      if (answer.kind === "held") this.#claimAfter(answer.remainingMs + 1 + this.#rankMs(beat ?? 0), beat);
      else if (beat === undefined && this.#awaited.size > 0) this.#claimAfter(this.#options.collectMs, undefined);
    } finally {
      this.#calling = false;
    }
  }

  /** Makes the call for all, and hands its results out. */
  async #call(round: PoolRound, beat: number | undefined, sentMs: number): Promise<void> {
    const { store, clock, timers, timings, random, events, agentId } = this.#world;
    const { name } = this.#options;
    this.#highestToken = Math.max(this.#highestToken, round.token);
    for (const { id } of round.contributions) if (this.#awaited.has(id)) this.#counted.add(id);
    const ending = new AbortController();
    const lease = new LeaseKeeper<PoolRound>({
      ...{ clock, timers, timings, held: round, sentMs },
      renew: (held) => store.renew(name, held, timings.leaseMs),
      onLost: () => {
        ending.abort();
      },
    });
    const startedMs = clock.monoMs();
    const world = { timers, random, budget: this.#budget, ending: ending.signal };
    const { texts, isAnswered, attempts, items } = await callUpstream(this.#options, world, round, beat);
    const tookMs = clock.monoMs() - startedMs;
    const isSettled = await this.#settle(lease, texts);
    lease.close();
    const outcome = isSettled ? (isAnswered ? "answered" : "failed") : "lost";
    const call = { batcher: name, beat, agents: round.contributions.length, items, takenOver: round.attempt > 1 };
    events({ kind: "fleet.called", agentId, ...call, outcome, attempts, tookMs });
  }

  /** Hands the results out, as long as the round is this agent's: a store that is away for a moment is no reason for another call. */
  async #settle(lease: LeaseKeeper<PoolRound>, texts: readonly string[]): Promise<boolean> {
    const { store, timers } = this.#world;
    while (lease.holds())
      try {
        return await store.settle(this.#options.name, lease.held(), texts);
      } catch {
        // The store's adapter has reported the fault.
        await new Promise<void>((resolve) => {
          timers.after(settleAgainMs, resolve);
        });
      }
    return false;
  }

  /** A call of another agent: so each of them knows about what is left of one budget of retries. */
  #countCalls(failedCalls: number | undefined): void {
    if (failedCalls === undefined) this.#budget.succeeded();
    for (let retry = 1; retry < (failedCalls ?? 0); retry++) this.#budget.take();
  }

  /** About as long again as the collecting at most: not every member has the batcher, so that nobody may claim before this one. */
  #rankMs(beat: number): number {
    const { agentId, members } = this.#world;
    const { name, collectMs } = this.#options;
    const step = Math.min(stepMs.max, Math.max(stepMs.min, collectMs / rankMax));
    return Math.min(rankMax, claimRank(name, beat, agentId, members())) * step;
  }
}
