/** What a decision loop needs, offers and tells of itself. */
import type { Json } from "@entrain/kernel";
import type {
  Act,
  DecisionRecord,
  DecisionTimings,
  GlobalContext,
  Observation,
  Policy,
  Reading,
} from "@entrain/core/decision";
import type {
  Clock,
  DecideOutcome,
  DecideRequest,
  Decider,
  EventSink,
  GlobalState,
  Ledger,
  PolicyCompiler,
  Reasoner,
  Registry,
  StoreHealth,
  Timers,
  Tracing,
} from "@entrain/ports";
import type { ContextSource } from "../context/context-follower.ts";
import type { AskApproval } from "./swarm-approval.ts";

/** What a decision loop needs. */
export interface DecisionLoopOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ledger: Ledger;
  /** Tells of each generation of the store: in a new one decisions that it may have lost are given back (D4). */
  readonly health: StoreHealth;
  readonly globalState: GlobalState;
  /** Whom an action of the whole fleet would reach, and who is missing; asked for such actions alone. */
  readonly registry: Pick<Registry, "fleet">;
  /** The process's copy of the shared document: its policy is taken into use as soon as it is there. */
  readonly context: ContextSource;
  /** Asks the voters about decisions of the swarm's scope (default: they cannot be asked, so none of these is approved). */
  readonly askApproval?: AskApproval;
  readonly reasoner: Reasoner;
  readonly compile: PolicyCompiler;
  readonly events: EventSink;
  /**
   * Takes acts of agents of this process on decisions that the store has lost, to be recorded again (default: the loop decides for
   * agents of other processes, which see to theirs).
   */
  readonly onActsLost?: (acts: readonly Act[]) => void;
  /** Says what a proposal is part of (default: nothing). */
  readonly tracing?: Pick<Tracing, "carried">;
  /** SHA-256 of a text's UTF-8 bytes, hex. */
  readonly sha256Hex: (text: string) => string;
  /** A new unique id. */
  readonly newId: () => string;
  /** In force until the shared document is read (default: `defaultPolicy`). */
  readonly policy?: Policy;
  readonly timings?: Partial<DecisionTimings>;
  /** The least number of voters that is a quorum, however few there are (default 2). */
  readonly votersMin?: number;
  /** Decisions under way at once; one more is refused (default 1,000). */
  readonly underWayMax?: number;
}

/** Figures of this process. */
export interface DecisionStats {
  /** Share of the last 50 reasonings within a minute that failed, 0..1; 0 where there were none. */
  readonly reasonerFailureRate: number;
  /** Decisions under way. */
  readonly underWay: number;
  /** Safe actions taken alone that wait to be compared with the ledger (D3). */
  readonly unreconciled: number;
}

/** Decides, for the agents of one process or of many. */
export interface DecisionLoop extends Decider {
  /** Listens for decisions and reads the context once, whether or not the store answers; idempotent. */
  start(): Promise<void>;
  /** Takes no more questions and resolves when those under way are answered, each within its budget. */
  stop(): Promise<void>;
  /** The context as a reasoner would get it now, without waiting; keeps it fresh like any use. */
  context(agentId: string, leads: boolean): GlobalContext;
  /**
   * Takes note of what another loop has answered one of this process's agents, and says what the agent is to have: where that
   * loop could not read the ledger either, and the agent was answered before about this incident, that answer again (D1).
   */
  agree(request: DecideRequest, outcome: DecideOutcome): DecideOutcome;
  /** What the policy in use makes of it, for whoever follows the states of subjects. */
  observe(reading: Reading): Observation;
  /**
   * What this process's voter says of a decision: `yes` where its own reasoning comes to the same action, under the same policy and
   * outside of safe mode; undefined under another policy, for then it cannot judge.
   * @throws EntrainError `invalid-argument` where the question is none of these.
   */
  vote(question: Json, signal: AbortSignal): Promise<"yes" | "no" | undefined>;
  /** The last 50 answers, newest first. */
  history(): readonly DecisionRecord[];
  stats(): DecisionStats;
  /** False where the policy in use leaves decisions to each agent alone. */
  swarmMode(): boolean;
  /** True where the next decision would find its context without waiting. */
  isWarm(): boolean;
}
