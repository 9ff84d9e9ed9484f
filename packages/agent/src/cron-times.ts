/** Cron expressions (ADR 8): the one place that knows the library that reads them. */
import { Cron } from "croner";
import { EntrainError } from "@entrain/kernel";
import type { FireTimes } from "@entrain/core/schedule";

/**
 * The fire times of a cron expression of five fields, or six with seconds first, or a nickname such as `@hourly`.
 * @throws EntrainError `invalid-argument` that names `cron` or `timeZone`.
 */
export function cronTimes(cron: unknown, timeZone: unknown = "UTC"): FireTimes {
  const expression = parse(cron, checkTimeZone(timeZone));
  const after = (unixMs: number): number | undefined => expression.nextRun(new Date(unixMs))?.getTime();
  if (after(0) === undefined)
    throw EntrainError.invalid("cron", cron, "give an expression that some day of the calendar meets");
  return { text: `cron ${String(cron)} ${String(timeZone)}`, after };
}

/** Of the library nothing but its calendar: it runs nothing, and sets no timer. */
function parse(cron: unknown, timezone: string): Cron {
  const remedy = "give minute, hour, day of month, month and day of week, such as 0 3 * * 1";
  if (typeof cron !== "string" || cron.length > 200) throw EntrainError.invalid("cron", cron, remedy);
  try {
    const expression = new Cron(cron, { timezone, paused: true, mode: "5-or-6-parts" });
    if (expression.getOnce() === null) return expression;
  } catch (thrown) {
    throw EntrainError.invalid("cron", cron, `${remedy} (${EntrainError.from(thrown).message})`);
  }
  throw EntrainError.invalid("cron", cron, `${remedy}, not a date`);
}

function checkTimeZone(timeZone: unknown): string {
  try {
    if (typeof timeZone === "string") {
      new Intl.DateTimeFormat("en", { timeZone });
      return timeZone;
    }
  } catch {
    // Said below, in the same words as for what is no text.
  }
  throw EntrainError.invalid("timeZone", timeZone, "give a name of the IANA database, such as Europe/Berlin or UTC");
}
