/**
 * Events as log lines, one each, with the ids that lead from line to line: swarm and process come from the logger's own
 * bindings, agent, incident and the rest from the event, and the term in force is in every line once it is known.
 *
 * A fault makes many events of one kind at once, and a log that fills the disk is a fault of its own. So each kind has
 * so many lines in a window of time; what is beyond is counted, and the count is written once the window is over.
 */
import type { EventSink, RuntimeEvent } from "@entrain/ports";
import { eventLine } from "./event-line.ts";
import type { EventLevel } from "./line.ts";

/** What the log needs of a logger; pino's loggers fit. Without `isLevelEnabled` every line is passed on. */
export interface EventLogger extends Readonly<Record<EventLevel, (fields: object, message: string) => void>> {
  isLevelEnabled?(level: EventLevel): boolean;
}

/** How much one kind of event may write. */
export interface EventLogOptions {
  /** Lines per kind and window (default 100). */
  readonly linesMax?: number;
  /** Length of a window, ms (default 10,000). */
  readonly windowMs?: number;
  /** Monotonic clock, ms (default: the process's own). */
  readonly nowMs?: () => number;
}

interface Window {
  readonly level: EventLevel;
  readonly endMs: number;
  lines: number;
  suppressed: number;
}

/** A sink that writes to `logger`. */
export function createEventLog(logger: EventLogger, options: EventLogOptions = {}): EventSink {
  const { linesMax = 100, windowMs = 10_000, nowMs = () => performance.now() } = options;
  const windows = new Map<string, Window>();
  let sweepAtMs = 0;
  let term: number | undefined;
  let leaderShown: string | undefined;

  /** Closes the windows that are over and tells what they held back. */
  function sweep(atMs: number): void {
    for (const [kind, window] of windows) {
      if (atMs < window.endMs) continue;
      windows.delete(kind);
      if (window.suppressed > 0)
        logger[window.level](
          { event: kind, suppressed: window.suppressed },
          `${window.suppressed} more were not logged`,
        );
    }
    sweepAtMs = Math.min(...[...windows.values()].map(({ endMs }) => endMs));
  }

  function mayWrite(kind: string, level: EventLevel): boolean {
    const atMs = nowMs();
    if (atMs >= sweepAtMs) sweep(atMs);
    let window = windows.get(kind);
    if (window === undefined) {
      window = { level, endMs: atMs + windowMs, lines: 0, suppressed: 0 };
      windows.set(kind, window);
      sweepAtMs = Math.min(sweepAtMs, window.endMs);
    }
    const room = window.lines < linesMax;
    if (room) window.lines += 1;
    else window.suppressed += 1;
    return room;
  }

  /** Every agent of the process sees the same leader; one line says it. */
  function isRepeated(event: RuntimeEvent): boolean {
    if (event.kind !== "leader.changed") return false;
    const shown = `${event.leaderId ?? ""} ${event.term}`;
    if (shown === leaderShown) return true;
    leaderShown = shown;
    return false;
  }

  return (event) => {
    if (event.kind === "leader.changed" || event.kind === "leader.elected") term = event.term;
    if (isRepeated(event)) return;
    const { level, message, fields } = eventLine(event);
    if (logger.isLevelEnabled?.(level) === false || !mayWrite(event.kind, level)) return;
    logger[level]({ event: event.kind, ...(term === undefined ? {} : { term }), ...fields }, message);
  };
}
