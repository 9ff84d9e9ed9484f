/** A log line to be. */

/** Levels that an event can have. */
export type EventLevel = "trace" | "debug" | "info" | "warn" | "error";

/** One line to be. */
export interface EventLine {
  readonly level: EventLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export function line(level: EventLevel, message: string, fields: EventLine["fields"]): EventLine {
  return { level, message, fields };
}
