/** The shared document as a coordinator serves it, for processes that do not go to the store themselves. */
import { EntrainError, checkId } from "@entrain/kernel";
import { documentLimits, type ContextDocument } from "@entrain/core/context";
import type { ChangeOutcome, ChangeRequest, DocumentPatch, Signal, WatchNews, WatchOptions } from "@entrain/ports";
import { historyFromWire, type RemoteHistory } from "./context-history-wire.ts";
import { callMetadata } from "./call-metadata.ts";
import { openChannel, type RpcChannel } from "./channel.ts";
import { whenConnected } from "./connectivity.ts";
import { documentFromWire, newsFromWire, patchToWire, watchOptionsToWire } from "./context-wire.ts";
import type { Security } from "./credentials.ts";
import { errorOfStatus } from "./error-status.ts";
import type { ContextNews__Output } from "./gen/entrain/v1/ContextNews.ts";
import type { WatchContextRequest } from "./gen/entrain/v1/WatchContextRequest.ts";
import { serviceDefinitions } from "./load-proto.ts";
import { callUnary } from "./unary-call.ts";
import { count } from "./wire-fields.ts";

/** How long a watch may take to be connected, ms. */
const patienceMs = 2_000;

/** What the client needs. */
export interface ContextClientOptions extends Security {
  readonly swarmId: string;
  /** Longest wait for an answer, ms (default 2 s). */
  readonly deadlineMs?: number;
}

/** A change over the wire says which version it changes. */
export interface RemoteChange extends Omit<ChangeRequest, "baseVersion"> {
  readonly baseVersion: number;
}

/** A document as a coordinator knows it. */
export interface RemoteDocument extends ContextDocument {
  /** The coordinator's store is away: this is what it knew last. */
  readonly stale: boolean;
}

/** Calls a coordinator. Errors are EntrainError: those of `ContextDesk`, `unavailable`, `deadline-exceeded`. */
export interface ContextClient {
  read(): Promise<RemoteDocument>;
  patch(patch: DocumentPatch, change: RemoteChange): Promise<ChangeOutcome>;
  rollback(toVersion: number, change: RemoteChange): Promise<ChangeOutcome>;
  /** The versions before `before` (default: all), newest first; fewer than `limit` where they would grow too large. */
  history(limit: number, before?: number): Promise<RemoteHistory>;
  /**
   * What is told until the loop over it is left or the signal aborts. It throws where the connection is lost
   * (`unavailable`): watch anew from the last version that was told.
   */
  watch(options?: WatchOptions, signal?: Signal): AsyncGenerator<WatchNews, void, undefined>;
  /** Gives the channel up; idempotent. */
  close(): void;
}

/**
 * A client of the coordinator at `address`; connects at the first call.
 * @throws EntrainError `invalid-argument` for a malformed address or swarm.
 */
export function createContextClient(address: string, options: ContextClientOptions): ContextClient {
  const { swarmId, deadlineMs = 2_000 } = options;
  const metadata = callMetadata(checkId("swarmId", swarmId));
  const channel = openChannel(address, options, { swarmId, role: "coordinator" });
  const { Get, Patch, Rollback, History } = serviceDefinitions().context;
  const call = { channel, metadata, deadlineMs };
  return {
    async read() {
      const { version, documentJson, stale } = await callUnary({ ...call, method: Get, request: {} });
      const document = documentFromWire("document_json", documentJson, documentLimits.characters);
      return { version: count("version", version), document, stale };
    },
    async patch(patch, change) {
      const request = { ...change, ...patchToWire(patch), requestId: change.requestId ?? "" };
      return versionOf(await callUnary({ ...call, method: Patch, request }));
    },
    async rollback(toVersion, change) {
      const request = { ...change, toVersion, requestId: change.requestId ?? "" };
      return versionOf(await callUnary({ ...call, method: Rollback, request }));
    },
    async history(limit, before = 0) {
      return historyFromWire(await callUnary({ ...call, method: History, request: { limit, beforeVersion: before } }));
    },
    watch: (wanted = {}, signal) => watch(channel, metadata, watchOptionsToWire(wanted), signal),
    close: () => channel.close(),
  };
}

function versionOf({ version }: { readonly version: number }): ChangeOutcome {
  return { version: count("version", version) };
}

/** One stream, taken from as fast as the caller takes. */
async function* watch(
  channel: RpcChannel,
  metadata: ReturnType<typeof callMetadata>,
  request: WatchContextRequest,
  signal: Signal | undefined,
): AsyncGenerator<WatchNews, void, undefined> {
  await whenConnected(channel.client(), channel.address, patienceMs).catch((thrown: unknown) => {
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
