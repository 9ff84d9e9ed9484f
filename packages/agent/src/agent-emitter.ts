/**
 * Typed events of an agent. A listener that throws, or whose promise is rejected, harms nobody: the fault is reported and the
 * others are called.
 */
import { checkName, EntrainError } from "@entrain/kernel";
import type { ContextNews } from "@entrain/core/context";
import type { TargetState } from "@entrain/core/decision";
import type { AgentRole } from "@entrain/core/membership";
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

/** The agent lost the store, or has it back, perhaps in another life. */
export interface DegradedEvent {
  /** True while decisions cannot be agreed and become the safe action (D3). */
  readonly degraded: boolean;
  /** The store's generation (S1): +1 when it may have lost writes; 0 before the first connection. */
  readonly generation: number;
}

/** Members that have not carried an approved action out in time, or to which it could not go: told in the process that leads, when the directive is settled. */
export interface EscalationEvent {
  readonly incidentId: string;
  readonly decisionId: string;
  readonly action: string;
  /** Enough of the others have. */
  readonly met: boolean;
  readonly targets: number;
  readonly done: number;
  readonly lacking: readonly {
    readonly agentId: string;
    readonly state: TargetState;
    /** Why it failed or refused; empty where it said nothing. */
    readonly note: string;
    readonly attempts: number;
  }[];
  /** Members that were missing when it was proposed: they are no targets. */
  readonly missing: readonly string[];
}

/** The agent's role in the swarm changed, or is known for the first time. */
export interface RoleEvent {
  readonly role: AgentRole;
  /** Undefined where none was known. */
  readonly before: AgentRole | undefined;
}

/** What an agent tells its user. */
export interface AgentEvents {
  beat: BeatEvent;
  leader: LeaderEvent;
  degraded: DegradedEvent;
  /** The next version of the shared document, or the whole where versions were missed (C1). */
  context: ContextNews;
  escalation: EscalationEvent;
  role: RoleEvent;
  /** What ended the agent without its user's doing, e.g. `superseded`. */
  error: EntrainError;
}

/** Every event; the compiler sees that none is missing. */
const eventNames: readonly string[] = Object.keys({
  ...{ beat: true, leader: true, degraded: true, context: true, escalation: true, role: true, error: true },
} satisfies Record<keyof AgentEvents, true>);

/** Ends a subscription: call it, or declare it with `using`. */
export interface Off extends Disposable {
  (): void;
}

/** Is told of an event; what it answers is looked at only where it is a promise that is rejected. */
export type Listener<Event> = (event: Event) => unknown;

/** Hands events to listeners, in the order of their subscription. */
export class AgentEmitter {
  readonly #listeners = new Map<keyof AgentEvents, Set<Listener<never>>>();
  readonly #sink: EventSink;

  constructor(sink: EventSink) {
    this.#sink = sink;
  }

  /**
   * One function may subscribe twice, and each subscription ends for itself.
   * @throws EntrainError `invalid-argument` for an event that does not exist, or what is no function
   */
  on<Name extends keyof AgentEvents>(name: Name, listener: Listener<AgentEvents[Name]>): Off {
    checkName("event", name, name, eventNames);
    if (typeof listener !== "function")
      throw EntrainError.invalid("listener", listener, "give a function of the event");
    const subscription: Listener<AgentEvents[Name]> = (event) => listener(event);
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(subscription));
    const off = (): void => {
      listeners.delete(subscription);
    };
    return Object.assign(off, { [Symbol.dispose]: off });
  }

  /** Whether anybody hears of it. */
  isHeard(name: keyof AgentEvents): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0;
  }

  /** Who subscribes meanwhile hears the next event. */
  emit<Name extends keyof AgentEvents>(name: Name, event: AgentEvents[Name]): void {
    const failed = (thrown: unknown): void => {
      this.#sink({ kind: "listener.failed", listener: name, message: EntrainError.from(thrown).message });
    };
    for (const listener of [...(this.#listeners.get(name) ?? [])] as Listener<AgentEvents[Name]>[])
      try {
        const answer = listener(event);
        if (answer instanceof Promise) answer.catch(failed);
      } catch (thrown) {
        failed(thrown);
      }
  }
}
