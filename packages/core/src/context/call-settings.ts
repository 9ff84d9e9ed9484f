/**
 * How long a call of some name may take and how often it is tried, as `/configuration/timeouts/<name>` (ms) and
 * `/configuration/retries/<name>` say: read anew for each try, so that a change counts for calls that are under way.
 */
import type { SharedDocument } from "./document.ts";
import { memberAt } from "./member-at.ts";

/** Limits of a call. */
export interface CallSettings {
  /** Of each try, ms (default 10,000). */
  readonly timeoutMs: number;
  /** Tries in all, 1 to 100 (default 1: it is not tried again). */
  readonly attemptsMax: number;
  /** Longest pause after the first try, ms, before jitter; it doubles with each one (default 100). */
  readonly pauseMs: number;
  /** Longest pause at all, ms (default 5,000). */
  readonly pauseMaxMs: number;
}

/** Where neither the document nor the caller says anything. */
const usual: CallSettings = { timeoutMs: 10_000, attemptsMax: 1, pauseMs: 100, pauseMaxMs: 5_000 };
/** Longest times, ms, and most tries: what the document asks for beyond them is cut to them. */
const most: CallSettings = { timeoutMs: 86_400_000, attemptsMax: 100, pauseMs: 3_600_000, pauseMaxMs: 3_600_000 };

/** The settings of the calls of that name: the document's, else the caller's own, else what is usual. */
export function callSettings(document: SharedDocument, name: string, own: Partial<CallSettings> = {}): CallSettings {
  const pick = (said: unknown, key: keyof CallSettings, least: number): number => {
    const value = typeof said === "number" && Number.isFinite(said) && said >= 0 ? said : (own[key] ?? usual[key]);
    return Math.min(most[key], Math.max(least, value));
  };
  const retry = (key: string): unknown => memberAt(document["configuration"], ["retries", name, key]);
  return {
    timeoutMs: pick(memberAt(document["configuration"], ["timeouts", name]), "timeoutMs", 1),
    attemptsMax: Math.floor(pick(retry("attemptsMax"), "attemptsMax", 1)),
    pauseMs: pick(retry("pauseMs"), "pauseMs", 0),
    pauseMaxMs: pick(retry("pauseMaxMs"), "pauseMaxMs", 0),
  };
}
