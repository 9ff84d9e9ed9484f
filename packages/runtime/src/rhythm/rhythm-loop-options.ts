/** What the rhythm of a process is given. */
import type { EnergyBudget, GoalRecord, StrategyBook, Temperament } from "@entrain/core/rhythm";
import type { Clock, EventSink, FiredBeat, PhaseTransport, Timers } from "@entrain/ports";

/** What the rhythm of a process needs. */
export interface RhythmLoopOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly transport: PhaseTransport;
  readonly events: EventSink;
  readonly processId: string;
  readonly goal: GoalRecord;
  /** The strategies that exist (default: the built-in ones). */
  readonly strategies?: StrategyBook;
  /** How many agents the process hosts: of several, frames are batched; a crowd updates more seldom while something is new. */
  readonly crowd: number;
  readonly spin: () => boolean;
  /** The wall clock that all processes agree on, Unix ms: the store's. */
  readonly agreedUnixMs: () => number;
  /** The highest leadership term this process has seen, to be told to peers (L2). */
  readonly highestTerm: () => number;
  /** Holds the thread for so long, ms (beat-timer.ts). */
  readonly doze?: (ms: number) => void;
  /** A peer mentioned a term. */
  readonly onTerm: (term: number) => void;
  readonly onBeat: (beat: FiredBeat) => void;
}

/** An agent to be hosted. */
export interface HostedAgent {
  readonly agentId: string;
  readonly incarnation: number;
  readonly temperament?: Partial<Temperament>;
  readonly energy?: EnergyBudget;
}
