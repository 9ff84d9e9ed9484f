/**
 * The shared document in one process: its copy, the desk through which it is changed, and watches that end with it. Both
 * a process with agents and a coordinator have one.
 */
import { createRandom } from "@entrain/kernel";
import type { ContextStore, ContextWatch, DocumentRules, SharedContext } from "@entrain/ports";
import type { EventSink, StoreHealth, Timers } from "@entrain/ports";
import { createContextDesk } from "./context-desk.ts";
import { ContextFollower } from "./context-follower.ts";
import { watchContext } from "./context-watch.ts";
import { initialDocument } from "./initial-document.ts";

/** What it needs. */
export interface SharedContextOptions {
  readonly store: ContextStore;
  readonly health: StoreHealth;
  readonly rules: DocumentRules;
  readonly timers: Timers;
  readonly events: EventSink;
  /** Seeds the jitter of reads and of attempts. */
  readonly seed: string;
}

/** The document's part of a process. */
export interface HeldContext {
  /** Nothing is read before it starts. */
  readonly follower: ContextFollower;
  readonly context: SharedContext;
  /** Ends the watches, and follows no more. */
  stop(): void;
}

/** The document of a process; a swarm without one gets the shipped rules. */
export function createSharedContext(options: SharedContextOptions): HeldContext {
  const { store, health, rules, timers, events, seed } = options;
  const follower = new ContextFollower({ store, health, timers, events, initial: initialDocument(), seed });
  const desk = createContextDesk({ store, rules, timers, random: createRandom(`changes of ${seed}`) });
  const watches = new Set<ContextWatch>();
  return {
    follower,
    context: {
      ...desk,
      current: () => follower.current(),
      watch(wanted) {
        for (const ended of watches) if (ended.stats().closed) watches.delete(ended);
        const watch = watchContext({ source: follower, store, timers, events }, wanted);
        watches.add(watch);
        return watch;
      },
    },
    stop() {
      for (const watch of watches) watch.close();
      follower.stop();
    },
  };
}
