/**
 * The flushes of a swarm's batchers of one name, made into one call a beat. An agent's own flush hands its items over to a
 * pool in the store and waits for their results; a little after the beat one agent claims what is there, makes the call for
 * all, and hands the results out.
 *
 * At least once: an agent that dies in mid-call is succeeded by another, which makes the call again for the same items with
 * the same key under a higher token. Order of effects: the round is claimed before the call; its lease is renewed during
 * it; the results are handed out only by its holder.
 */
import { EntrainError, type Random } from "@entrain/kernel";
import type { ElectionTimings } from "@entrain/core/election";
import { claimRank } from "@entrain/core/schedule";
import type { Clock, ContributionState, PoolRound, PoolStore, Timers } from "@entrain/ports";
import type { BatchInfo } from "../batching/batcher-options.ts";
import { resultsOf, withinDeadline } from "../batching/flush-attempt.ts";
import { LeaseKeeper } from "../schedule/lease-keeper.ts";
import { outcomesOf, resultsFrom } from "./outcome-text.ts";

/** What a flush of the whole fleet is told beside its items. */
export interface FleetBatchInfo extends Omit<BatchInfo, "key"> {
  /** The same for all attempts of this call, in whichever agent, and of no other: an idempotency key. */
  readonly key: string;
  /** The fencing token: higher than that of every earlier call and attempt. */
  readonly token: number;
  /** How many agents contributed. */
  readonly agents: number;
}

/** Makes the call for all: one result an item, in their order; an Error among them fails its item alone. */
export type FleetFlush<Item, Result> = (
  items: readonly Item[],
  batch: FleetBatchInfo,
) => Promise<readonly (Result | Error)[]>;

/** How the call is made. */
export interface FleetCallOptions<Item, Result> {
  readonly name: string;
  readonly flush: FleetFlush<Item, Result>;
  /** How long after the beat the call waits for the others' items, ms. */
  readonly collectMs: number;
  /** Most items of one call. */
  readonly itemsMax: number;
  /** Most attempts of one call, over all agents. */
  readonly attempts: number;
  readonly retryPauseMs: number;
  /** How long one attempt may take, ms. */
  readonly deadlineMs: number;
}

/** The world of a fleet call. */
export interface FleetSurroundings {
  readonly agentId: string;
  readonly incarnation: number;
  readonly store: PoolStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly timings: ElectionTimings;
  readonly members: () => readonly string[];
}

/** Pause between the first in line and the second, and so on, ms; nobody waits for more than ten others. */
const stepMs = { min: 1, max: 10 } as const;
const rankMax = 10;
/** How often a contribution whose outcome was not told is looked up, ms: hints may be lost. */
const lookEveryMs = 1_000;

/** One agent's part in the calls of one name. */
export class FleetCall<Item, Result> {
  readonly #options: FleetCallOptions<Item, Result>;
  readonly #world: FleetSurroundings;
  readonly #awaited = new Map<string, (state: ContributionState) => void>();
  readonly #unwatch: () => void;
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
    const told = (state: ContributionState): void => {
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
        store.look(name, id).then(told, () => undefined);
        look();
      });
    };
    signal.addEventListener("abort", onAbort, { once: true });
    this.#awaited.set(id, told);
    try {
      const contribution = { id, count: items.length, text: JSON.stringify(items) };
      told(await store.contribute(name, contribution, agentId));
      this.#claimAfter(beat === undefined ? 0 : collectMs + this.#rankMs(beat), beat);
      look();
      const state = await promise;
      const results = resultsFrom(name, state.kind === "settled" ? state.outcome : "", items.length);
      return results as readonly (Result | Error)[];
    } finally {
      callOffLook();
      this.#awaited.delete(id);
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
        incarnation,
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
    const { store, clock, timers, timings } = this.#world;
    const { name } = this.#options;
    this.#highestToken = Math.max(this.#highestToken, round.token);
    const ending = new AbortController();
    const lease = new LeaseKeeper<PoolRound>({
      ...{ clock, timers, timings, held: round, sentMs },
      renew: (held) => store.renew(name, held, timings.leaseMs),
      onLost: () => {
        ending.abort();
      },
    });
    try {
      const outcomes = await this.#attempted(round, beat, ending.signal);
      // A settlement that fails is made by whoever takes the round over.
      if (lease.holds()) await store.settle(name, lease.held(), outcomes);
    } finally {
      lease.close();
    }
  }

  /** The outcome texts, one a contribution. */
  async #attempted(round: PoolRound, beat: number | undefined, ending: AbortSignal): Promise<readonly string[]> {
    const { timers, random } = this.#world;
    const { name, flush, attempts, deadlineMs, retryPauseMs } = this.#options;
    const { contributions, key, token } = round;
    const items = contributions.flatMap(({ text }) => JSON.parse(text) as readonly Item[]);
    for (let attempt = round.attempt; ; attempt++)
      try {
        if (attempt > attempts) throw new EntrainError("unavailable", `${attempts} agents did not survive this call`);
        const work = (signal: AbortSignal) =>
          flush(items, { key, token, beat, attempt, signal, agents: contributions.length });
        const results = await withinDeadline({ timers, deadlineMs, ending }, work);
        return outcomesOf(contributions, resultsOf(name, results, items.length));
      } catch (thrown) {
        const isWorthIt = !(thrown instanceof EntrainError) || thrown.retryable;
        if (attempt >= attempts || !isWorthIt || ending.aborted) {
          const error = thrown instanceof Error ? thrown : EntrainError.from(thrown);
          return outcomesOf(
            contributions,
            Array.from(items, () => error),
          );
        }
        await new Promise<void>((resolve) => {
          timers.after(retryPauseMs * 2 ** (attempt - 1) * (0.5 + random.next() / 2), resolve);
        });
      }
  }

  /** About as long again as the collecting at most: not every member has the batcher, so that nobody may claim before this one. */
  #rankMs(beat: number): number {
    const { agentId, members } = this.#world;
    const { name, collectMs } = this.#options;
    const step = Math.min(stepMs.max, Math.max(stepMs.min, collectMs / rankMax));
    return Math.min(rankMax, claimRank(name, beat, agentId, members())) * step;
  }
}
