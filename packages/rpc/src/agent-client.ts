/** A process that hosts agents, seen from outside: what consoles and tools call. */
import { checkId, type EntrainError } from "@entrain/kernel";
import type { Reading } from "@entrain/core/decision";
import type { AgentDecision, Clock, EventSink, Observation, Signal, Unsubscribe } from "@entrain/ports";
import { callMetadata } from "./call-metadata.ts";
import { openChannel } from "./channel.ts";
import type { Security } from "./credentials.ts";
import { decisionFromWire, readingToWire, sourceFromWire } from "./decision-wire.ts";
import { serviceDefinitions } from "./load-proto.ts";
import { checkSpeaker } from "./peer-identity.ts";
import { observeProcess } from "./process-observer.ts";
import { callUnary } from "./unary-call.ts";
import { present } from "./wire-fields.ts";

/** What the client needs. */
export interface AgentClientOptions extends Security {
  readonly swarmId: string;
  readonly clock: Clock;
  readonly events: EventSink;
}

/** An observation with its instants on the observer's own clock. */
export interface RemoteObservation extends Observation {
  readonly processId: string;
}

/** Whether the process is being observed; if not, why. */
export type ObserverState =
  { readonly up: true; readonly processId: string } | { readonly up: false; readonly error: EntrainError };

/** Calls one process. Errors are EntrainError: what the process says, `unavailable`, `deadline-exceeded`. */
export interface AgentClient {
  readonly address: string;
  /** Observes until told otherwise, connecting anew after each loss; `onState` hears of both. */
  observe(listener: (observation: RemoteObservation) => void, onState?: (state: ObserverState) => void): Unsubscribe;
  /** Gives a reading to every agent of the process. */
  inject(
    reading: Reading,
    incidentId: string | undefined,
    deadlineMs: number,
    signal?: Signal,
  ): Promise<readonly AgentDecision[]>;
  /** True where the agent led and gave it up; waits `deadlineMs` at most (default 2 s). */
  resign(agentId: string, deadlineMs?: number): Promise<boolean>;
  /** Ends observations and gives the channel up; idempotent. */
  close(): void;
}

/**
 * A client of the process at `address`; connects at the first call.
 * @throws EntrainError `invalid-argument` for a malformed address or swarm.
 */
export function createAgentClient(address: string, options: AgentClientOptions): AgentClient {
  const metadata = callMetadata(checkId("swarmId", options.swarmId));
  const channel = openChannel(address, options, { swarmId: options.swarmId, role: "agent" });
  const { InjectTelemetry, Resign } = serviceDefinitions().agent;
  const stops = new Set<Unsubscribe>();
  return {
    address,
    observe(listener, onState = () => undefined) {
      const { clock, events } = options;
      const end = observeProcess({ channel, metadata, clock, events, listener, onState });
      const stop = (): void => {
        stops.delete(stop);
        end();
      };
      stops.add(stop);
      return stop;
    },
    async inject(reading, incidentId = "", deadlineMs, signal) {
      const request = { reading: readingToWire(reading), incidentId };
      const answer = await callUnary({ channel, method: InjectTelemetry, request, metadata, deadlineMs, signal });
      return answer.decisions.map((decision, index) => {
        const field = `decisions[${index}]`;
        const agentId = checkId(`${field}.agent_id`, decision.agentId);
        checkSpeaker(channel.peer(), `${field}.agent_id`, agentId);
        return {
          agentId,
          decision: decisionFromWire(present(`${field}.decision`, decision.decision), `${field}.decision`),
          source: sourceFromWire(decision.source, `${field}.source`),
        };
      });
    },
    async resign(agentId, deadlineMs = 2_000) {
      const request = { agentId: checkId("agentId", agentId) };
      const { resigned } = await callUnary({ channel, method: Resign, request, metadata, deadlineMs });
      return resigned;
    },
    close() {
      for (const stop of [...stops]) stop();
      channel.close();
    },
  };
}
