/** What a watcher asks for, checked, with what is usual where it says nothing. */
import { EntrainError, optionsOf } from "@entrain/kernel";
import { watchOptionNames, type WatchOptions } from "@entrain/ports";

/** Longest queue that may be asked for. */
const queueLimit = 100_000;
/** Longest batching window, ms, and the bounds of a rate of news. */
const paceLimits = { batchMs: 60_000, newsPerSecond: { least: 0.01, most: 1_000 } } as const;

const namePattern = /^[A-Za-z][A-Za-z0-9._-]{0,62}$/;

/** How a watch goes. */
export type WatchSettings = Required<Pick<WatchOptions, "queueMax" | "bookmarkEveryMs" | "batchMs">> &
  Pick<WatchOptions, "fromVersion"> & {
    /** Between two news, ms. */
    readonly spacingMs: number;
  };

/** @throws EntrainError `invalid-argument` that names the option. */
export function watchSettings(options: WatchOptions): WatchSettings {
  optionsOf(options, watchOptionNames, "give { pointers }, or nothing for all changes");
  const { queueMax = 1_000, bookmarkEveryMs = 1_000, batchMs = 0, newsPerSecondMax, fromVersion } = options;
  if (!(Number.isInteger(queueMax) && queueMax >= 1 && queueMax <= queueLimit))
    throw EntrainError.invalid("queueMax", queueMax, `give a whole number from 1 to ${queueLimit}`);
  if (!(bookmarkEveryMs >= 1)) throw EntrainError.invalid("bookmarkEveryMs", bookmarkEveryMs, "give at least 1 ms");
  if (!(batchMs >= 0 && batchMs <= paceLimits.batchMs))
    throw EntrainError.invalid("batchMs", batchMs, `give 0 to ${paceLimits.batchMs} ms`);
  const { least, most } = paceLimits.newsPerSecond;
  if (newsPerSecondMax !== undefined && !(newsPerSecondMax >= least && newsPerSecondMax <= most))
    throw EntrainError.invalid("newsPerSecondMax", newsPerSecondMax, `give ${least} to ${most}`);
  checkName(options.name);
  const spacingMs = newsPerSecondMax === undefined ? 0 : 1_000 / newsPerSecondMax;
  if (fromVersion !== undefined && !(Number.isSafeInteger(fromVersion) && fromVersion >= 0))
    throw EntrainError.invalid("fromVersion", fromVersion, "give a version, or 0 for all that are kept");
  return { queueMax, bookmarkEveryMs, batchMs, spacingMs, fromVersion };
}

function checkName(name: string | undefined): void {
  if (name !== undefined && !namePattern.test(name))
    throw EntrainError.invalid("name", name, "use 1 to 63 letters, digits, '.', '_' or '-', beginning with a letter");
}
