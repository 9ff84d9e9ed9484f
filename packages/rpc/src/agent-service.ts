/**
 * AgentService: a process's agents as consoles and tools see them. An observation begins with the observer's first
 * request, so that the very first answer places the process's clock, and lasts until the observer ends it.
 */
import type { ServerDuplexStream } from "@grpc/grpc-js";
import { EntrainError, checkId } from "@entrain/kernel";
import type { AgentProcess, Clock, EventSink } from "@entrain/ports";
import type { CallDesk } from "./call-desk.ts";
import { createClockExchange } from "./clock-exchange.ts";
import { decisionToWire, incidentIdFromWire, readingFromWire } from "./decision-wire.ts";
import { statusOfError } from "./error-status.ts";
import type { AgentServiceHandlers } from "./gen/entrain/v1/AgentService.ts";
import type { Observation as WireObservation } from "./gen/entrain/v1/Observation.ts";
import type { ObserveRequest__Output } from "./gen/entrain/v1/ObserveRequest.ts";
import { observationToWire } from "./observation-wire.ts";
import { present } from "./wire-fields.ts";

/** Observations that may wait for a slow observer's socket; then the stream ends: it may observe anew. */
const waitingMax = 64;

/** What the service needs. */
export interface AgentServiceOptions {
  readonly desk: CallDesk;
  readonly process: AgentProcess;
  readonly processId: string;
  readonly clock: Clock;
  readonly events: EventSink;
}

type ObserveStream = ServerDuplexStream<ObserveRequest__Output, WireObservation>;

/** The handlers of AgentService. */
export function createAgentService(options: AgentServiceOptions): AgentServiceHandlers {
  const { desk, process, events } = options;
  return {
    Observe: (stream) => observe(stream, options),
    InjectTelemetry: desk.unary(async (request) => {
      try {
        const reading = readingFromWire(present("reading", request.reading));
        const decisions = await process.inject(reading, incidentIdFromWire(request.incidentId));
        return {
          decisions: decisions.map((answer) => ({ ...answer, decision: decisionToWire(answer.decision) })),
        };
      } catch (thrown) {
        const error = EntrainError.from(thrown);
        if (error.code === "invalid-argument")
          events({ kind: "telemetry.refused", source: "grpc", message: error.message });
        throw error;
      }
    }),
    Resign: desk.unary(async ({ agentId }) => ({ resigned: await process.resign(checkId("agent_id", agentId)) })),
  };
}

function observe(stream: ObserveStream, { desk, process, processId, clock }: AgentServiceOptions): void {
  stream.on("error", () => undefined);
  if (desk.admit(stream) === undefined) return;
  const exchange = createClockExchange(clock);
  let stop: (() => void) | undefined;
  const end = (error: EntrainError): void => {
    stop?.();
    stream.emit("error", statusOfError(error));
  };
  const begin = (): void => {
    stop ??= process.observe((observation) => {
      if (stream.writableEnded || stream.destroyed) return;
      if (stream.writableLength >= waitingMax)
        end(new EntrainError("resource-exhausted", "the observer does not keep up: observe again"));
      else stream.write({ processId, timestamps: exchange.stamp(), ...observationToWire(observation) });
    });
  };
  stream.on("data", (request: ObserveRequest__Output) => {
    try {
      // A tool that sends an empty request has no clock to place and may observe all the same.
      if (request.timestamps !== null) exchange.receive(request.timestamps, clock.monoNs());
      begin();
    } catch (thrown) {
      end(EntrainError.from(thrown));
    }
  });
  stream.on("end", begin);
  stream.on("close", () => stop?.());
}
