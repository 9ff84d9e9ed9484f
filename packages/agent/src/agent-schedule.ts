/** What a user says of a scheduled job, and which kind of job that makes. */
import { checkObject, EntrainError } from "@entrain/kernel";
import { everyTimes } from "@entrain/core/schedule";
import {
  periodOf,
  type JobOptions,
  type RunHandler,
  type Schedule,
  type ScheduleDesk,
  type SwarmJobOptions,
} from "@entrain/runtime";
import { cronTimes } from "./cron-times.ts";

/** When a job fires. A period is a number of ms, or a text such as `90s`, `1h` or `1d`. */
export type When =
  /** Every agent runs it once a period, each at its own slot, evenly spread. */
  | ({ readonly every: string | number; readonly spread: true } & JobOptions)
  /** One agent runs it for the whole swarm, at the multiples of the period since 1970 in UTC. */
  | ({ readonly every: string | number; readonly spread?: false } & SwarmJobOptions)
  /** One agent runs it for the whole swarm, when the expression says so in that time zone (default UTC). */
  | ({ readonly cron: string; readonly timeZone?: string } & SwarmJobOptions);

/** @throws EntrainError `invalid-argument` that names the option, `already-exists`, `resource-exhausted`, `unavailable` */
export function addSchedule(
  desk: Pick<ScheduleDesk, "once" | "spread">,
  name: string,
  when: When,
  handler: RunHandler,
): Schedule {
  checkObject("when", when, "give { cron } or { every }, and the handler after it");
  if (typeof handler !== "function") throw EntrainError.invalid("handler", handler, "give a function of a run");
  if ("cron" in when) {
    const { cron, timeZone, ...options } = when;
    if ("every" in when) throw EntrainError.invalid("every", when.every, "give either every or cron");
    return desk.once(name, cronTimes(cron, timeZone), options, handler);
  }
  const { every, spread = false, ...options } = when;
  if (typeof spread !== "boolean") throw EntrainError.invalid("spread", spread, "give true or false");
  if (spread) {
    for (const field of ["missed", "attempts"])
      if (field in options)
        throw EntrainError.invalid(
          field,
          (options as Record<string, unknown>)[field],
          "leave it out where spread is true",
        );
    return desk.spread(name, every, options, handler);
  }
  const periodMs = periodOf(every);
  return desk.once(name, everyTimes(periodMs), { ...options, periodMs }, handler);
}
