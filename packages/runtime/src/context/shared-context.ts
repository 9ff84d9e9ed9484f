/**
 * The shared document in one process: its copy, the desk through which it is changed, and watches that end with it. Both
 * a process with agents and a coordinator have one.
 */
import { createRandom } from "@entrain/kernel";
import { viewChanges, viewDocument, viewEntry, type ContextDocument, type ContextReader } from "@entrain/core/context";
import type { Clock, ContextDesk, ContextStore, ContextWatch, DocumentRules, SharedContext } from "@entrain/ports";
import type { EventSink, StoreHealth, Timers, WatchOptions } from "@entrain/ports";
import { createContextDesk } from "./context-desk.ts";
import { ContextFollower, type ContextSource } from "./context-follower.ts";
import { watchContext, type ContextView } from "./context-watch.ts";
import { initialDocument } from "./initial-document.ts";

/** Pause between two looks at the watches, ms. */
const sampleEveryMs = 1_000;

/** What it needs. */
export interface SharedContextOptions {
  readonly store: ContextStore;
  readonly health: StoreHealth;
  readonly rules: DocumentRules;
  /** By whose wall clock items of the blackboard are not given any more. */
  readonly clock: Pick<Clock, "unixMs">;
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
  const { store, health, rules, clock, timers, events, seed } = options;
  const follower = new ContextFollower({ store, health, timers, events, initial: initialDocument(), seed });
  const random = createRandom(`changes of ${seed}`);
  const desk = createContextDesk({ store, rules, timers, random, known: () => follower.current() });
  const watches = new Set<ContextWatch>();
  let toldBefore = 0;
  let sampling: (() => void) | undefined;

  /** Tells of the watches once a second while there are some, and once more when there are none left. */
  function sample(): void {
    const stats = [...watches].map((watch) => watch.stats());
    const told = stats.reduce((sum, one) => sum + one.told, 0);
    const open = stats.filter(({ closed }) => !closed);
    const waiting = open.reduce((sum, one) => sum + one.waiting, 0);
    const behindMax = Math.max(0, ...open.map(({ behind }) => behind));
    events({ kind: "watches.sampled", open: open.length, waiting, behindMax, told: told - toldBefore });
    for (const watch of watches) if (watch.stats().closed) watches.delete(watch);
    toldBefore = [...watches].reduce((sum, watch) => sum + watch.stats().told, 0);
    sampling = watches.size === 0 ? undefined : timers.after(sampleEveryMs, sample);
  }

  function open(view: ContextView, wanted: WatchOptions | undefined): ContextWatch {
    const watch = watchContext({ source: follower, store, timers, events, view }, wanted);
    watches.add(watch);
    sampling ??= timers.after(sampleEveryMs, sample);
    return watch;
  }

  return {
    follower,
    context: contextSeenBy("everything", { desk, clock, source: follower, open }),
    stop() {
      for (const watch of watches) watch.close();
      sampling?.();
      follower.stop();
    },
  };
}

/** What a reader's part of the document is made of. */
interface SeenContext {
  readonly desk: ContextDesk;
  readonly clock: Pick<Clock, "unixMs">;
  readonly source: Pick<ContextSource, "current">;
  open(view: ContextView, wanted: WatchOptions | undefined): ContextWatch;
}

/** The document as a reader sees it; what it writes goes to the desk as it is. */
function contextSeenBy(reader: ContextReader, seen: SeenContext): SharedContext {
  const { desk, clock, source } = seen;
  const see = <Present extends ContextDocument | undefined>(present: Present): Present =>
    present === undefined ? present : { ...present, document: viewDocument(present.document, reader, clock.unixMs()) };
  /** That whose groups count. */
  const organisation = () => source.current()?.document ?? {};
  const view: ContextView = {
    document: (document) => viewDocument(document, reader, clock.unixMs()),
    changes: (changes) => viewChanges(changes, organisation(), reader, clock.unixMs()),
  };
  return {
    ...desk,
    current: () => see(source.current()),
    read: async () => see(await desk.read()),
    async history(limit, before) {
      const page = await desk.history(limit, before);
      const entries = page.entries.map((entry) => viewEntry(entry, organisation(), reader, clock.unixMs()));
      return { ...page, entries };
    },
    watch: (wanted) => seen.open(view, wanted),
    seenBy: (other) => contextSeenBy(other, seen),
  };
}
