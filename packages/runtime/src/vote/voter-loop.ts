/**
 * Keeps one agent of this process among the voters (M2): it says again and again that it wants to be one, which makes it one
 * after two leases alive, also after the store lost the record; and it votes out voters that have been dead for long, where
 * it does not see them alive itself.
 */
import { evictionsBy, type VoterTimings } from "@entrain/core/vote";
import type { MembershipView } from "@entrain/core/membership";
import type { EventSink, Timers, VoterClaim, VoteStore } from "@entrain/ports";

/** What the loop needs. */
export interface VoterLoopOptions {
  readonly store: VoteStore;
  readonly timers: Timers;
  readonly events: EventSink;
  readonly timings: VoterTimings;
  readonly voter: VoterClaim;
  /** The swarm as this process sees it. */
  readonly view: () => MembershipView;
}

/** A voter, or one that wants to be. */
export interface VoterLoop {
  start(): void;
  /** Says nothing more. Its vote goes with the agent's leave. */
  stop(): void;
}

/** The shortest pause between two turns, ms. */
const pauseMinMs = 50;

/** Says nothing before its start. */
export function createVoterLoop({ store, timers, events, timings, voter, view }: VoterLoopOptions): VoterLoop {
  const { agentId } = voter;
  let running = false;
  let callOff: () => void = () => undefined;

  /** Answers the pause until the next turn, ms. */
  async function say(): Promise<number> {
    const { kind, leftMs, due } = await store.enroll(voter, timings);
    if (kind === "enrolled") events({ kind: "voter.changed", agentId, change: "enrolled", voter: agentId });
    for (const dead of evictionsBy(view(), due)) {
      const answer = await store.evict(voter, dead, timings);
      if (answer.kind === "evicted") events({ kind: "voter.changed", agentId, change: "evicted", voter: dead });
    }
    return kind === "waiting" ? Math.min(leftMs, timings.aliveForMs) : timings.aliveForMs;
  }

  async function turn(): Promise<void> {
    // The store's adapter has reported a fault; here it means only: say it again.
    const pauseMs = await say().catch(() => timings.aliveForMs / 2);
    if (running) callOff = timers.after(Math.max(pauseMinMs, pauseMs), () => void turn());
  }

  return {
    start() {
      if (running) return;
      running = true;
      void turn();
    },
    stop() {
      running = false;
      callOff();
    },
  };
}
