/**
 * Drives one candidate's election machine against the store (L1 to L4): one request at a time, ticks when the machine
 * wants them, hints by pub/sub with the machine's own polling as the floor.
 */
import {
  createElectionState,
  mayAct,
  nextElectionTickMs,
  presenceMs,
  priorityWaitMs,
  standAgain,
  stepElection,
  type ElectionEffect,
  type ElectionInput,
  type ElectionState,
  type ElectionTimings,
  type LeaderRecord,
  type Leadership,
  type LossCause,
} from "@entrain/core/election";
import type { Clock, ElectionStore, EventSink, Timers } from "@entrain/ports";

/** Who leads, as far as this process knows. */
export interface LeaderView {
  readonly leaderId: string | null;
  /** 0 where nobody is known to lead. */
  readonly term: number;
}

/** What a candidate needs. */
export interface ElectionLoopOptions {
  readonly store: ElectionStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly events: EventSink;
  readonly timings: ElectionTimings;
  readonly agentId: string;
  readonly incarnation: number;
  readonly onLeader: (view: LeaderView) => void;
  /** Called once for each term that this candidate holds, before anything else is done about it. */
  readonly onElected?: (held: Leadership) => void;
  /** Called once for each of those terms when it ends, before anything more is sent (L4). */
  readonly onLost?: (held: Leadership, cause: LossCause) => void;
}

/** One candidate's election. */
export class ElectionLoop {
  readonly #options: ElectionLoopOptions;
  #state: ElectionState;
  #known: LeaderView = { leaderId: null, term: 0 };
  #peersTerm = 0;
  #running = false;
  #callOff: (() => void) | undefined;
  #unwatch: (() => void) | undefined;
  #releasing: Promise<void> = Promise.resolve();

  constructor(options: ElectionLoopOptions) {
    const { agentId, incarnation, timings, clock } = options;
    this.#options = options;
    this.#state = createElectionState(agentId, incarnation, timings, clock.monoMs());
  }

  /** Stands for election; after a stop again, and at once. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    if (this.#state.phase.kind === "resigned") this.#state = standAgain(this.#state, this.#nowMs());
    this.#unwatch = this.#options.store.watch((term) => {
      this.#apply({ kind: "hint", nowMs: this.#nowMs(), term });
    });
    this.#apply({ kind: "tick", nowMs: this.#nowMs() });
  }

  /** The leadership, while effects may be sent in its name (L4). */
  leadership(): Leadership | undefined {
    const { phase } = this.#state;
    return phase.kind === "leading" && mayAct(this.#state, this.#nowMs()) ? phase.held : undefined;
  }

  leader(): LeaderView {
    return this.#known;
  }

  highestTerm(): number {
    return Math.max(this.#state.highestTerm, this.#peersTerm);
  }

  /** A peer mentioned a term (L2). */
  sawTerm(term: number): void {
    this.#peersTerm = Math.max(this.#peersTerm, term);
  }

  /** Took over before the lease of the leader before was at its end (L5), by a request sent at `sentMs`. */
  tookOver(held: Leadership, sentMs: number): void {
    this.#apply({ kind: "granted", nowMs: this.#nowMs(), sentMs, held });
  }

  /** Gives the leadership up and stands again after a poll's pause, so that others have the first chance. */
  async resign(): Promise<boolean> {
    const held = await this.#giveUp();
    this.#state = standAgain(this.#state, this.#nowMs() + this.#options.timings.pollMs);
    if (this.#running) this.#apply({ kind: "tick", nowMs: this.#nowMs() });
    return held;
  }

  /** Gives the leadership up and stands no more, until the next start. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#callOff?.();
    this.#unwatch?.();
    await this.#giveUp();
  }

  #nowMs(): number {
    return this.#options.clock.monoMs();
  }

  #apply(input: ElectionInput): void {
    const { state, effects } = stepElection(this.#state, input);
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect);
    this.#show();
    this.#callOff?.();
    // A callback may have taken another step meanwhile.
    const atMs = nextElectionTickMs(this.#state);
    if (!this.#running || atMs === undefined) return;
    this.#callOff = this.#options.timers.after(Math.max(0, Math.ceil(atMs - this.#nowMs())), () => {
      this.#apply({ kind: "tick", nowMs: this.#nowMs() });
    });
  }

  #carryOut(effect: ElectionEffect): void {
    const { events, agentId, store } = this.#options;
    switch (effect.kind) {
      case "campaign":
        void this.#campaign(Math.max(effect.highestTerm, this.#peersTerm));
        return;
      case "renew":
        void this.#renew(effect.held);
        return;
      case "release":
        // A release that does not get through is made up for by the lease's end.
        this.#releasing = store.release(effect.held).catch(() => undefined);
        return;
      case "elected":
        events({ kind: "leader.elected", agentId, term: effect.held.term });
        this.#options.onElected?.(effect.held);
        return;
      case "lost":
        events({ kind: "leader.lost", agentId, term: effect.held.term, cause: effect.cause });
        this.#options.onLost?.(effect.held, effect.cause);
        return;
    }
  }

  async #campaign(highestTerm: number): Promise<void> {
    const { store, agentId, incarnation, timings } = this.#options;
    const sentMs = this.#nowMs();
    try {
      const { leaseMs, priority } = timings;
      const rank = { priority, countsMs: presenceMs(timings), waitMs: priorityWaitMs };
      const answer = await store.campaign({ agentId, incarnation, highestTerm, leaseMs, rank });
      const nowMs = this.#nowMs();
      if (answer.kind === "granted") this.#apply({ kind: "granted", nowMs, sentMs, held: answer.held });
      else this.#apply({ ...answer, nowMs });
    } catch {
      this.#apply({ kind: "unanswered", nowMs: this.#nowMs() });
    }
  }

  async #renew(held: Leadership): Promise<void> {
    const { store, agentId, events, timings } = this.#options;
    const sentMs = this.#nowMs();
    try {
      const answer = await store.renew(held, timings.leaseMs);
      const nowMs = this.#nowMs();
      if (answer.kind === "renewed") {
        this.#apply({ kind: "granted", nowMs, sentMs, held: answer.held });
        return;
      }
      events({ kind: "effect.refused", agentId, effect: "renew", term: held.term, code: "stale-term" });
      this.#apply({ kind: "refused", nowMs, leader: answer.leader });
    } catch {
      this.#apply({ kind: "unanswered", nowMs: this.#nowMs() });
    }
  }

  /** Tells the process when the leader it knows has changed. */
  #show(): void {
    const { phase } = this.#state;
    const leader: Leadership | LeaderRecord | undefined =
      phase.kind === "leading" ? phase.held : phase.kind === "following" ? phase.leader : undefined;
    const next: LeaderView = { leaderId: leader?.agentId ?? null, term: leader?.term ?? 0 };
    if (next.leaderId === this.#known.leaderId && next.term === this.#known.term) return;
    this.#known = next;
    this.#options.events({ kind: "leader.changed", ...next });
    this.#options.onLeader(next);
  }

  async #giveUp(): Promise<boolean> {
    const held = this.leadership() !== undefined;
    this.#apply({ kind: "resign", nowMs: this.#nowMs() });
    await this.#releasing;
    return held;
  }
}
