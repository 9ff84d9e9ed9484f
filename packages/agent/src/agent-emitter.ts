/** Typed events of an agent. A listener that throws harms nobody: the fault is reported and the others are called. */
import { EntrainError } from "@entrain/kernel";
import type { EventSink } from "@entrain/ports";

/** One firing of this agent, on the wall clock. */
export interface BeatEvent {
  readonly agentId: string;
  readonly goalVersion: number;
  /** The beat's number, the same for all agents (R4). */
  readonly beat: number;
  /** The instant the beat was meant for, Unix ms with fractions. */
  readonly intendedAt: number;
  /** The instant it fired, Unix ms with fractions. */
  readonly firedAt: number;
  readonly latenessMs: number;
  /** Beats of this agent that were skipped just before this one. */
  readonly skipped: number;
}

/** Who leads the swarm now; nulls where nobody is known to. */
export interface LeaderEvent {
  readonly leaderId: string | null;
  readonly term: number | null;
  /** This very agent leads. */
  readonly isSelf: boolean;
}

/** The agent lost the store, or has it back. */
export interface DegradedEvent {
  readonly degraded: boolean;
  /** The store's generation (S1); 0 before the first connection. */
  readonly generation: number;
}

/** What an agent tells its user. */
export interface AgentEvents {
  beat: BeatEvent;
  leader: LeaderEvent;
  degraded: DegradedEvent;
  error: EntrainError;
}

/** Ends a subscription: call it, or declare it with `using`. */
export interface Off extends Disposable {
  (): void;
}

/** Hands events to listeners, in the order of their subscription. */
export class AgentEmitter {
  readonly #listeners = new Map<keyof AgentEvents, Set<(event: never) => void>>();
  readonly #sink: EventSink;

  constructor(sink: EventSink) {
    this.#sink = sink;
  }

  on<Name extends keyof AgentEvents>(name: Name, listener: (event: AgentEvents[Name]) => void): Off {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    const off = (): void => {
      listeners.delete(listener);
    };
    return Object.assign(off, { [Symbol.dispose]: off });
  }

  emit<Name extends keyof AgentEvents>(name: Name, event: AgentEvents[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        (listener as (event: AgentEvents[Name]) => void)(event);
      } catch (thrown) {
        this.#sink({ kind: "listener.failed", listener: name, message: EntrainError.from(thrown).message });
      }
    }
  }
}
