/**
 * One agent in the user's own process. It installs no signal or exit handler, never exits the process, writes to no global
 * registry and not to stdout; its timers do not keep the process alive; two agents in one process work.
 */
import { EntrainError } from "@entrain/kernel";
import { checkReading } from "@entrain/core/decision";
import type { GoalRecord } from "@entrain/core/rhythm";
import type { DecideOutcome, EventSink } from "@entrain/ports";
import { createEventLog, createMetrics, fanOut } from "@entrain/telemetry";
import { AgentEmitter, type AgentEvents, type LeaderEvent, type Off } from "./agent-emitter.ts";
import { createAgentHost } from "./agent-host.ts";
import { createAgentId, type HostOptions } from "./agent-options.ts";

/** A logger of pino. */
export type PinoLike = Parameters<typeof createEventLog>[0];

/** A registry of prom-client. */
export type PromRegistry = Parameters<typeof createMetrics>[0];

/** What a user says of an agent. */
export interface AgentOptions extends Omit<HostOptions, "events"> {
  /** Default: the host's name and eight random letters. */
  readonly agentId?: string;
  /** Where events are logged, one line each (default false: nowhere). */
  readonly logger?: PinoLike | false;
  /** A registry of prom-client that gets Entrain's metrics; two agents need two, or one with labels of your own. */
  readonly registry?: PromRegistry;
  /** Stops the agent when it aborts. */
  readonly signal?: AbortSignal;
}

/** How a decision is asked for. */
export interface DecideOptions {
  /** The whole identity of the incident; without it the rules classify the telemetry. */
  readonly incident?: string;
  readonly signal?: AbortSignal;
}

/** The swarm's decision about one piece of telemetry. */
export interface AgentDecided<Telemetry extends object> extends DecideOutcome {
  readonly telemetry: Telemetry;
}

/** One agent. */
export interface Agent extends AsyncDisposable {
  readonly agentId: string;
  /**
   * Joins the swarm; idempotent. Resolves when the agent is registered, or, where the store is away and not required,
   * when it listens.
   * @throws EntrainError `store-unavailable`, `deadline-exceeded`, `invalid-config`, `superseded`.
   */
  start(options?: { readonly timeoutMs?: number }): Promise<void>;
  /** Calls the listener until the subscription ends: call the result, or declare it with `using`. */
  on<Name extends keyof AgentEvents>(name: Name, listener: (event: AgentEvents[Name]) => void): Off;
  /**
   * The swarm's one decision about this telemetry, or, where the ledger is out of reach, the safe action alone.
   * @throws EntrainError `invalid-argument` that names the field, `cancelled`.
   */
  decide<Telemetry extends object>(telemetry: Telemetry, options?: DecideOptions): Promise<AgentDecided<Telemetry>>;
  leader(): LeaderEvent;
  goal(): GoalRecord | undefined;
  /** Leaves: hands leadership over, finishes what is under way, and closes what it opened. Idempotent. */
  stop(options?: { readonly drainMs?: number }): Promise<void>;
}

/**
 * An agent; no I/O before `start`.
 * @throws EntrainError `invalid-argument` or `invalid-config` that names the option.
 */
export function createAgent(options: AgentOptions): Agent {
  const agentId = options.agentId ?? createAgentId();
  const sink = sinkOf(options);
  const emitter = new AgentEmitter(sink);
  const host = createAgentHost({ ...options, events: sink }, [agentId], {
    onBeat: (beat) => {
      emitter.emit("beat", beat);
    },
    onLeader: (leader) => {
      emitter.emit("leader", leaderEvent(leader, agentId));
    },
    onDegraded: (event) => {
      emitter.emit("degraded", event);
    },
    onSuperseded: (superseded) => {
      const message = `a higher incarnation of ${superseded} is alive; this one has stopped`;
      emitter.emit("error", new EntrainError("superseded", message, { field: "agentId", value: superseded }));
      void agent.stop({ drainMs: 0 });
    },
  });
  let stopping: Promise<void> | undefined;

  const agent: Agent = {
    agentId,
    async start({ timeoutMs = 10_000 } = {}) {
      if (options.signal?.aborted === true) throw new EntrainError("cancelled", "the agent's signal has aborted");
      options.signal?.addEventListener("abort", () => void agent.stop(), { once: true });
      await host.start(timeoutMs);
    },
    on: (name, listener) => emitter.on(name, listener),
    async decide(telemetry, { incident, signal } = {}) {
      const outcome = await host.decide({
        agentId,
        reading: checkReading(telemetry),
        ...(incident === undefined ? {} : { incidentId: incident }),
        ...(signal === undefined ? {} : { signal }),
      });
      return { ...outcome, telemetry };
    },
    leader: () => leaderEvent(host.leader(), agentId),
    goal: () => host.goal(),
    stop: ({ drainMs = 5_000 } = {}) => (stopping ??= host.stop(drainMs)),
    [Symbol.asyncDispose]: () => agent.stop(),
  };
  return agent;
}

/** Where the agent's events go: to the user's logger and registry, nowhere else. */
function sinkOf({ logger, registry }: AgentOptions): EventSink {
  return fanOut({
    ...(logger === undefined || logger === false ? {} : { log: createEventLog(logger) }),
    ...(registry === undefined ? {} : { metrics: createMetrics(registry).record }),
  });
}

function leaderEvent(
  leader: { readonly leaderId: string | null; readonly term: number },
  agentId: string,
): LeaderEvent {
  const { leaderId } = leader;
  return { leaderId, term: leaderId === null ? null : leader.term, isSelf: leaderId === agentId };
}
