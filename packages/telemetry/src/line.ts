/** A log line to be: its level, one sentence for people, and fields for programs. */

/** Levels that an event can have. */
export type EventLevel = "trace" | "debug" | "info" | "warn" | "error";

/** One line to be. */
export interface EventLine {
  readonly level: EventLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A line. */
export function line(level: EventLevel, message: string, fields: EventLine["fields"]): EventLine {
  return { level, message, fields };
}
