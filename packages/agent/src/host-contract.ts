/** What a process that hosts agents can do, and what it tells its owner as it happens. */
import type { ContextNews } from "@entrain/core/context";
import type { Observation, Reading } from "@entrain/core/decision";
import type { AgentRole } from "@entrain/core/membership";
import type { GoalRecord } from "@entrain/core/rhythm";
import type { DecideOutcome } from "@entrain/ports";
import type { BudgetDesk, LeaderView, RateDesk } from "@entrain/runtime";
import type { AgentContext } from "./agent-context.ts";
import type { AgentWork } from "./agent-work.ts";
import type { BeatEvent, DegradedEvent, EscalationEvent } from "./agent-emitter.ts";
import type { HostedRequest } from "./hosted-decisions.ts";
import type { HostPeers } from "./host-peers.ts";
import type { Leases } from "./leases.ts";

/** What a host tells its owner. */
export interface HostListeners {
  readonly onBeat: (beat: BeatEvent) => void;
  readonly onLeader: (leader: LeaderView) => void;
  readonly onDegraded: (event: DegradedEvent) => void;
  /** The next version of the shared document, or the whole where some were missed (C1). */
  readonly onContext: (view: () => ContextNews) => void;
  readonly onEscalation: (event: EscalationEvent) => void;
  /** A hosted agent's role, at first and when it changes. */
  readonly onRole: (agentId: string, role: AgentRole) => void;
  /** A higher incarnation of a started agent is alive (M3); during the start, the start is refused instead. */
  readonly onSuperseded: (agentId: string) => void;
}

/** Whether the process may be sent work, and why not. */
export interface Readiness {
  readonly ok: boolean;
  readonly reason: string;
}

/** A process's agents. */
export interface AgentHost {
  /**
   * Starts once; later calls wait for the same start. Resolves when the agents are registered, or, where the store is away
   * and not required, when the host listens. What fails is undone, and final.
   * @throws EntrainError `store-unavailable`, `deadline-exceeded`, `invalid-config`, `superseded`, `cancelled`.
   */
  start(timeoutMs: number): Promise<void>;
  /** The rhythm's goal as last known; undefined while the host is not started. */
  goal(): GoalRecord | undefined;
  leader(): LeaderView;
  /** What the rules make of a reading now, for whoever follows the states of subjects. */
  observe(reading: Reading): Observation;
  /** host:port of the gRPC server; undefined while the host is not started. */
  address(): string | undefined;
  /** Ready from the first join until draining; losing the store later does not change it (M1). */
  readiness(): Readiness;
  /**
   * Decides in the name of a hosted agent, and records what it will do.
   * @throws EntrainError `invalid-argument`, `cancelled`, `resource-exhausted`; `unavailable` before the start and after the
   *   end.
   */
  decide(request: HostedRequest): Promise<DecideOutcome>;
  /** Rates that the swarm shares; all agents of the process take from one share. */
  readonly rates: RateDesk;
  /** The shared document. */
  readonly context: AgentContext;
  /** The swarm's budgets; what is taken of them is held in the name of the first agent. */
  readonly budget: BudgetDesk;
  /** Capabilities, in the name of the first agent, actions, in the name of each, and sessions. */
  readonly work: AgentWork;
  /** What it does with the others that are alive: jobs, votes, calls of the whole fleet, picks. */
  readonly peers: HostPeers;
  /** Leaves the swarm and closes everything; takes `drainMs`, and the deadlines of store and server, at most. Idempotent. */
  stop(drainMs: number): Promise<void>;
  /** Elections, locks and barriers in the name of the process's first agent. */
  readonly leases: Omit<Leases, "close">;
}
