/**
 * A watch at a coordinator that outlives its connections: where one is lost it is dialled again, with growing pauses, and
 * the watch goes on after the last version that was told. So each version is told once, or covered by a resync.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Metadata } from "@grpc/grpc-js";
import { createRandom, EntrainError } from "@entrain/kernel";
import type { Signal, WatchNews, WatchOptions } from "@entrain/ports";
import type { RpcChannel } from "./channel.ts";
import { whenConnected } from "./connectivity.ts";
import { newsFromWire, watchOptionsToWire } from "./context-wire.ts";
import { errorOfStatus } from "./error-status.ts";
import type { ContextNews__Output } from "./gen/entrain/v1/ContextNews.ts";
import type { WatchContextRequest } from "./gen/entrain/v1/WatchContextRequest.ts";
import { serviceDefinitions } from "./load-proto.ts";
import { redialDelayMs } from "./redial-delay.ts";

/** How long one connection may take, ms. */
const connectMs = 2_000;
/** How long a watch may be without a connection, ms. */
const patienceMs = 30_000;

/** Where to watch. */
export interface WatchPlace {
  readonly channel: RpcChannel;
  readonly metadata: Metadata;
  /** The present version. */
  readonly present: () => Promise<number>;
}

/**
 * What is told from `options.fromVersion` on, by default from now on, until the caller leaves or the signal aborts.
 * @throws EntrainError `unavailable` where there is no connection to begin with, or none for 30 s; what cannot succeed later
 */
export async function* watchOn(
  place: WatchPlace,
  options: WatchOptions,
  signal?: Signal,
): AsyncGenerator<WatchNews, void, undefined> {
  // Named, so that nothing is missed that is made before the first connection or after it.
  let reached = options.fromVersion ?? (await place.present());
  const random = createRandom(randomUUID());
  const connection = { begun: false, attempts: 0, lostMs: 0 };
  const onOpen = (): void => {
    connection.begun = true;
    connection.attempts = 0;
  };
  while (!isAborted(signal))
    try {
      for await (const news of stream(
        place,
        watchOptionsToWire({ ...options, fromVersion: reached }),
        onOpen,
        signal,
      )) {
        reached = news.version;
        yield news;
      }
    } catch (thrown) {
      const error = EntrainError.from(thrown);
      if (connection.attempts === 0) connection.lostMs = performance.now();
      const tooLate = performance.now() - connection.lostMs > patienceMs;
      if (!error.retryable || !connection.begun || tooLate) throw error;
      await pause(redialDelayMs(connection.attempts++, random), undefined, { ref: false });
    }
}

/** One stream, taken from as fast as the caller takes. */
async function* stream(
  { channel, metadata }: WatchPlace,
  request: WatchContextRequest,
  onOpen: () => void,
  signal: Signal | undefined,
): AsyncGenerator<WatchNews, void, undefined> {
  await whenConnected(channel.client(), channel.address, connectMs).catch((thrown: unknown) => {
    channel.unreached();
    throw thrown;
  });
  if (isAborted(signal)) return;
  const { path, requestSerialize, responseDeserialize } = serviceDefinitions().context.Watch;
  const call = channel
    .client()
    .makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, metadata, {});
  const cancel = (): void => call.cancel();
  // What is thrown below is the same; without a listener a late one would end the process.
  call.on("error", () => undefined);
  call.on("metadata", onOpen);
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    for await (const news of call) yield newsFromWire(news as ContextNews__Output);
    throw new EntrainError("unavailable", `${channel.address}: the coordinator ended the watch`);
  } catch (thrown) {
    if (isAborted(signal)) return;
    throw isStatus(thrown) ? errorOfStatus(thrown, channel.address) : thrown;
  } finally {
    signal?.removeEventListener("abort", cancel);
    cancel();
  }
}

function isAborted(signal: Signal | undefined): boolean {
  return signal?.aborted === true;
}

function isStatus(thrown: unknown): thrown is Parameters<typeof errorOfStatus>[0] {
  return thrown instanceof Error && "details" in thrown && "metadata" in thrown;
}
