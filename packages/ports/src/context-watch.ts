/** A watch of the shared document: what a watcher may ask for and what it is told (C1). */
import type { Json } from "@entrain/kernel";
import type { Change, ContextDocument, ContextFilter, ContextReader } from "@entrain/core/context";
import type { ContextDesk } from "./context-desk.ts";

/** Why a watcher is told to begin anew; `large`: a change that does not fit a message between processes. */
export type ResyncCause = "slow" | "compacted" | "lost" | "large";

/** A version with the changes that the filter lets through. */
export interface VersionNews {
  readonly kind: "change";
  readonly version: number;
  readonly baseVersion: number;
  readonly author: string;
  readonly reason: string;
  /** The store's clock, Unix ms. */
  readonly atMs: number;
  readonly changes: readonly Change[];
}

/** What a watcher is told. */
export type WatchNews =
  | VersionNews
  /** Versions that came together, where the watcher asked for news at a pace: each of them, in order. */
  | { readonly kind: "batch"; readonly version: number; readonly versions: readonly VersionNews[] }
  /** Versions after `fromVersion` were missed: the whole document as it is in `version`. */
  | {
      readonly kind: "resync";
      readonly cause: ResyncCause;
      readonly fromVersion: number;
      readonly version: number;
      readonly document: { readonly [section: string]: Json };
    }
  /** Up to `version` there was nothing else that the filter lets through. */
  | { readonly kind: "bookmark"; readonly version: number };

/** How to watch. */
export interface WatchOptions extends ContextFilter {
  /** What its figures are listed and counted under: 1 to 63 letters, digits, `.`, `_`, `-` (default: `unnamed`). */
  readonly name?: string;
  /** Begins with the version after this one (default: after the present one). */
  readonly fromVersion?: number | undefined;
  /** News that may wait to be taken (default 1,000). */
  readonly queueMax?: number;
  /** Pause between two bookmarks at least, ms (default 1,000). */
  readonly bookmarkEveryMs?: number;
  /** Waits that long after a version for more, and tells them as one, ms (default 0, at most 60,000). */
  readonly batchMs?: number;
  /** News a second at most, 0.01 to 1,000; what comes faster is told as one (default: no bound). No version is left out. */
  readonly newsPerSecondMax?: number;
}

/** Every option of a watch; the compiler sees that none is missing. */
export const watchOptionNames: readonly string[] = Object.keys({
  ...{ pointers: true, kinds: true, authors: true, severityMin: true, fromVersion: true },
  ...{ queueMax: true, bookmarkEveryMs: true, batchMs: true, newsPerSecondMax: true, name: true },
} satisfies Record<keyof WatchOptions, true>);

/** How a watch fares: told all there is, news wait for it, it missed some and is told so next, or it is over. */
export type WatchHealth = "current" | "behind" | "resync" | "closed";

/** Figures of one watch. */
export interface WatchStats {
  readonly health: WatchHealth;
  /** Version up to which the watcher was told everything. */
  readonly version: number;
  readonly waiting: number;
  /** Versions that the document is ahead of it. */
  readonly behind: number;
  /** How long the oldest that it has not taken has waited, ms; 0 where nothing waits. */
  readonly behindMs: number;
  /** News; a batch is one. */
  readonly told: number;
  /** Versions that were told together with the one before them, in a batch. */
  readonly coalesced: number;
  /** True once it has ended. */
  readonly closed: boolean;
  readonly resyncs: number;
}

/** One watch: iterate over it; it ends with `close`, or when the loop over it is left. */
export interface ContextWatch extends AsyncIterableIterator<WatchNews>, Disposable {
  close(): void;
  stats(): WatchStats;
}

/** A watch among those of its process. */
export interface WatchListing extends WatchStats {
  /** Counts the watches of this process, from 1. */
  readonly watchId: number;
  readonly name: string;
  readonly pointers: readonly string[];
  /** Unix ms, by the process's clock. */
  readonly openedAtMs: number;
}

/** The watches of one name in a process, at a look. */
export interface NamedWatches {
  readonly name: string;
  readonly open: number;
  readonly waiting: number;
  /** Of the slowest, versions and ms. */
  readonly behind: number;
  readonly behindMs: number;
  /** Since the last look. */
  readonly told: number;
  readonly coalesced: number;
}

/** The shared document as a process offers it to others, over gRPC. What has expired on its blackboard is not given. */
export interface SharedContext extends ContextDesk {
  /** The same as somebody sees it: reads, history and watches without what it may not see. What it writes is not judged. */
  seenBy(reader: ContextReader): SharedContext;
  /** This process's copy, for when the store is away; undefined before the first look. */
  current(): ContextDocument | undefined;
  /** Errors: `invalid-argument` that names the option. */
  watch(options?: WatchOptions): ContextWatch;
}
