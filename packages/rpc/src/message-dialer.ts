/** Hears one process: one stream at a time, dialled again after each loss, with growing pauses. */
import { status as Status, type Metadata, type StatusObject } from "@grpc/grpc-js";
import { EntrainError, type Random } from "@entrain/kernel";
import type { Clock, EventSink, LiveMessage } from "@entrain/ports";
import { openChannel, type RpcChannel } from "./channel.ts";
import { whenConnected } from "./connectivity.ts";
import type { Security } from "./credentials.ts";
import { errorOfStatus } from "./error-status.ts";
import type { LiveMessage__Output } from "./gen/entrain/v1/LiveMessage.ts";
import { keepDialling, type Ending } from "./keep-dialling.ts";
import { liveMessageFromWire } from "./live-message-wire.ts";
import { serviceDefinitions } from "./load-proto.ts";
import { checkSpeaker } from "./peer-identity.ts";

/** How long connecting may take, ms. */
const patienceMs = 1_000;

/** What a dialer needs. */
export interface MessageDialerOptions {
  readonly address: string;
  readonly swarmId: string;
  readonly processId: string;
  readonly patterns: readonly string[];
  readonly security: Security;
  readonly metadata: Metadata;
  readonly random: Random;
  readonly clock: Pick<Clock, "monoMs">;
  readonly events: EventSink;
  readonly onMessage: (message: LiveMessage) => void;
}

/** Hears until it is closed. */
export interface MessageDialer {
  readonly address: string;
  /** The process has said that it tells from now on. */
  isUp(): boolean;
  /** Resolves when nothing is left of it. */
  close(): Promise<void>;
}

/** Dials at once. */
export function createMessageDialer(options: MessageDialerOptions): MessageDialer {
  const { address, security, swarmId, random } = options;
  const closing = new AbortController();
  const channel = openChannel(address, security, { swarmId, role: "agent" });
  let up = false;
  let told = "";
  const ended = keepDialling({
    attempt: async () => {
      await whenConnected(channel.client(), address, patienceMs).catch((thrown: unknown) => {
        channel.unreached();
        throw thrown;
      });
      if (closing.signal.aborted) throw new EntrainError("cancelled", `${address}: no longer heard`);
      return listen(options, channel, closing.signal, () => {
        up = true;
      });
    },
    onEnding({ reason: { code, message, retryable } }) {
      up = false;
      // Who cannot be reached is gone or will be back; who refuses us must be told to people, once.
      if (retryable || code === "cancelled" || message === told) return;
      told = message;
      options.events({ kind: "follow.failed", what: "live messages", code, message });
    },
    random,
    closing: closing.signal,
  }).finally(() => channel.close());
  return {
    address,
    isUp: () => up,
    close() {
      closing.abort();
      return ended;
    },
  };
}

function listen(
  { address, processId, patterns, metadata, clock, events, onMessage }: MessageDialerOptions,
  channel: RpcChannel,
  closing: AbortSignal,
  onUp: () => void,
): Promise<Ending> {
  const { path, requestSerialize, responseDeserialize } = serviceDefinitions().coordination.Listen;
  const request = { processId, patterns: [...patterns] };
  const call = channel
    .client()
    .makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, metadata, {});
  let upMs: number | undefined;
  const onAbort = (): void => call.cancel();
  closing.addEventListener("abort", onAbort);
  return new Promise((resolve) => {
    call.on("metadata", () => {
      upMs = clock.monoMs();
      onUp();
    });
    call.on("data", (wire: LiveMessage__Output) => {
      if (closing.aborted) return;
      try {
        const message = liveMessageFromWire(wire);
        // A process says what its own agents publish.
        checkSpeaker(channel.peer(), "agent_id", message.agentId);
        onMessage(message);
      } catch (thrown) {
        const { code, message } = EntrainError.from(thrown);
        events({ kind: "message.dropped", cause: "refused", count: 1, topic: "", message: `${code}: ${message}` });
      }
    });
    call.on("error", () => undefined);
    call.on("status", (status: StatusObject) => {
      closing.removeEventListener("abort", onAbort);
      const over = new EntrainError("unavailable", `${address}: the process ended the stream`);
      const reason = status.code === Status.OK ? over : errorOfStatus(status, address);
      resolve({ reason, heldMs: upMs === undefined ? 0 : clock.monoMs() - upMs });
    });
  });
}
