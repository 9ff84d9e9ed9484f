/**
 * The shared document as an agent's user works with it: this process's copy, changes by compare-and-set (C2), history and
 * rollback (C3), and watches with etcd's guarantees (C1). Of the blackboard it is given what has not expired and what its
 * agent may see.
 */
import { randomUUID } from "node:crypto";
import { createRandom, type Json } from "@entrain/kernel";
import { budgetEntriesMax } from "@entrain/core/budget";
import { featureOf, viewNews, type ContextDocument, type ContextNews, type FeatureValue } from "@entrain/core/context";
import { createDocumentRules } from "@entrain/documents";
import type {
  ChangeOutcome,
  Clock,
  ContextWatch,
  DocumentPatch,
  HistoryPage,
  SharedContext,
  Unsubscribe,
  WatchListing,
  WatchOptions,
} from "@entrain/ports";
import { compilePolicy } from "@entrain/reasoners";
import type { RedisStore } from "@entrain/redis";
import {
  configuredCall,
  createSharedContext,
  followBudgetPolicy,
  keepBlackboard,
  keepBudgets,
  systemTimers,
  type ConfiguredCallOptions,
  type HeldContext,
} from "@entrain/runtime";
import type { ResolvedHostOptions } from "./agent-options.ts";

/** How a change is made. */
export interface ChangeOptions {
  /** Why, for the history (default: nothing). */
  readonly reason?: string;
  /** Refused unless this is the present version (default: whatever is; the change is made anew until it fits). */
  readonly baseVersion?: number;
  /** The same id with the same change is carried out once, however often it is sent. */
  readonly requestId?: string;
}

/** The shared document of the swarm. Errors: `store-unavailable`, `deadline-exceeded`, `recovering`. */
export interface AgentContext {
  /** This process's copy, pushed within milliseconds; undefined before the first look. */
  current(): ContextDocument | undefined;
  /** The flag under `/configuration/features`, as this process's copy has it; the fallback where it is not set. */
  feature<Value extends FeatureValue>(name: string, fallback: Value): FeatureValue | Value;
  /**
   * Does `work` under the limits that `/configuration/timeouts/<name>` and `/configuration/retries/<name>` give it now; those of
   * `options` count where the document says nothing, and without any a try has 10 s and is the only one.
   * @throws EntrainError `deadline-exceeded`, `cancelled`; else what the last try threw
   */
  call<T>(
    name: string,
    work: (signal: AbortSignal, attempt: number) => Promise<T>,
    options?: ConfiguredCallOptions,
  ): Promise<T>;
  /** The document as the store has it now. */
  read(): Promise<ContextDocument>;
  /**
   * Changes it by a merge patch (RFC 7396), all sections at once or none.
   * @throws EntrainError `conflict` with the present version, `invalid-argument` with a JSON Pointer
   */
  merge(patch: Json, options?: ChangeOptions): Promise<ChangeOutcome>;
  /** The same by a JSON Patch (RFC 6902). */
  patch(operations: readonly Json[], options?: ChangeOptions): Promise<ChangeOutcome>;
  /** Makes a new version that is what `toVersion` was. Errors: also `compacted`, `not-found`. */
  rollback(toVersion: number, options?: ChangeOptions): Promise<ChangeOutcome>;
  /** The versions before `before` (default: all), newest first. */
  history(limit: number, before?: number): Promise<HistoryPage>;
  /**
   * Tells each version from now on, or from a version on, once and in order; a watcher that is too slow is told from where
   * it missed some. Iterate over it; leave the loop, or call `close`, to end it.
   * @throws EntrainError `invalid-argument` that names the option
   */
  watch(options?: WatchOptions): ContextWatch;
  /** The open watches of this process, oldest first, each with its figures. */
  watches(): readonly WatchListing[];
}

/** The document's part of a host. */
export interface HostContext extends Pick<HeldContext, "follower" | "stop"> {
  /**
   * Follows the document; where the process coordinates, removes what has expired on its blackboard, and keeps the log of the
   * budgets short.
   */
  start(): void;
  readonly context: AgentContext;
  /** All of it, for the process's own work. */
  readonly document: SharedContext;
  /** Tells of each version; `view` answers it as the hosted agents see it. */
  onNews(listener: (view: () => ContextNews) => void): Unsubscribe;
}

/** The shared document in one process; nothing is read before the follower starts. */
export function createHostContext(
  options: ResolvedHostOptions,
  { store, clock }: { readonly store: RedisStore; readonly clock: Clock },
): HostContext {
  const { agentIds, events } = options;
  const held = createSharedContext({
    store: store.context,
    health: store.health,
    rules: createDocumentRules({ compile: compilePolicy }),
    clock,
    timers: systemTimers,
    events,
    seed: randomUUID(),
  });
  const { follower } = held;
  const unfollow = followBudgetPolicy({
    store: store.budgets,
    health: store.health,
    source: follower,
    timers: systemTimers,
    random: createRandom(`budget policy of ${options.processId}`),
  });
  const reader = { speaksFor: (agentId: string) => agentIds.includes(agentId) };
  const context = held.context.seenBy(reader);
  const author = agentIds[0] ?? options.processId;
  const note = ({ reason = "", ...rest }: ChangeOptions) => ({ author, reason, ...rest });
  const change = (patch: DocumentPatch, changed: ChangeOptions = {}) => context.patch(patch, note(changed));
  const calls = {
    document: () => follower.current()?.document ?? {},
    timers: systemTimers,
    random: createRandom(randomUUID()),
  };
  let stopClearing: (() => Promise<void>) | undefined;
  let stopKeeping: (() => Promise<void>) | undefined;
  return {
    follower,
    start() {
      follower.start();
      if (!options.coordinate) return;
      const keeping = { store: store.context, desk: held.context, source: follower, timers: systemTimers, events };
      stopClearing ??= keepBlackboard({ ...keeping, random: calls.random });
      const entriesMax = (): number => budgetEntriesMax(calls.document());
      const { random } = calls;
      stopKeeping ??= keepBudgets({ store: store.budgets, entriesMax, timers: systemTimers, random, events });
    },
    document: held.context,
    onNews: (listener) =>
      follower.watch((news) => {
        listener(() => viewNews(news, reader, clock.unixMs()));
      }),
    context: {
      current: () => context.current(),
      feature(name, fallback) {
        // The copy itself: what a reader may not see is on the blackboard alone.
        const copy = follower.current();
        return (copy === undefined ? undefined : featureOf(copy.document, name)) ?? fallback;
      },
      call: (name, work, limits) => configuredCall(calls, name, work, limits),
      read: () => context.read(),
      merge: (patch, changed) => change({ kind: "merge", patch }, changed),
      patch: (operations, changed) => change({ kind: "json", patch: operations }, changed),
      rollback: (toVersion, changed = {}) => context.rollback(toVersion, note(changed)),
      history: (limit, before) => context.history(limit, before),
      watch: (wanted) => context.watch(wanted),
      watches: () => held.watches(),
    },
    stop() {
      unfollow();
      void stopClearing?.();
      void stopKeeping?.();
      held.stop();
    },
  };
}
