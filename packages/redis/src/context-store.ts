/**
 * The shared document in Redis (C1 to C3): see lua/commit-context.lua, lua/include/context.lua and the reading commands. The
 * hash holds the present, the stream each version since the oldest that is kept; both are written by one command. A hint
 * carries the entries themselves where they are short, so that most watchers need not read. While changes come fast the store
 * holds hints back for some milliseconds; whoever made the last change sees to it that one is sent.
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
import type { ContextStore, HistoryPage, Timers } from "@entrain/ports";
import type { CommandPlane } from "./command-plane.ts";
import { contextHint } from "./context-hint.ts";
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
  readonly timers: Timers;
}): ContextStore {
  const { keys, commands, hub, timers } = options;
  const { context, contextLog, contextRequests } = keys;
  const channel = keys.channels.context;
  const writeKeys = [context, contextLog, contextRequests];
  let callOff: (() => void) | undefined;

  /** Has a hint sent in `afterMs`, unless a later change does; 0: nothing waits for one. */
  function hintLater(afterMs: number): void {
    callOff?.();
    callOff = undefined;
    if (afterMs === 0) return;
    callOff = timers.after(afterMs, () => {
      callOff = undefined;
      // Where it fails the readers' poll finds what was not told.
      commands.run("hint-context", [context, contextLog], [channel]).then(
        (reply) => {
          if (callOff === undefined) hintLater(Number(reply));
        },
        () => undefined,
      );
    });
  }

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
      const [version, hintMs] = (await commands.run("commit-context", writeKeys, args)) as readonly [string, string];
      hintLater(Number(hintMs));
      return Number(version);
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
        onHint(contextHint(message));
      }),
  };
}

function documentFrom(reply: Reply): ContextDocument {
  const [version, text] = reply as readonly [string, string | null];
  return text === null ? emptyDocument : { version: Number(version), document: JSON.parse(text) as SharedDocument };
}

function pageFrom(reply: Reply): HistoryPage {
  const [present, oldest, entries, nowMs] = reply as readonly [string, string, readonly string[], string];
  return {
    nowMs: Number(nowMs),
    present: Number(present),
    oldest: Number(oldest),
    entries: entries.map((text) => JSON.parse(text) as ContextEntry),
  };
}

function textOf(patch: ContextPatch): string {
  return canonicalJson(patch);
}
