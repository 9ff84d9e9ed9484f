/**
 * Schedules in Redis: see lua/include/schedule.lua and the commands that include it. A run is held and renewed as a
 * leadership is (lua/renew.lua).
 */
import { checkId, EntrainError } from "@entrain/kernel";
import type { MissedRuns, RunEntry, RunOutcome } from "@entrain/core/schedule";
import type { ClaimedRun, ScheduledJob, ScheduleStore, StoreClaimAnswer } from "@entrain/ports";
import type { CommandPlane } from "./command-plane.ts";
import type { StoreKeys } from "./keys.ts";
import type { Reply } from "./link.ts";

/** Jobs of one swarm. */
const jobsMax = 1_000;
/** Lines of history of one job. */
const historyMax = 1_000;
/** Periods for which an agent's latest run is remembered. */
const slotsKept = 10;
/** Longest message of a line, characters. */
const messageMax = 500;

/** The schedules of a swarm. */
export function createScheduleStore(options: {
  readonly keys: StoreKeys;
  readonly commands: CommandPlane;
  /** Longest lease that the recovery window covers (S1), ms. */
  readonly leaseMaxMs: number;
}): ScheduleStore {
  const { keys, commands, leaseMaxMs } = options;
  const keysOf = (job: string) => keys.schedule(checkId("job", job));
  const allOf = (job: string): readonly string[] => {
    const { record, run, history } = keysOf(job);
    return [record, run, history, keys.schedules];
  };
  return {
    async define({ job, text, nextAtMs }, floorMs) {
      const args = [job, text, floorMs, nextAtMs ?? "", jobsMax];
      const reply = await commands.run("define-schedule", [keysOf(job).record, keys.schedules], args);
      const [settledMs, storeMs] = reply as readonly [string, string];
      return { settledMs: Number(settledMs), storeMs: Number(storeMs) };
    },
    async claim({ job, text, nextAtMs }, claim) {
      const { settledMs, missed, fireAtMs, agentId, incarnation, highestToken, leaseMs, attemptsMax } = claim;
      checkLease(leaseMs, leaseMaxMs);
      const misses = missed === undefined ? [0, "", ""] : [missed.count, missed.fromMs, missed.toMs];
      const what = [job, text, settledMs, fireAtMs ?? "", ...misses, nextAtMs ?? ""];
      const args = [...what, agentId, incarnation, highestToken, leaseMs, attemptsMax, historyMax];
      return answerFrom((await commands.run("claim-run", allOf(job), args)) as readonly string[], claim);
    },
    async renew(job, run, leaseMs) {
      checkLease(leaseMs, leaseMaxMs);
      const args = [run.agentId, run.incarnation, run.token, run.generation, leaseMs];
      const [kind, generation] = (await commands.run("renew", [keysOf(job).run], args)) as readonly [string, Reply];
      return kind === "renewed" ? { ...run, generation: Number(generation) } : undefined;
    },
    async settle({ job, nextAtMs }, { agentId, incarnation, token }, outcome, message) {
      const line = [outcome, message.slice(0, messageMax), nextAtMs ?? "", historyMax];
      return (await commands.run("settle-run", allOf(job), [job, agentId, incarnation, token, ...line])) === 1;
    },
    async claimSlot({ job, agentId, cycle, nextAtMs }) {
      const { record, slots } = keysOf(job);
      const args = [job, agentId, cycle, nextAtMs ?? "", slotsKept];
      const reply = await commands.run("claim-slot", [record, keys.schedules, slots], args);
      const [granted, storeMs] = reply as readonly [number, string];
      return { granted: granted === 1, storeMs: Number(storeMs) };
    },
    async recordSlot(job, { outcome, fireAtMs, agentId, cycle, lateMs, tookMs, message }) {
      const whole = [Math.round(lateMs), Math.round(tookMs)];
      const args = [historyMax, outcome, fireAtMs, agentId, cycle, ...whole, message.slice(0, messageMax)];
      await commands.run("record-slot", [keysOf(job).history], args);
    },
    async list(limit, after, latest = 10) {
      const args = [keys.prefix, after ?? "-", limit, latest];
      const reply = (await commands.run("list-schedules", [keys.schedules], args)) as readonly JobReply[];
      return reply.map(jobFrom);
    },
  };
}

type JobReply = readonly [job: string, text: string, nextAtMs: string, running: string[], lines: (readonly string[])[]];

function answerFrom(
  [storeMs, kind, ...rest]: readonly string[],
  { agentId, incarnation }: { readonly agentId: string; readonly incarnation: number },
): StoreClaimAnswer {
  const answer = { storeMs: Number(storeMs) };
  const [first = "", second, third] = rest;
  switch (kind) {
    case "granted": {
      return { ...answer, kind, run: { agentId, incarnation, ...runFrom(rest) } };
    }
    case "held":
      return { ...answer, kind, agentId: first, fireAtMs: Number(second), remainingMs: Number(third) };
    case "settled":
    case "missed":
      return { ...answer, kind, settledMs: Number(first) };
    case "early":
      return { ...answer, kind, waitMs: Number(first) };
    case "redefined":
      return { ...answer, kind, text: first };
    case "unknown":
      return { ...answer, kind };
    default:
      throw new EntrainError("internal", `a claim answered ${kind ?? "nothing"}`);
  }
}

function runFrom(words: readonly string[]): Omit<ClaimedRun, "agentId" | "incarnation"> {
  const at = (index: number): number => Number(words[index]);
  return {
    token: at(0),
    generation: at(1),
    fireAtMs: at(2),
    attempt: at(3),
    startedAtMs: at(4),
    leaseUntilMs: at(5),
    released: false,
  };
}

function jobFrom([job, text, nextAtMs, running, lines]: JobReply): ScheduledJob {
  const [agentId, fireAtMs, attempt, startedAtMs] = running;
  return {
    job,
    text,
    nextAtMs: nextAtMs === "" ? undefined : Number(nextAtMs),
    running:
      agentId === undefined
        ? undefined
        : { agentId, fireAtMs: Number(fireAtMs), attempt: Number(attempt), startedAtMs: Number(startedAtMs) },
    latest: lines.map(entryFrom),
  };
}

function entryFrom(flat: readonly string[]): RunEntry {
  const fields = new Map<string, string>();
  for (let at = 0; at < flat.length; at += 2) fields.set(flat[at] ?? "", flat[at + 1] ?? "");
  const text = (name: string): string => fields.get(name) ?? "";
  const number = (name: string): number => Number(text(name));
  if (text("outcome") === "missed") {
    const missed: MissedRuns = { count: number("count"), fromMs: number("fromMs"), toMs: number("toMs") };
    return { kind: "missed", ...missed };
  }
  return {
    kind: "run",
    outcome: text("outcome") as RunOutcome,
    fireAtMs: number("fireAtMs"),
    agentId: text("agentId"),
    token: number("token"),
    attempt: number("attempt"),
    lateMs: number("lateMs"),
    tookMs: number("tookMs"),
    message: text("message"),
  };
}

function checkLease(leaseMs: number, leaseMaxMs: number): void {
  if (!(Number.isInteger(leaseMs) && leaseMs > 0 && leaseMs <= leaseMaxMs))
    throw EntrainError.invalid("leaseMs", leaseMs, `give a whole number of ms within recoveryWindowMs (${leaseMaxMs})`);
}
