/**
 * Decisions in the name of the agents of one process. Order of effects: decide, record the act (in the background), show it to
 * observers, count it, answer.
 */
import { EntrainError } from "@entrain/kernel";
import type { Leadership } from "@entrain/core/election";
import type { AgentRole } from "@entrain/core/membership";
import type { Act, Observation, Reading } from "@entrain/core/decision";
import type { AgentDecision, Clock, DecideOutcome, DecideRequest, EventSink } from "@entrain/ports";
import { createActRecorder, systemTimers, type ContextFollower, type ObservationHub } from "@entrain/runtime";
import type { RedisStore } from "@entrain/redis";
import { createTracing } from "@entrain/telemetry";
import type { HostVotes } from "./agent-votes.ts";
import type { ResolvedHostOptions } from "./agent-options.ts";
import { createDecisionPath } from "./decision-path.ts";

/** One hosted agent's question; the host knows the rest. */
export type HostedRequest = Omit<DecideRequest, "incarnation" | "leadership" | "assignedRole">;

/** Decides for hosted agents. */
export interface HostedDecisions {
  start(): Promise<void>;
  /** @throws EntrainError `invalid-argument`, `cancelled`, `resource-exhausted`, `unavailable` once it has stopped. */
  decide(request: HostedRequest): Promise<DecideOutcome>;
  /** Every agent's decision about one reading. */
  decideForAll(reading: Reading, incidentId: string | undefined): Promise<readonly AgentDecision[]>;
  /** What the rules make of a reading now, for whoever follows the states of subjects. */
  observe(reading: Reading): Observation;
  /** Share of the latest reasonings in this process that failed, 0..1. */
  reasonerFailureRate(): number;
  /** True once nothing is under way and every act is in the ledger; false where that took longer, or failed. */
  drain(drainMs: number): Promise<boolean>;
  stop(): Promise<void>;
}

/** The decisions of one process; nothing happens before the first question. */
export function createHostedDecisions(surroundings: {
  readonly options: ResolvedHostOptions;
  /** Of the present life; not the final one before the start. */
  readonly incarnation: () => number;
  readonly clock: Clock;
  readonly store: RedisStore;
  readonly context: ContextFollower;
  readonly events: EventSink;
  readonly hub: ObservationHub;
  readonly votes: HostVotes;
  /** The agent's leadership, while effects may be sent in its name (L4). */
  readonly leadershipOf: (agentId: string) => Leadership | undefined;
  /** What the leader has made it, as the membership tells. */
  readonly roleOf: (agentId: string) => AgentRole | undefined;
  /** `own`: the agent was asked about telemetry of its own, not about what every agent was told. */
  readonly onDecided: (agentId: string, outcome: DecideOutcome, own: boolean) => void;
}): HostedDecisions {
  const { options, incarnation, clock, store, context, events, hub, votes, leadershipOf, roleOf, onDecided } =
    surroundings;
  const recorder = createActRecorder({ ledger: store.ledger, timers: systemTimers, events });
  const onActsLost = (acts: readonly Act[]): void => {
    for (const act of acts) recorder.record(act);
  };
  const path = createDecisionPath({ options, clock, store, context, events, votes, onActsLost });
  const tracing = createTracing();

  async function traced(agentId: string, work: () => Promise<DecideOutcome>): Promise<DecideOutcome> {
    const span = tracing.begin("decide", { attributes: { "entrain.agent.id": agentId } });
    try {
      const outcome = await span.run(work);
      const { incidentId, action, trace } = outcome.decision;
      // Who adopts shows where the decision was made; that is a trace of its own.
      if (outcome.source === "adopted" && trace !== undefined) span.link(trace);
      const attributes = { "entrain.incident.id": incidentId, "entrain.action": action };
      span.end({ ...attributes, "entrain.decision.source": outcome.source });
      return outcome;
    } catch (thrown) {
      span.end({}, EntrainError.from(thrown).message);
      throw thrown;
    }
  }

  async function decide(request: HostedRequest, own = true): Promise<DecideOutcome> {
    const { agentId } = request;
    const leadership = leadershipOf(agentId);
    const assignedRole = roleOf(agentId);
    const asked = {
      ...{ ...request, incarnation: incarnation() },
      ...(leadership === undefined ? {} : { leadership }),
      ...(assignedRole === undefined ? {} : { assignedRole }),
    };
    const outcome = await traced(agentId, () => path.decide(asked));
    const { decision, source, latencyMs, contextHit, repeatedBecause } = outcome;
    const { incidentId, decisionId, action } = decision;
    const act: Act = { agentId, incidentId, decisionId, action, source, atMs: Math.floor(clock.unixMs()) };
    recorder.record(act);
    hub.act({ act, latencyMs, contextHit });
    onDecided(agentId, outcome, own);
    const role = leadership === undefined ? "follower" : "leader";
    const repeated = repeatedBecause === undefined ? {} : { repeatedBecause };
    events({ kind: "decision.acted", agentId, decision, source, role, latencyMs, contextHit, ...repeated });
    return outcome;
  }

  return {
    start: () => path.start(),
    decide: (request) => decide(request),
    decideForAll: (reading, incidentId) =>
      Promise.all(
        options.agentIds.map(async (agentId) => {
          const identity = incidentId === undefined ? {} : { incidentId };
          const { decision, source } = await decide({ agentId, reading, ...identity }, false);
          return { agentId, decision, source };
        }),
      ),
    observe: (reading) => path.observe(reading),
    reasonerFailureRate: () => path.reasonerFailureRate(),
    async drain(drainMs) {
      const answered = await doneWithin(path.drain(), drainMs);
      return (await doneWithin(recorder.drain(), Math.min(drainMs, options.storeTimeoutMs))) && answered;
    },
    async stop() {
      recorder.stop();
      await path.stop();
    },
  };
}

/** True where the work was done within `ms`; its failure is its own affair. */
function doneWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, ms, false).unref();
    work
      .then(
        () => resolve(true),
        () => resolve(false),
      )
      .finally(() => clearTimeout(late));
  });
}
