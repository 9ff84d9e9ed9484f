/** The shared document as a coordinator serves it, for processes that do not go to the store themselves. */
import { checkId, optionsOf } from "@entrain/kernel";
import { documentLimits, type ContextDocument } from "@entrain/core/context";
import {
  watchOptionNames,
  type ChangeOutcome,
  type ChangeRequest,
  type DocumentPatch,
  type Signal,
  type WatchNews,
  type WatchOptions,
} from "@entrain/ports";
import { historyFromWire, type RemoteHistory } from "./context-history-wire.ts";
import { callMetadata } from "./call-metadata.ts";
import { openChannel } from "./channel.ts";
import { watchOn } from "./context-watch-stream.ts";
import { documentFromWire, patchToWire } from "./context-wire.ts";
import type { Security } from "./credentials.ts";
import { serviceDefinitions } from "./load-proto.ts";
import { callUnary } from "./unary-call.ts";
import { count } from "./wire-fields.ts";

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
   * What is told until the loop over it is left or the signal aborts, beginning with the version after the present one.
   * Where the connection is lost it goes on after the last version that was told. It throws `unavailable` where there was
   * no connection to begin with, or none for 30 s.
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
  const client: ContextClient = {
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
    watch(wanted = {}, signal) {
      optionsOf(wanted, watchOptionNames, "give { pointers }, or nothing for all changes");
      return watchOn({ channel, metadata, present: async () => (await client.read()).version }, wanted, signal);
    },
    close: () => channel.close(),
  };
  return client;
}

function versionOf({ version }: { readonly version: number }): ChangeOutcome {
  return { version: count("version", version) };
}
