/** A process that hosts agents, as its gRPC service offers it to observers. */
import type { Act, ActSource, Decision, Reading } from "@entrain/core/decision";
import type { GoalRecord } from "@entrain/core/rhythm";
import type { PhaseSample } from "./phase-transport.ts";
import type { Unsubscribe } from "./subscription.ts";

/** One firing; instants on the clock of whoever reports it, monotonic ns. */
export interface FiredBeat {
  readonly agentId: string;
  readonly goalVersion: number;
  readonly beat: number;
  readonly intendedNs: number;
  readonly firedNs: number;
  /** Beats skipped just before this one. */
  readonly skipped: number;
  /** The agent's slot: how much later than the common reference the beat was meant to fall, ns (default 0). */
  readonly offsetNs?: number;
}

/** One act with what it cost. */
export interface ObservedAct {
  readonly act: Act;
  readonly latencyMs: number;
  readonly contextHit: boolean;
}

/** What an agent has to move with. */
export interface AgentEnergy {
  readonly agentId: string;
  /** Units in its store, >= 0. */
  readonly energy: number;
}

/** What happened in a process since the last observation; `phases` and `energies` were true at `atNs` of the process's clock. */
export interface Observation {
  readonly atNs: number;
  readonly goal: GoalRecord | undefined;
  readonly strategy: string;
  readonly phases: readonly PhaseSample[];
  readonly energies: readonly AgentEnergy[];
  readonly beats: readonly FiredBeat[];
  readonly acts: readonly ObservedAct[];
}

/** One agent's answer to an injected reading. */
export interface AgentDecision {
  readonly agentId: string;
  readonly decision: Decision;
  readonly source: ActSource;
}

/** What the gRPC AgentService serves. */
export interface AgentProcess {
  /** Observations at least every 100 ms while the listener stays; the first one at once. */
  observe(listener: (observation: Observation) => void): Unsubscribe;
  inject(reading: Reading, incidentId: string | undefined): Promise<readonly AgentDecision[]>;
  /** True where the agent led and gave it up. */
  resign(agentId: string): Promise<boolean>;
}
