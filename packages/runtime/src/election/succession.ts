/**
 * Drives a voter's suspicion of the swarm's leader (L5): probes and reports one at a time, until the leader is another. Who
 * makes enough reports takes over, without waiting for the lease's end: all effects of this leadership are fenced, so it is
 * enough that the old leader's are refused.
 *
 * A refused probe says that nobody listens there any more only of a leader that this process has reached: one that nobody can
 * dial refuses everybody while it lives. So each leader is reached for once it is known, and again until it answers.
 */
import {
  stepSuspicion,
  type Leadership,
  type Suspect,
  type SuspicionInput,
  type SuspicionState,
} from "@entrain/core/election";
import type { Clock, EventSink, SuccessionStore, Timers } from "@entrain/ports";
import type { LeaderView } from "./election-loop.ts";

/** What a succession needs. */
export interface SuccessionOptions {
  readonly store: SuccessionStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly events: EventSink;
  readonly leaseMs: number;
  readonly agentId: string;
  readonly incarnation: number;
  readonly highestTerm: () => number;
  /** Whether the agent has answered a probe of this process in its present life; probes it where it has not. Never rejects. */
  readonly reach: (agentId: string) => Promise<boolean>;
  /** Whether a probe at the agent's address is refused: nobody listens there. Never rejects. */
  readonly isRefused: (agentId: string) => Promise<boolean>;
  /** This agent leads now; the report that made it so was sent at `sentMs`. */
  readonly onGranted: (held: Leadership, sentMs: number) => void;
}

/** Pause between two probes of a leader that has not answered one yet, ms. */
const reachAgainMs = 1_000;

/** A voter's part in the succession of the leader. */
export class Succession {
  readonly #options: SuccessionOptions;
  #state: SuspicionState = { kind: "idle" };
  #unwatch: (() => void) | undefined;
  #callOff: (() => void) | undefined;
  #callOffReach: (() => void) | undefined;

  constructor(options: SuccessionOptions) {
    this.#options = options;
  }

  /** Hears the reports of others from now on. */
  start(): void {
    if (this.#unwatch !== undefined) return;
    this.#unwatch = this.#options.store.watch((term) => {
      this.#apply({ kind: "suspected", nowMs: this.#nowMs(), term });
    });
    if (this.#state.kind !== "idle") void this.#reachFor(this.#state.leader);
  }

  /** Probes and reports nothing more. */
  stop(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#callOffReach?.();
    this.#apply({ kind: "leader", leader: undefined });
  }

  /** Who leads, as far as this process knows. */
  leaderIs({ leaderId, term }: LeaderView): void {
    const isOther = leaderId !== null && leaderId !== this.#options.agentId;
    const before = this.#state.kind === "idle" ? undefined : this.#state.leader.term;
    this.#apply({ kind: "leader", leader: isOther ? { agentId: leaderId, term } : undefined });
    if (this.#state.kind === "idle") this.#callOffReach?.();
    else if (this.#unwatch !== undefined && before !== term) void this.#reachFor(this.#state.leader);
  }

  /** The stream to the leader's process broke. */
  suspectLeader(): void {
    if (this.#state.kind === "idle") return;
    this.#apply({ kind: "suspected", nowMs: this.#nowMs(), term: this.#state.leader.term });
  }

  #nowMs(): number {
    return this.#options.clock.monoMs();
  }

  #apply(input: SuspicionInput): void {
    const { timers, leaseMs } = this.#options;
    // Whoever has stopped hears nothing any more.
    if (this.#unwatch === undefined && input.kind !== "leader") return;
    const { state, effects } = stepSuspicion(this.#state, input, leaseMs);
    this.#state = state;
    for (const { kind, leader } of effects) void (kind === "probe" ? this.#probe(leader) : this.#report(leader));
    this.#callOff?.();
    if (state.kind !== "waiting") return;
    this.#callOff = timers.after(Math.max(0, Math.ceil(state.lookAtMs - this.#nowMs())), () => {
      this.#apply({ kind: "tick", nowMs: this.#nowMs() });
    });
  }

  async #reachFor({ agentId, term }: Suspect): Promise<void> {
    this.#callOffReach?.();
    const isReached = await this.#options.reach(agentId);
    if (isReached || this.#unwatch === undefined || this.#state.kind === "idle") return;
    const { leader } = this.#state;
    if (leader.term === term)
      this.#callOffReach = this.#options.timers.after(reachAgainMs, () => void this.#reachFor(leader));
  }

  async #probe({ agentId, term }: Suspect): Promise<void> {
    const { reach, isRefused } = this.#options;
    const refused = (await reach(agentId)) && (await isRefused(agentId));
    this.#apply({ kind: "probed", term, refused });
  }

  async #report(leader: Suspect): Promise<void> {
    const { store, events, agentId, incarnation, leaseMs, highestTerm, onGranted } = this.#options;
    const { term } = leader;
    const sentMs = this.#nowMs();
    try {
      const answer = await store.report({ agentId, incarnation, highestTerm: highestTerm(), leaseMs }, leader);
      if (answer.kind === "counted" || answer.kind === "granted")
        events({
          kind: "leader.reported",
          agentId,
          leaderId: leader.agentId,
          term,
          succeeded: answer.kind === "granted",
        });
      if (answer.kind === "granted") onGranted(answer.held, sentMs);
      this.#apply(
        answer.kind === "counted" ? { kind: "counted", nowMs: this.#nowMs(), term } : { kind: "settled", term },
      );
    } catch {
      // A store that does not answer now may do so at the next look.
      this.#apply({ kind: "counted", nowMs: this.#nowMs(), term });
    }
  }
}
