/**
 * How a hosted agent's questions are decided: by the decision-loop service where one is named and in reach, otherwise by
 * the same loop in this process. Both end in the same ledger, so the way does not change the decision (D1). With the swarm
 * mode off nobody else is asked.
 */
import { createHash, randomUUID } from "node:crypto";
import { EntrainError } from "@entrain/kernel";
import type { Act, Observation, Reading } from "@entrain/core/decision";
import type { Clock, DecideOutcome, DecideRequest, EventSink } from "@entrain/ports";
import { compilePolicy, createRulesReasoner } from "@entrain/reasoners";
import type { RedisStore } from "@entrain/redis";
import { createDecisionClient } from "@entrain/rpc";
import { createDecisionLoop, createSwarmApproval, systemTimers, type ContextFollower } from "@entrain/runtime";
import { createTracing } from "@entrain/telemetry";
import type { HostVotes } from "./agent-votes.ts";
import type { ResolvedHostOptions } from "./agent-options.ts";

/** Decides, and can be drained. */
export interface DecisionPath {
  start(): Promise<void>;
  decide(request: DecideRequest): Promise<DecideOutcome>;
  observe(reading: Reading): Observation;
  /** Share of the latest reasonings in this process that failed, 0..1. */
  reasonerFailureRate(): number;
  /** Resolves when nothing is under way any more. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/** The decision path of one process. */
export function createDecisionPath(options: {
  readonly options: ResolvedHostOptions;
  readonly clock: Clock;
  readonly store: RedisStore;
  readonly context: ContextFollower;
  readonly events: EventSink;
  readonly votes: HostVotes;
  readonly onActsLost: (acts: readonly Act[]) => void;
}): DecisionPath {
  const { clock, store, context, events, votes, onActsLost } = options;
  const { decisionLoop, reasoner, swarmId, tls, insecure, voters } = options.options;
  const loop = createDecisionLoop({
    context,
    clock,
    timers: systemTimers,
    ledger: store.ledger,
    health: store.health,
    globalState: store.globalState,
    registry: store.registry,
    askApproval: createSwarmApproval(votes.desk),
    reasoner: reasoner ?? createRulesReasoner(),
    compile: compilePolicy,
    votersMin: voters.votersMin,
    events,
    onActsLost,
    tracing: createTracing(),
    sha256Hex: (text) => createHash("sha256").update(text).digest("hex"),
    newId: () => `d-${randomUUID()}`,
  });
  const remote =
    decisionLoop === undefined ? undefined : createDecisionClient(decisionLoop, { clock, swarmId, tls, insecure });
  const underWay = new Set<Promise<unknown>>();

  async function decide(request: DecideRequest): Promise<DecideOutcome> {
    // What needs votes is decided where the voter is.
    const here = remote === undefined || !loop.swarmMode() || loop.observe(request.reading).rule?.scope !== undefined;
    if (here) return loop.decide(request);
    try {
      return loop.agree(request, await remote.decide(request));
    } catch (thrown) {
      const error = EntrainError.from(thrown);
      if (!error.retryable) throw error;
      events({ kind: "decision.unreachable", agentId: request.agentId, message: error.message });
      return loop.decide(request);
    }
  }

  return {
    start() {
      votes.answerDecisions(({ question, signal }) => loop.vote(question, signal));
      return loop.start();
    },
    decide(request) {
      const deciding = decide(request);
      const tracked = deciding.catch(() => undefined).finally(() => underWay.delete(tracked));
      underWay.add(tracked);
      return deciding;
    },
    observe: (reading) => loop.observe(reading),
    reasonerFailureRate: () => loop.stats().reasonerFailureRate,
    async drain() {
      await Promise.all(underWay);
    },
    async stop() {
      remote?.close();
      await loop.stop();
    },
  };
}
