/**
 * Changes the shared document: makes the next one of what this process knows, checks it, and writes it if its base is still
 * the present (C2). Whoever names a base is refused when it is stale; whoever names none is tried again on the new base,
 * with jitter and a bound. Nothing is written that the rules refuse.
 *
 * A change costs one command where nobody else has changed the document since: the base is what this desk has written last,
 * or what the process has heard of since. Such a base may be old, so nothing is refused by it: before a refusal the store is
 * read. The changes of one process are made one after the other, for of two on one base one would be lost work.
 */
import { EntrainError, type Random } from "@entrain/kernel";
import {
  checkNote,
  checkPatchSize,
  checkRequestId,
  compactedError,
  diffDocuments,
  documentAt,
  historyLimitsOf,
  type ContextDocument,
  type ContextEntry,
  type ContextPatch,
  type SharedDocument,
} from "@entrain/core/context";
import type { ChangeOutcome, ChangeRequest, ContextDesk, ContextStore, DocumentRules, Timers } from "@entrain/ports";
import { createTurns } from "./turns.ts";

/** How often a change without a base is tried on a new one. */
const attemptsMax = 50;
/** Pause before the first further attempt and the longest, ms, before jitter. */
const pauseMs = { first: 1, max: 64 };
/** Pages of history that a rollback reads. */
const pagesMax = 1_000;
/** Changes of one process that may wait for those before them, and how long each may, ms. */
const line = { waitingMax: 1_000, waitMaxMs: 10_000 } as const;
/** What a base that is not the present one may be the reason of. */
const ofTheBase: ReadonlySet<unknown> = new Set(["conflict", "invalid-argument"]);

/** What a desk needs. */
export interface ContextDeskOptions {
  readonly store: ContextStore;
  readonly rules: DocumentRules;
  readonly timers: Timers;
  readonly random: Random;
  /** The process's copy of the document, for a base that need not be read (default: what the desk has written itself). */
  readonly known?: () => ContextDocument | undefined;
}

type Make = (present: ContextDocument) => SharedDocument | Promise<SharedDocument>;

/** A desk over a store. */
export function createContextDesk(options: ContextDeskOptions): ContextDesk {
  const { store, rules, timers, known = () => undefined } = options;
  const turns = createTurns({ ...line, timers, what: "changes of the shared document" });
  let written: ContextDocument | undefined;

  /** The newest version that was seen without asking for it. */
  function newest(): ContextDocument | undefined {
    const heard = known();
    return (heard?.version ?? 0) > (written?.version ?? 0) ? heard : written;
  }

  /** Makes and writes the next version of `present`. */
  async function attempt(
    patch: ContextPatch,
    make: Make,
    request: ChangeRequest,
    present: ContextDocument,
  ): Promise<ChangeOutcome> {
    const { baseVersion = present.version, author, reason, requestId } = request;
    if (baseVersion !== present.version) throw staleBase(baseVersion, present.version);
    const document = await make(present);
    const changes = diffDocuments(present.document, document);
    const text = rules.check(document, changes);
    const proposal = { baseVersion, text, author, reason, patch, changes, requestId };
    const version = await store.commit(proposal, historyLimitsOf(document));
    // Any other version was made by an earlier request of that id.
    if (version === baseVersion + 1) written = { version, document };
    return { version };
  }

  async function change(
    patch: ContextPatch,
    make: Make,
    request: ChangeRequest,
    guess: ContextDocument | undefined,
  ): Promise<ChangeOutcome> {
    const made = request.requestId === undefined ? undefined : await store.findRequest(request.requestId, patch);
    if (made !== undefined) return { version: made };
    if (guess !== undefined)
      try {
        return await attempt(patch, make, request, guess);
      } catch (thrown) {
        if (!ofTheBase.has(EntrainError.from(thrown).code)) throw thrown;
      }
    for (let attempts = 1; ; attempts++) {
      try {
        return await attempt(patch, make, request, await store.read());
      } catch (thrown) {
        const { code } = EntrainError.from(thrown);
        if (code !== "conflict" || request.baseVersion !== undefined || attempts >= attemptsMax) throw thrown;
        await pause(options, attempts);
      }
    }
  }

  return {
    read: () => store.read(),
    async patch(patch, request) {
      checkPatchSize(patch.patch);
      checkNote(request);
      checkRequestId(request.requestId);
      return turns.take(() => change(patch, ({ document }) => rules.apply(document, patch), request, newest()));
    },
    async rollback(toVersion, request) {
      if (!(Number.isSafeInteger(toVersion) && toVersion >= 1))
        throw EntrainError.invalid("/toVersion", toVersion, "give a version of the history");
      checkNote(request);
      checkRequestId(request.requestId);
      const make: Make = (present) => earlier(store, present, toVersion);
      return turns.take(() => change({ kind: "rollback", toVersion }, make, request, undefined));
    },
    history: (limit, before) => store.history(limit, before),
  };
}

/** What the document was in `version`, from the present and the entries since. */
async function earlier(store: ContextStore, present: ContextDocument, version: number): Promise<SharedDocument> {
  if (version > present.version) throw noSuchVersion(version, present.version);
  const entries: ContextEntry[] = [];
  let reached = version - 1;
  for (let pages = 0; pages < pagesMax && reached < present.version; pages++) {
    const page = await store.changesSince(reached);
    if (pages === 0 && (page.oldest === 0 || version < page.oldest)) throw compactedError(version, page.oldest);
    if (page.entries.length === 0) break;
    entries.push(...page.entries);
    reached = entries.at(-1)?.version ?? reached;
  }
  const [target, ...since] = entries;
  if (target?.version !== version) throw noSuchVersion(version, present.version);
  const later = since.filter((entry) => entry.version <= present.version);
  // After lost writes the present has a number of its own that no entry bears; what it holds is what the last one made.
  const base = later.at(-1)?.version ?? version;
  return documentAt({ version: base, document: present.document }, later, version);
}

function noSuchVersion(version: number, present: number): EntrainError {
  return new EntrainError("not-found", `there is no version ${version}: the present one is ${present}`, {
    field: "/toVersion",
    value: version,
  });
}

function staleBase(baseVersion: number, present: number): EntrainError {
  return new EntrainError("conflict", `the base is version ${baseVersion}, the present one is ${present}`, {
    value: present,
    remedy: "read the present version and decide again",
  });
}

/** A pause that grows, with full jitter. */
function pause({ timers, random }: ContextDeskOptions, attempts: number): Promise<void> {
  const longestMs = Math.min(pauseMs.max, pauseMs.first * 2 ** attempts);
  return new Promise((resolve) => {
    timers.after(longestMs * random.next(), resolve);
  });
}
