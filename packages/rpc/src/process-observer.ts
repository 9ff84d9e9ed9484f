/**
 * Observes one process through one stream at a time. Each observation is answered at once with timestamps, and at least
 * one answer goes out every second, so that the process's clock is always placed by the fastest of the last exchanges.
 */
import type { Metadata } from "@grpc/grpc-js";
import { status as Status, type StatusObject } from "@grpc/grpc-js";
import { EntrainError, checkId, createRandom } from "@entrain/kernel";
import type { Clock, EventSink, Observation } from "@entrain/ports";
import type { ObserverState, RemoteObservation } from "./agent-client.ts";
import type { RpcChannel } from "./channel.ts";
import { createClockExchange } from "./clock-exchange.ts";
import { whenConnected } from "./connectivity.ts";
import { errorOfStatus } from "./error-status.ts";
import type { Observation__Output } from "./gen/entrain/v1/Observation.ts";
import type { ObserveRequest } from "./gen/entrain/v1/ObserveRequest.ts";
import { keepDialling, type Ending } from "./keep-dialling.ts";
import { serviceDefinitions } from "./load-proto.ts";
import { observationFromWire } from "./observation-wire.ts";
import { checkSpeaker, type Peer } from "./peer-identity.ts";

const patienceMs = 1_000;
const answerEveryMs = 1_000;
/** Answers that may wait for the socket. */
const waitingMax = 4;

/** What an observer needs. */
export interface ProcessObserverOptions {
  readonly channel: RpcChannel;
  readonly metadata: Metadata;
  readonly clock: Clock;
  readonly events: EventSink;
  readonly listener: (observation: RemoteObservation) => void;
  readonly onState: (state: ObserverState) => void;
}

interface StampedObservation {
  readonly receivedNs: number;
  readonly observation: Observation__Output;
}

/** Observes from now on; the returned function ends it. */
export function observeProcess(options: ProcessObserverOptions): () => void {
  const closing = new AbortController();
  void keepDialling({
    attempt: () => observeOnce(options, closing.signal),
    onEnding({ reason }) {
      if (!closing.signal.aborted) guarded(options, () => options.onState({ up: false, error: reason }));
    },
    random: createRandom(options.channel.address),
    closing: closing.signal,
  });
  return () => closing.abort();
}

async function observeOnce(options: ProcessObserverOptions, closing: AbortSignal): Promise<Ending> {
  const { channel } = options;
  try {
    await whenConnected(channel.client(), channel.address, patienceMs);
  } catch (thrown) {
    channel.unreached();
    throw thrown;
  }
  // Ended while it connected.
  if (closing.aborted) throw new EntrainError("cancelled", `${channel.address}: no longer observed`);
  return stream(options, closing);
}

function stream(options: ProcessObserverOptions, closing: AbortSignal): Promise<Ending> {
  const { channel, metadata, clock } = options;
  const { path, requestSerialize, responseDeserialize } = serviceDefinitions().agent.Observe;
  const stamp = (bytes: Buffer): StampedObservation => ({
    receivedNs: clock.monoNs(),
    observation: responseDeserialize(bytes),
  });
  const call = channel
    .client()
    .makeBidiStreamRequest<ObserveRequest, StampedObservation>(path, requestSerialize, stamp, metadata, {});
  const exchange = createClockExchange(clock);
  const answer = (): void => {
    if (call.writableLength < waitingMax) call.write({ timestamps: exchange.stamp() });
  };
  let pace = setInterval(answer, answerEveryMs);
  let upMs: number | undefined;
  let ownReason: EntrainError | undefined;
  const onAbort = (): void => call.cancel();
  closing.addEventListener("abort", onAbort);
  return new Promise((resolve) => {
    call.on("data", ({ observation, receivedNs }: StampedObservation) => {
      if (closing.aborted || ownReason !== undefined) return;
      try {
        exchange.receive(observation.timestamps, receivedNs);
        answer();
        clearInterval(pace);
        pace = setInterval(answer, answerEveryMs);
        const processId = checkId("process_id", observation.processId);
        const offsetNs = exchange.offsetNs();
        // The process begins with an answer to our first request; one that does not has no place on our clock.
        if (offsetNs === undefined) return;
        const local = observationFromWire(observation, offsetNs);
        checkSpeakers(channel.peer(), local);
        if (upMs === undefined) guarded(options, () => options.onState({ up: true, processId }));
        upMs ??= clock.monoMs();
        guarded(options, () => options.listener({ processId, ...local }));
      } catch (thrown) {
        ownReason = EntrainError.from(thrown);
        call.cancel();
      }
    });
    call.on("error", () => undefined);
    call.on("status", (status: StatusObject) => {
      clearInterval(pace);
      closing.removeEventListener("abort", onAbort);
      const ended = new EntrainError("unavailable", `${channel.address}: the process ended the observation`);
      const reason = ownReason ?? (status.code === Status.OK ? ended : errorOfStatus(status, channel.address));
      resolve({ reason, heldMs: upMs === undefined ? 0 : clock.monoMs() - upMs });
    });
    answer();
  });
}

/** A process shows what its own agents do. */
function checkSpeakers(peer: Peer, { phases, beats, acts }: Observation): void {
  for (const { agentId } of phases) checkSpeaker(peer, "phases.agent_id", agentId);
  for (const { agentId } of beats) checkSpeaker(peer, "beats.agent_id", agentId);
  for (const { act } of acts) checkSpeaker(peer, "acts.act.agent_id", act.agentId);
}

/** A listener that throws is reported and does not end the observation. */
function guarded({ events }: ProcessObserverOptions, call: () => void): void {
  try {
    call();
  } catch (thrown) {
    events({ kind: "listener.failed", listener: "observation", message: EntrainError.from(thrown).message });
  }
}
