/**
 * The shared document in one process: its copy, the desk through which it is changed, and watches that end with it. Both
 * a process with agents and a coordinator have one.
 */
import { createRandom } from "@entrain/kernel";
import { viewChanges, viewDocument, viewEntry, type ContextDocument, type ContextReader } from "@entrain/core/context";
import type { Clock, ContextDesk, ContextStore, ContextWatch, DocumentRules, SharedContext } from "@entrain/ports";
import type { EventSink, StoreHealth, Timers, WatchListing, WatchOptions } from "@entrain/ports";
import { createContextDesk } from "./context-desk.ts";
import { ContextFollower, type ContextSource } from "./context-follower.ts";
import { watchContext, type ContextView } from "./context-watch.ts";
import { initialDocument } from "./initial-document.ts";
import { createOpenWatches } from "./open-watches.ts";

/** What it needs. */
export interface SharedContextOptions {
  readonly store: ContextStore;
  readonly health: StoreHealth;
  readonly rules: DocumentRules;
  /** By whose wall clock items of the blackboard are not given any more, and by whose other one watches are late. */
  readonly clock: Pick<Clock, "unixMs" | "monoMs">;
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
  /** The open watches, whoever they are for, oldest first. */
  watches(): readonly WatchListing[];
  /** Ends the watches, and follows no more. */
  stop(): void;
}

/** The document of a process; a swarm without one gets the shipped rules. */
export function createSharedContext(options: SharedContextOptions): HeldContext {
  const { store, health, rules, clock, timers, events, seed } = options;
  const follower = new ContextFollower({ store, health, timers, events, initial: initialDocument(), seed });
  const random = createRandom(`changes of ${seed}`);
  const desk = createContextDesk({ store, rules, timers, random, known: () => follower.current() });
  const watches = createOpenWatches({ clock, timers, events });

  function open(view: ContextView, wanted: WatchOptions | undefined): ContextWatch {
    const watch = watchContext({ source: follower, store, timers, clock, events, view }, wanted);
    watches.add(watch, wanted ?? {});
    return watch;
  }

  return {
    follower,
    context: contextSeenBy("everything", { desk, clock, source: follower, open }),
    watches: () => watches.list(),
    stop() {
      watches.stop();
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
