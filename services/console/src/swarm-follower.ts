/**
 * The live swarm: the model, fed by the store and by the agents' processes, with its events handed on.
 *
 * Order of effects of one fact: the model takes it in, its events are published, then the set of observed processes
 * follows. So an event is never published before the API's reads can tell of it.
 */
import { EntrainError, type Random } from "@entrain/kernel";
import type { Clock, EventSink, Timers } from "@entrain/ports";
import type { SwarmEvent } from "./contract/swarm-event.ts";
import { createProcessObservers, type AgentConnection, type ConnectAgent } from "./followers/process-observers.ts";
import { followStore, type ConsoleStore } from "./followers/store-followers.ts";
import type { Instant } from "./swarm-model/instant.ts";
import { createSwarmReports } from "./swarm-reports.ts";
import { createSwarmModel, type SwarmInput, type SwarmModel } from "./swarm-model/swarm-model.ts";

/** Pause between two measurements of the rhythm, ms. */
const measureEveryMs = 100;

/** What the live swarm needs. */
export interface SwarmFollowerOptions {
  readonly swarmId: string;
  readonly store: ConsoleStore;
  readonly connect: ConnectAgent;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly publish: (events: readonly SwarmEvent[]) => void;
  readonly events: EventSink;
  /** The least number of voters that is a quorum. */
  readonly votersMin: number;
}

/** The live swarm. */
export interface SwarmFollower {
  readonly model: SwarmModel;
  /** Takes in a fact that a request learned. */
  feed(input: SwarmInput): void;
  now(): Instant;
  /** The connection to the process that hosts the agent; undefined where the agent is not alive. */
  processOf(agentId: string): AgentConnection | undefined;
  connection(processId: string): AgentConnection | undefined;
  /** Begins to read and to observe. */
  start(): void;
  /** Resolves when the members were read once. */
  readonly seen: Promise<void>;
  stop(): void;
}

/** A follower that has not begun yet: its model knows nothing. */
export function createSwarmFollower(options: SwarmFollowerOptions): SwarmFollower {
  const { clock, timers, publish } = options;
  const model = createSwarmModel(options.swarmId);
  const report = createSwarmReports(model, options.events);
  const seen = Promise.withResolvers<undefined>();
  const now = (): Instant => ({ monoNs: clock.monoNs(), unixMs: clock.unixMs() });
  const observers = createProcessObservers({
    connect: options.connect,
    onObservation: (observation) => feed({ kind: "observed", observation }),
    onFailure,
  });
  let callOff: (() => void) | undefined;
  let unfollow: (() => void) | undefined;

  function onFailure(what: string, thrown: unknown): void {
    const { code, message } = EntrainError.from(thrown);
    // That the store is away is told once, by its adapter.
    if (code === "store-unavailable") return;
    options.events({ kind: "follow.failed", what, code, message });
  }

  function feed(input: SwarmInput): void {
    const events = model.apply(input, now());
    publish(events);
    report(input, events);
    if (input.kind === "members") seen.resolve(undefined);
    if (input.kind === "members" || input.kind === "member" || (input.kind === "tick" && events.length > 0))
      observers.follow(model.processes());
  }

  function measure(): void {
    feed({ kind: "tick" });
    callOff = timers.after(measureEveryMs, measure);
  }

  return {
    model,
    feed,
    now,
    connection: (processId) => observers.connection(processId),
    processOf(agentId) {
      const member = model.member(agentId);
      return member?.state === "alive" ? observers.connection(member.processId) : undefined;
    },
    start() {
      unfollow ??= followStore({ ...options, model, feed, onFailure });
      callOff ??= timers.after(measureEveryMs, measure);
    },
    seen: seen.promise,
    stop() {
      callOff?.();
      unfollow?.();
      observers.stop();
    },
  };
}
