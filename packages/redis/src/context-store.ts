/**
 * The shared document in Redis (C1 to C3): see lua/commit-context.lua, lua/include/context.lua and the reading commands. The
 * hash holds the present, the stream each version since the oldest that is kept; both are written by one command. A hint
 * carries the entry itself where it is short, so that most watchers need not read.
 */
import { canonicalJson, EntrainError } from "@entrain/kernel";
import {
  checkDocument,
  diffDocuments,
  emptyDocument,
  type ContextDocument,
  type ContextEntry,
  type ContextPatch,
  type SharedDocument,
} from "@entrain/core/context";
import type { ContextStore, HistoryPage } from "@entrain/ports";
import type { CommandPlane } from "./command-plane.ts";
import type { StoreKeys } from "./keys.ts";
import type { Reply } from "./link.ts";
import type { MessageHub } from "./message-hub.ts";

/** Versions in one command. */
const pageMax = 200;

/** The context store of a swarm. */
export function createContextStore(options: {
  readonly keys: StoreKeys;
  readonly commands: CommandPlane;
  readonly hub: MessageHub;
}): ContextStore {
  const { keys, commands, hub } = options;
  const { context, contextLog, contextRequests } = keys;
  const channel = keys.channels.context;
  const writeKeys = [context, contextLog, contextRequests];

  return {
    async read() {
      return documentFrom(await commands.run("read-context", [context], []));
    },
    async readOrCreate(initial, author) {
      const entry = {
        author,
        reason: "there was no document",
        patch: { kind: "initial" },
        changes: diffDocuments({}, initial),
      } as const;
      const args = [channel, checkDocument(initial), JSON.stringify(entry)];
      return documentFrom(await commands.run("read-or-create-context", writeKeys, args));
    },
    async findRequest(requestId, patch) {
      const reply = await commands.run("find-context-request", writeKeys, [requestId, textOf(patch)]);
      return typeof reply === "string" ? Number(reply) : undefined;
    },
    async commit(proposal, keep) {
      const { baseVersion, text, author, reason, patch, changes, requestId = "" } = proposal;
      const entry = JSON.stringify({ author, reason, patch, changes });
      const request = [requestId, requestId === "" ? "" : textOf(patch)];
      const limits = [keep.versionsMax, keep.ageMaxMs, keep.charactersMax];
      const args = [channel, baseVersion, text, entry, ...request, ...limits];
      return Number(await commands.run("commit-context", writeKeys, args));
    },
    async changesSince(version) {
      return pageFrom(await commands.run("read-context-changes", [context, contextLog], [version, pageMax]));
    },
    async history(limit, version) {
      if (!(Number.isInteger(limit) && limit >= 1))
        throw EntrainError.invalid("limit", limit, "give a whole number from 1");
      const entries: ContextEntry[] = [];
      for (;;) {
        const before = entries.at(-1)?.version ?? version;
        const args = [before ?? "+", Math.min(limit - entries.length, pageMax)];
        const page = pageFrom(await commands.run("list-context-versions", [context, contextLog], args));
        entries.push(...page.entries);
        if (page.entries.length === 0 || entries.length >= limit || entries.at(-1)?.version === page.oldest)
          return { ...page, entries };
      }
    },
    watch: (onHint) =>
      hub.watch(channel, (message) => {
        if (!message.startsWith("{")) {
          onHint({ version: Number(message) });
          return;
        }
        const entry = JSON.parse(message) as ContextEntry;
        onHint({ version: entry.version, entry });
      }),
  };
}

function documentFrom(reply: Reply): ContextDocument {
  const [version, text] = reply as readonly [string, string | null];
  return text === null ? emptyDocument : { version: Number(version), document: JSON.parse(text) as SharedDocument };
}

function pageFrom(reply: Reply): HistoryPage {
  const [present, oldest, entries] = reply as readonly [string, string, readonly string[]];
  return {
    present: Number(present),
    oldest: Number(oldest),
    entries: entries.map((text) => JSON.parse(text) as ContextEntry),
  };
}

function textOf(patch: ContextPatch): string {
  return canonicalJson(patch);
}
