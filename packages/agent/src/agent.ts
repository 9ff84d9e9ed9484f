/**
 * One agent in the user's own process. It installs no signal or exit handler, never exits the process, writes to no global
 * registry and not to stdout; its timers do not keep the process alive; two agents in one process work.
 */
import { checkId, EntrainError, optionsOf } from "@entrain/kernel";
import { checkReading } from "@entrain/core/decision";
import type { AgentRole } from "@entrain/core/membership";
import type { GoalRecord } from "@entrain/core/rhythm";
import type { DecideOutcome, EventSink } from "@entrain/ports";
import type {
  Batcher,
  BatcherOptions,
  BudgetDesk,
  Bus,
  RateWish,
  RunHandler,
  Schedule,
  SharedRate,
  VoteDesk,
} from "@entrain/runtime";
import { createEventLog, createMetrics, fanOut, type EventLogger } from "@entrain/telemetry";
import type { AgentContext } from "./agent-context.ts";
import type { AgentWork } from "./agent-work.ts";
import { createAgentDesks } from "./agent-desks.ts";
import { createAgentBatchers } from "./agent-batchers.ts";
import { createAgentListeners, leaderEvent } from "./agent-listeners.ts";
import { AgentEmitter, type AgentEvents, type LeaderEvent, type Listener, type Off } from "./agent-emitter.ts";
import { createPicker, type Picker, type PickerOptions } from "./agent-picker.ts";
import { addSchedule, type When } from "./agent-schedule.ts";
import type { FleetBatcherOptions } from "./fleet-batcher.ts";
import { createAgentHost } from "./agent-host.ts";
import { createAgentId, hostOptionNames, type HostOptions } from "./agent-options.ts";
import type { AgentHost } from "./host-contract.ts";
import type { Leases } from "./leases.ts";
import { checkMethods } from "./option-kinds.ts";
import { supersededError } from "./superseded-error.ts";

/** A logger of pino, or one with the same methods. */
export type PinoLike = EventLogger;

/** A registry of prom-client. */
export type PromRegistry = Parameters<typeof createMetrics>[0];

/** What a user says of an agent. */
export interface AgentOptions extends Omit<HostOptions, "events"> {
  /** Default: the host's name and eight random letters. */
  readonly agentId?: string;
  /** Where events are logged, one line each (default false: nowhere). Give a child logger to name swarm and agent in each. */
  readonly logger?: PinoLike | false;
  /** A registry of prom-client that gets Entrain's metrics; agents of one process may share it. Never the global one. */
  readonly registry?: PromRegistry;
  /** Stops the agent when it aborts. */
  readonly signal?: AbortSignal;
}

/** How a decision is asked for. */
export interface DecideOptions {
  /** The whole identity of the incident; without it the rules classify the telemetry. */
  readonly incident?: string;
  /** Gives the wait up; the decision itself may still be taken. */
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
   * when it listens. A start that fails has undone itself, and stays failed: create another agent to try again.
   * @param options `timeoutMs`: default 10,000.
   * @throws EntrainError `store-unavailable` (with `requireStore`), `deadline-exceeded`, `invalid-config`, `superseded`, `already-exists`;
   *   `cancelled` where it was stopped before or meanwhile.
   */
  start(options?: { readonly timeoutMs?: number }): Promise<void>;
  /**
   * Calls the listener until the subscription ends: call the result, or declare it with `using`.
   * @throws EntrainError `invalid-argument` for an event that does not exist, or what is no function
   */
  on<Name extends keyof AgentEvents>(name: Name, listener: Listener<AgentEvents[Name]>): Off;
  /**
   * The swarm's one decision about this telemetry, or, where the ledger is out of reach, the safe action alone.
   * @throws EntrainError `invalid-argument` that names the field, `cancelled`, `resource-exhausted`; `unavailable` before
   *   the start and after the stop.
   */
  decide<Telemetry extends object>(telemetry: Telemetry, options?: DecideOptions): Promise<AgentDecided<Telemetry>>;
  /**
   * Collects items for one flush at each beat of this agent; what waits at the stop is flushed then, within `drainMs`.
   * @throws EntrainError `invalid-argument` that names the option, `already-exists` for a name that is taken,
   *   `unavailable` after the stop.
   */
  batcher<Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result>;
  /**
   * The same for the whole swarm: the flushes of all agents become one call a beat, made by one of them. Needs the store.
   * @throws EntrainError as `batcher`
   */
  fleetBatcher<Item, Result>(options: FleetBatcherOptions<Item, Result>): Batcher<Item, Result>;
  /**
   * Runs a job at times: once for the whole swarm (cron, or every period), or in every agent, evenly spread over the period.
   * May be called before the start; a run needs the store.
   * @throws EntrainError `invalid-argument` that names the option, `already-exists`, `resource-exhausted`, `unavailable`
   *   after the stop.
   */
  schedule(name: string, when: When, handler: RunHandler): Schedule;
  /**
   * Picks the replica to send work to: one that is far from its own beat, at which it is busy.
   * @throws EntrainError `invalid-argument` that names the option.
   */
  picker(options?: PickerOptions): Picker;
  /** Who leads, as far as this agent knows. */
  leader(): LeaderEvent;
  /**
   * What the leader has made this agent, as far as it knows; undefined before it has joined. Advice, not a lock: see
   * docs/membership.md.
   */
  role(): AgentRole | undefined;
  /**
   * Stands for an election of the service's own: one leader a name, a term that only grows, a signal that aborts before the
   * lease can be lost.
   * @throws EntrainError `unavailable` while the agent does not run; `invalid-argument` or `invalid-config` that names the
   *   option.
   */
  readonly election: Leases["election"];
  /**
   * A lock under a name, with a fencing token for each lease.
   * @throws EntrainError `invalid-argument` or `invalid-config` that names the option.
   */
  readonly lock: Leases["lock"];
  /**
   * A barrier under a name, which opens each time when `parties` (1 to 1,000) wait at it.
   * @throws EntrainError `invalid-argument` that names the option.
   */
  readonly barrier: Leases["barrier"];
  /** Questions that the swarm's voters decide, and this process's vote; see docs/votes.md. */
  readonly votes: VoteDesk;
  /** The rhythm's goal as last known; undefined while the agent is not started. */
  goal(): GoalRecord | undefined;
  /** The shared document: one live version for all (C1 to C3). */
  readonly context: AgentContext;
  /** The swarm's budgets (B1 to B3). */
  readonly budget: BudgetDesk;
  /**
   * A rate that the whole swarm shares, by name; the share of this process is leased at its first take.
   * @throws EntrainError `invalid-argument` that names the field, `already-exists` for a name held with other figures
   */
  rate(name: string, wish: RateWish): SharedRate;
  /**
   * Offers what this agent can do: `handler` does one task at a time (or `concurrency`), each counted once (P1). What it
   * throws is tried again, here or elsewhere, unless it is an EntrainError that trying again cannot mend.
   * @throws EntrainError `invalid-argument` that names the option, `already-exists`, `unavailable` after the stop
   */
  readonly capability: AgentWork["capability"];
  /**
   * Carries an action out that the swarm has approved and the policy propagates; see docs/decisions.md. Register before the start:
   * an agent without a handler refuses. The result ends it.
   * @throws EntrainError `invalid-argument`, `already-exists`, `resource-exhausted`, `unavailable` after the stop
   */
  readonly onAction: AgentWork["onAction"];
  /** Goals that several agents work towards by a pattern; see docs/sessions.md. */
  readonly sessions: AgentWork["sessions"];
  /** Messages between agents, kept until they are handled; see docs/bus.md. */
  readonly bus: Bus;
  /**
   * Leaves: hands leadership over, finishes what is under way, and closes what it opened. Idempotent.
   * @param options `drainMs`: how long decisions under way and waiting batches may take, default 5,000.
   */
  stop(options?: { readonly drainMs?: number }): Promise<void>;
}

/**
 * An agent; no I/O before `start`.
 * @throws EntrainError `invalid-argument` or `invalid-config` that names the option.
 */
export function createAgent(options: AgentOptions): Agent {
  optionsOf(options, agentOptionNames, "give { swarm, redis }");
  const { agentId = createAgentId(), logger: _logger, registry: _registry, signal, ...hosted } = options;
  checkId("agentId", agentId);
  if (signal !== undefined)
    checkMethods("signal", signal, ["addEventListener", "throwIfAborted"], "give an AbortSignal");
  const sink = sinkOf(options);
  const emitter = new AgentEmitter(sink);
  const batchers = createAgentBatchers(agentId, sink);
  const told = createAgentListeners(emitter, agentId);
  const host = createAgentHost({ ...hosted, events: sink }, [agentId], {
    onBeat: (beat) => {
      batchers.beat(beat.beat);
      emitter.emit("beat", beat);
    },
    ...told.listeners,
    onSuperseded: (superseded) => {
      emitter.emit("error", supersededError(superseded));
      stopUnasked(0);
    },
  });

  let begun = false;

  /** Nobody waits for this stop, so what it meets is told. */
  function stopUnasked(drainMs: number): void {
    agent.stop({ drainMs }).catch((thrown: unknown) => {
      emitter.emit("error", EntrainError.from(thrown));
    });
  }
  const onAbort = (): void => {
    stopUnasked(defaultDrainMs);
  };

  const agent: Agent = {
    agentId,
    async start({ timeoutMs = 10_000 } = {}) {
      begun = true;
      if (signal?.aborted === true) {
        await host.stop(0);
        throw new EntrainError("cancelled", "the agent's signal has aborted");
      }
      signal?.addEventListener("abort", onAbort, { once: true });
      try {
        await host.start(timeoutMs);
      } catch (thrown) {
        signal?.removeEventListener("abort", onAbort);
        throw thrown;
      }
    },
    on: (name, listener) => emitter.on(name, listener),
    decide: (telemetry, wanted) => decideBy(host, agentId, telemetry, wanted),
    batcher: (wanted) => batchers.create(wanted),
    fleetBatcher: (wanted) => batchers.createForFleet(wanted, host.peers.fleet),
    schedule: (name, when, handler) => addSchedule(host.peers.schedules, name, when, handler),
    picker: (wanted) => createPicker(agentId, () => host.peers.replicas(), wanted),
    role: () => told.role(),
    leader: () => leaderEvent(host.leader(), agentId),
    election: (name, stand) => host.leases.election(name, stand),
    lock: (name, lockOptions) => host.leases.lock(name, lockOptions),
    barrier: (name, parties) => host.leases.barrier(name, parties),
    goal: () => host.goal(),
    ...createAgentDesks(host, () => begun),
    capability: host.work.capability,
    onAction: (action, handler, how) => host.work.onAction(action, handler, how),
    async stop({ drainMs = defaultDrainMs } = {}) {
      signal?.removeEventListener("abort", onAbort);
      // Batches need no beat any more, and who follows in leadership need not wait for them.
      await Promise.all([
        batchers.drain(drainMs),
        // These need the store, which the host closes.
        batchers.drainFleet(drainMs).then(() => host.stop(drainMs)),
      ]);
    },
    [Symbol.asyncDispose]: () => agent.stop(),
  };
  return agent;
}

const defaultDrainMs = 5_000;

/** Every option of an agent: those of a host, whose events it takes itself, and its own. */
const agentOptionNames: readonly string[] = [
  ...hostOptionNames.filter((name) => name !== "events"),
  ...["agentId", "logger", "registry", "signal"],
];

async function decideBy<Telemetry extends object>(
  host: AgentHost,
  agentId: string,
  telemetry: Telemetry,
  { incident, signal }: DecideOptions = {},
): Promise<AgentDecided<Telemetry>> {
  const outcome = await host.decide({
    agentId,
    reading: checkReading(telemetry),
    ...(incident === undefined ? {} : { incidentId: incident }),
    ...(signal === undefined ? {} : { signal }),
  });
  return { ...outcome, telemetry };
}

/** Where the agent's events go: to the user's logger and registry, nowhere else. */
function sinkOf({ logger, registry }: AgentOptions): EventSink {
  if (logger !== undefined && logger !== false)
    checkMethods(
      "logger",
      logger,
      ["trace", "debug", "info", "warn", "error"],
      "give a logger such as pino's, or false",
    );
  if (registry !== undefined)
    checkMethods("registry", registry, ["getSingleMetric", "registerMetric"], "give a registry of prom-client");
  return fanOut({
    ...(logger === undefined || logger === false ? {} : { log: createEventLog(logger) }),
    ...(registry === undefined ? {} : { metrics: createMetrics(registry).record }),
  });
}
