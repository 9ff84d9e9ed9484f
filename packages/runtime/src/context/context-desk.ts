/**
 * Changes the shared document: reads it, makes the next one, checks it, and writes it if its base is still the present
 * (C2). Whoever names a base is refused when it is stale; whoever names none is tried again on the new base, with jitter
 * and a bound. Nothing is written that the rules refuse.
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

/** How often a change without a base is tried on a new one. */
const attemptsMax = 50;
/** Pause before the first further attempt and the longest, ms, before jitter. */
const pauseMs = { first: 1, max: 64 };
/** Pages of history that a rollback reads. */
const pagesMax = 1_000;

/** What a desk needs. */
export interface ContextDeskOptions {
  readonly store: ContextStore;
  readonly rules: DocumentRules;
  readonly timers: Timers;
  readonly random: Random;
}

/** A desk over a store. */
export function createContextDesk(options: ContextDeskOptions): ContextDesk {
  const { store, rules } = options;

  /** Makes and writes the next version of what is there now. */
  async function attempt(
    patch: ContextPatch,
    make: (present: ContextDocument) => SharedDocument | Promise<SharedDocument>,
    request: ChangeRequest,
  ): Promise<ChangeOutcome> {
    const present = await store.read();
    const { baseVersion = present.version, author, reason, requestId } = request;
    if (baseVersion !== present.version) throw staleBase(baseVersion, present.version);
    const document = await make(present);
    const changes = diffDocuments(present.document, document);
    const text = rules.check(document, changes);
    const proposal = { baseVersion, text, author, reason, patch, changes, requestId };
    return { version: await store.commit(proposal, historyLimitsOf(document)) };
  }

  async function change(
    patch: ContextPatch,
    make: Parameters<typeof attempt>[1],
    request: ChangeRequest,
  ): Promise<ChangeOutcome> {
    checkNote(request);
    checkRequestId(request.requestId);
    const made = request.requestId === undefined ? undefined : await store.findRequest(request.requestId, patch);
    if (made !== undefined) return { version: made };
    for (let attempts = 1; ; attempts++) {
      try {
        return await attempt(patch, make, request);
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
      return change(patch, ({ document }) => rules.apply(document, patch), request);
    },
    async rollback(toVersion, request) {
      if (!(Number.isSafeInteger(toVersion) && toVersion >= 1))
        throw EntrainError.invalid("/toVersion", toVersion, "give a version of the history");
      return change({ kind: "rollback", toVersion }, (present) => earlier(store, present, toVersion), request);
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
