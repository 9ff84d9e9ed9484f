/**
 * ContextService: the shared document for processes that do not go to the store themselves.
 *
 * A watch is bounded at every place: news wait in the watch's own queue, which tells a slow watcher to begin anew, and
 * beyond it only the few messages that the stream holds until the watcher's connection takes them. A change that fits no
 * message is told as the whole document instead.
 *
 * An agent's certificate says what of the blackboard its holder is given; other services see all, and without TLS, where
 * nobody can tell who calls, so does everybody.
 */
import { Metadata, type ServerWritableStream } from "@grpc/grpc-js";
import { EntrainError, type ErrorCode } from "@entrain/kernel";
import type { ContextDocument, ContextReader } from "@entrain/core/context";
import type { ContextWatch, EventSink, SharedContext, WatchNews, WatchOptions } from "@entrain/ports";
import { createBudgetHandlers, type ServedBudgets } from "./budget-service.ts";
import type { CallDesk } from "./call-desk.ts";
import { changeRequestFromWire, newsToWire, patchFromWire, watchOptionsFromWire } from "./context-wire.ts";
import { historyEntryToWire } from "./context-history-wire.ts";
import { statusOfError } from "./error-status.ts";
import type { ContextHistoryRequest__Output } from "./gen/entrain/v1/ContextHistoryRequest.ts";
import type { ContextHistory } from "./gen/entrain/v1/ContextHistory.ts";
import type { ContextNews as WireNews } from "./gen/entrain/v1/ContextNews.ts";
import type { ContextServiceHandlers } from "./gen/entrain/v1/ContextService.ts";
import type { WatchContextRequest__Output } from "./gen/entrain/v1/WatchContextRequest.ts";
import type { Peer } from "./peer-identity.ts";
import { count, within } from "./wire-fields.ts";

/** Watches that are served at once. */
const watchesMax = 1_024;
/** Versions in one answer: by default, and at most. */
const historyLimit = { usual: 100, max: 1_000 } as const;
/** Characters of JSON in one message: at three bytes for a character it is below gRPC's 1 MiB. */
const messageCharactersMax = 300_000;

const storeAway: ReadonlySet<ErrorCode> = new Set([
  "store-unavailable",
  "deadline-exceeded",
  "recovering",
  "stale-generation",
]);

/** What the service needs. */
export interface ContextServiceOptions extends ServedBudgets {
  readonly desk: CallDesk;
  readonly context: SharedContext;
  readonly events: EventSink;
}

type WatchStream = ServerWritableStream<WatchContextRequest__Output, WireNews>;

/** The handlers of ContextService. */
export function createContextService(options: ContextServiceOptions): ContextServiceHandlers {
  const { desk, context } = options;
  let watches = 0;
  return {
    ...createBudgetHandlers(desk, options),
    Get: desk.unary(async (_request, _signal, caller) => {
      const { version, document, stale } = await readOrRemember(context.seenBy(readerOf(caller)));
      return { version, documentJson: JSON.stringify(document), stale };
    }),
    Patch: desk.unary((request, _, caller) =>
      context.patch(patchFromWire(request), changeRequestFromWire(request, caller)),
    ),
    Rollback: desk.unary((request, _, caller) =>
      context.rollback(count("to_version", request.toVersion), changeRequestFromWire(request, caller)),
    ),
    History: desk.unary((request, _, caller) => history(context.seenBy(readerOf(caller)), request)),
    Watch(stream) {
      stream.on("error", () => undefined);
      const caller = desk.admit(stream);
      if (caller === undefined) return;
      try {
        if (watches >= watchesMax)
          throw new EntrainError("resource-exhausted", `${watchesMax} watches are served: watch elsewhere`);
        const wanted = watchOptionsFromWire(stream.request);
        const seen = context.seenBy(readerOf(caller));
        const watch = seen.watch(wanted);
        watches += 1;
        // The headers say that the watch has begun, also where there is nothing to tell yet.
        stream.sendMetadata(new Metadata());
        void serveWatch(stream, watch, wanted, { ...options, context: seen }).finally(() => {
          watches -= 1;
        });
      } catch (thrown) {
        stream.emit("error", statusOfError(thrown));
      }
    },
  };
}

function readerOf(caller: Peer): ContextReader {
  return caller.role === "agent" ? caller : "everything";
}

/** The document as it is now; while the store is away, as this process last knew it. */
async function readOrRemember(context: SharedContext): Promise<ContextDocument & { readonly stale: boolean }> {
  try {
    return { ...(await context.read()), stale: false };
  } catch (thrown) {
    const known = context.current();
    if (known === undefined || !storeAway.has(EntrainError.from(thrown).code)) throw thrown;
    return { ...known, stale: true };
  }
}

/** As many of the versions asked for as fit one message, at least one. */
async function history(context: SharedContext, request: ContextHistoryRequest__Output): Promise<ContextHistory> {
  const limit = request.limit === 0 ? historyLimit.usual : within("limit", request.limit, 1, historyLimit.max);
  const before = count("before_version", request.beforeVersion);
  const page = await context.history(limit, before === 0 ? undefined : before);
  const versions = [];
  let characters = 0;
  for (const entry of page.entries.map(historyEntryToWire)) {
    characters += JSON.stringify(entry).length;
    if (versions.length > 0 && characters > messageCharactersMax) break;
    versions.push(entry);
  }
  return { presentVersion: page.present, oldestVersion: page.oldest, versions };
}

/** Tells until the watcher leaves or this process stops; takes from the watch no faster than the watcher takes from it. */
async function serveWatch(
  stream: WatchStream,
  first: ContextWatch,
  wanted: WatchOptions,
  { context, events }: ContextServiceOptions,
): Promise<void> {
  let watch = first;
  const over = (): boolean => stream.writableEnded || stream.destroyed;
  stream.on("close", () => watch.close());
  stream.on("error", () => watch.close());
  try {
    for (;;) {
      const next = await watch.next();
      if (next.done === true || over()) break;
      for (const part of partsOf(next.value)) {
        let news = part;
        if (news.kind === "change" && !fits(news.changes)) {
          const { version, document } = context.current() ?? (await context.read());
          watch.close();
          watch = context.watch({ ...wanted, fromVersion: version });
          news = { kind: "resync", cause: "large", fromVersion: news.baseVersion, version, document };
          events({ kind: "watch.resynced", cause: "large", fromVersion: news.fromVersion, version });
        }
        if (!stream.write(newsToWire(news))) await taken(stream);
        // It stands for whatever else came together with it.
        if (news.kind === "resync" || over()) break;
      }
    }
    if (!over()) stream.emit("error", statusOfError(new EntrainError("unavailable", "this process watches no more")));
  } catch (thrown) {
    if (!over()) stream.emit("error", statusOfError(thrown));
  } finally {
    watch.close();
  }
}

/** A batch that fits no message is told version by version. */
function partsOf(news: WatchNews): readonly WatchNews[] {
  return news.kind === "batch" && !fits(news.versions) ? news.versions : [news];
}

function fits(told: readonly unknown[]): boolean {
  return JSON.stringify(told).length <= messageCharactersMax;
}

/** Resolves when the stream takes more, or has ended. */
function taken(stream: WatchStream): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      for (const name of ["drain", "close", "error"]) stream.off(name, settle);
      resolve();
    };
    for (const name of ["drain", "close", "error"]) stream.on(name, settle);
  });
}
