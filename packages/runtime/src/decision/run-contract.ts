/** What a run from an incident to its decision is given, and how it may end. */
import type { Random } from "@entrain/kernel";
import type { AgentRole } from "@entrain/core/membership";
import type { Leadership } from "@entrain/core/election";
import type {
  ActSource,
  AnswerMemory,
  AskedIncident,
  Decision,
  DecisionTimings,
  FailureWindow,
  GlobalContext,
  Reading,
} from "@entrain/core/decision";
import type { Classification, Clock, EventSink, Ledger, Reasoner, Registry, Timers } from "@entrain/ports";
import type { DecisionBoard } from "./decision-board.ts";
import type { PolicyBasis } from "./policy-in-use.ts";
import type { ProposalTurns } from "./proposal-turns.ts";
import type { AskApproval } from "./swarm-approval.ts";
import type { RunLedger } from "./traced-ledger.ts";

/** What all runs of a process share. */
export interface RunSurroundings {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ledger: RunLedger;
  /** The ledger's own, shared by the agents of the process. */
  readonly open: Ledger["open"];
  /** Whom an action of the whole fleet would reach, and who is missing. */
  readonly registry: Pick<Registry, "fleet">;
  /** What is known of the swarm now, as `task` would have got it. */
  readonly contextFor: (task: Pick<RunTask, "leadership" | "assignedRole" | "basis">) => GlobalContext;
  readonly askApproval?: AskApproval;
  readonly reasoner: Reasoner;
  readonly reasonings: FailureWindow;
  readonly board: DecisionBoard;
  readonly answers: AnswerMemory;
  readonly turns: ProposalTurns;
  readonly events: EventSink;
  readonly random: Random;
  readonly timings: DecisionTimings;
  readonly sha256Hex: (text: string) => string;
  readonly newId: () => string;
}

/** One agent's incident; the basis was taken once and stays, and so does a context that is not too old to propose on. */
export interface RunTask {
  readonly agentId: string;
  readonly reading: Reading;
  /** The caller's identity of the incident. */
  readonly incidentId: string | undefined;
  readonly leadership: Leadership | undefined;
  readonly assignedRole: AgentRole | null;
  /** Somebody else leads and may be expected to propose. */
  readonly leaderKnown: boolean;
  readonly basis: PolicyBasis;
  readonly classification: Classification;
  readonly context: GlobalContext;
  /** Monotonic ms. */
  readonly startedMs: number;
}

/** How a run ended. `placed`: the incident has its id from the store or the caller. */
export interface RunOutcome {
  readonly decision: Decision;
  readonly source: ActSource;
  readonly placed: boolean;
  /** Why the ledger could not be read, where the agent was answered before and has the same answer again. */
  readonly repeatedBecause?: string;
}

/** What a decision that is known already means for an agent. */
export function settledBy(decision: Decision, agentId: string): RunOutcome {
  const source: ActSource = decision.committedBy === agentId ? "committed" : "adopted";
  return { decision, source, placed: true };
}

/** The question of a run, as answers are remembered by; `opened`: the occurrence that the store named. */
export function askedIncident(task: RunTask, opened?: string): AskedIncident {
  const { agentId, classification, incidentId, basis } = task;
  const { fingerprint } = classification;
  return { agentId, fingerprint, named: incidentId, opened, cooldownMs: basis.policy.cooldownMs };
}
