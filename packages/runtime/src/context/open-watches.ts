/**
 * The watches that one process serves: listed on demand, each with its figures, and told of once a second while there are some,
 * together and by name. Names are the users', so no more of them are told apart than fit: the others count as one.
 */
import type { Clock, ContextWatch, EventSink, NamedWatches, Timers, WatchListing, WatchOptions } from "@entrain/ports";

/** Pause between two looks at the watches, ms. */
const sampleEveryMs = 1_000;
/** Names that are told apart in one look. */
const namesMax = 20;

/** The watches of a process. */
export interface OpenWatches {
  /** Takes one in, for as long as it is open. */
  add(watch: ContextWatch, wanted: WatchOptions): void;
  /** Those that are open, oldest first. */
  list(): readonly WatchListing[];
  /** Closes all. */
  stop(): void;
}

/** No watches yet. */
export function createOpenWatches(options: {
  readonly clock: Pick<Clock, "unixMs">;
  readonly timers: Timers;
  readonly events: EventSink;
}): OpenWatches {
  const { clock, timers, events } = options;
  const watches = new Map<ContextWatch, Pick<WatchListing, "watchId" | "name" | "pointers" | "openedAtMs">>();
  /** What was told of each at the last look. */
  const before = new Map<ContextWatch, Pick<WatchListing, "told" | "coalesced">>();
  let opened = 0;
  let sampling: (() => void) | undefined;

  /** Once more when there are none left, so that the last figures are of none. */
  function sample(): void {
    const byName = new Map<string, NamedWatches>();
    for (const [watch, { name }] of watches) {
      const stats = watch.stats();
      const { told, coalesced } = before.get(watch) ?? { told: 0, coalesced: 0 };
      before.set(watch, stats);
      const key = byName.has(name) || byName.size < namesMax ? name : "other";
      const sum = byName.get(key) ?? { name: key, open: 0, waiting: 0, behind: 0, behindMs: 0, told: 0, coalesced: 0 };
      byName.set(key, {
        name: key,
        open: sum.open + (stats.closed ? 0 : 1),
        waiting: sum.waiting + (stats.closed ? 0 : stats.waiting),
        behind: Math.max(sum.behind, stats.closed ? 0 : stats.behind),
        behindMs: Math.max(sum.behindMs, stats.closed ? 0 : stats.behindMs),
        told: sum.told + stats.told - told,
        coalesced: sum.coalesced + stats.coalesced - coalesced,
      });
      if (!stats.closed) continue;
      watches.delete(watch);
      before.delete(watch);
    }
    events({ kind: "watches.sampled", ...totalOf([...byName.values()]), byName: [...byName.values()] });
    // A name of which the last watch has closed is told once more, with nothing open.
    const isQuiet = watches.size === 0 && [...byName.values()].every(({ open }) => open === 0);
    sampling = isQuiet ? undefined : timers.after(sampleEveryMs, sample);
  }

  return {
    add(watch, { name = "unnamed", pointers = [] }) {
      opened += 1;
      watches.set(watch, { watchId: opened, name, pointers, openedAtMs: clock.unixMs() });
      sampling ??= timers.after(sampleEveryMs, sample);
    },
    list: () =>
      [...watches].flatMap(([watch, listed]) => {
        const stats = watch.stats();
        return stats.closed ? [] : [{ ...listed, ...stats }];
      }),
    stop() {
      for (const watch of watches.keys()) watch.close();
      sampling?.();
    },
  };
}

function totalOf(named: readonly NamedWatches[]) {
  const sum = (of: "open" | "waiting" | "told"): number => named.reduce((total, one) => total + one[of], 0);
  const behindMax = Math.max(0, ...named.map(({ behind }) => behind));
  return { open: sum("open"), waiting: sum("waiting"), behindMax, told: sum("told") };
}
