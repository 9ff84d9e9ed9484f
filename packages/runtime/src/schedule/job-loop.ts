/**
 * A job that runs once for the whole swarm at each of its fire times. Every agent that has the job drives this loop; the
 * store grants each fire time to one of them.
 *
 * Order of effects: a run is claimed before its handler is called; the handler's signal aborts before the lease can end; a
 * run is settled before the next is claimed, and the handler has ended before it is called again.
 */
import type { EntrainError } from "@entrain/kernel";
import {
  claimDelayMs,
  claimRank,
  dueRun,
  type Due,
  type FireTimes,
  type MissedRuns,
  type RunEntry,
} from "@entrain/core/schedule";
import type { ClaimedRun, JobNote, StoreClaimAnswer } from "@entrain/ports";
import { carryOut, type RunUnderWay, type Verdict } from "./carry-out.ts";
import type { RunHandler, TotalJobOptions } from "./job-options.ts";
import { failurePauseMs, pauseMaxMs, type JobSurroundings, type JobTurns } from "./job-surroundings.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { TurnTimer } from "./turn-timer.ts";

/** So many agents watch over a run that another holds; the rest looks seldom. */
const watchersMax = 3;
/** Pause of an agent whose definition is not the one in force, ms. */
const redefinedPauseMs = 30_000;

type DueNow = Extract<Due, { kind: "due" }>;
type EndedOutcome = Extract<RunEntry, { kind: "run" }>["outcome"];

/** The loop of one job in one agent. */
export class JobLoop implements JobTurns {
  readonly name: string;
  readonly #times: FireTimes;
  readonly #options: TotalJobOptions;
  readonly #handler: RunHandler;
  readonly #world: JobSurroundings;
  readonly #turns: TurnTimer;
  /** The latest fire time that is known to be settled; 0: nothing is known. */
  #settledMs = 0;
  #highestToken = 0;
  #defined = false;
  #saidRedefined = false;
  #underWay: RunUnderWay | undefined;

  constructor(name: string, times: FireTimes, options: TotalJobOptions, handler: RunHandler, world: JobSurroundings) {
    this.name = name;
    this.#times = times;
    this.#options = options;
    this.#handler = handler;
    this.#world = world;
    this.#turns = new TurnTimer(world, name, () => this.#turn());
  }

  nextAtMs(): number | undefined {
    return this.#times.after(this.#world.time.nowMs());
  }

  start(): void {
    this.#turns.now();
  }

  changed(what: "members" | "generation"): void {
    if (what !== "generation" || !this.#defined) return;
    this.#defined = false;
    // At once, also while a run is under way: nothing is granted until the recovery window has closed (S1).
    this.#define().catch(() => undefined);
    this.#turns.now();
  }

  async stop(drainMs: number): Promise<void> {
    const stopped = this.#turns.stop();
    const callOff = this.#world.timers.after(drainMs, () => this.#underWay?.cut("stopped"));
    await stopped;
    callOff();
  }

  /** One look at what is due; answers the pause before the next, ms. */
  async #turn(): Promise<number> {
    if (!this.#defined) await this.#define();
    const nowMs = this.#world.time.nowMs();
    const due = dueRun(this.#times, this.#settledMs, nowMs, this.#options);
    if (due.kind === "wait")
      return due.nextAtMs === undefined ? pauseMaxMs : due.nextAtMs + this.#delayMs(due.nextAtMs) - nowMs;
    const lastMs = due.fireAtMs ?? due.missed?.toMs ?? nowMs;
    const courtesyMs = lastMs + this.#delayMs(lastMs) - nowMs;
    return courtesyMs > 0 ? courtesyMs : this.#claim(due, nowMs);
  }

  async #claim(due: DueNow, nowMs: number): Promise<number> {
    const { agentId, incarnation, store, time, timings, clock } = this.#world;
    const { missed, fireAtMs } = due;
    const sentMs = clock.monoMs();
    const answer = await time.ask(() =>
      store.claim(this.#note(due.nextAtMs), {
        ...{ settledMs: this.#settledMs, missed, fireAtMs, agentId, incarnation: incarnation() },
        highestToken: this.#highestToken,
        leaseMs: timings.leaseMs,
        attemptsMax: this.#options.attempts,
      }),
    );
    if (answer.kind !== "redefined") this.#saidRedefined = false;
    switch (answer.kind) {
      case "granted":
        if (answer.run.attempt === 1 && answer.run.fireAtMs === fireAtMs) this.#tellMissed(missed);
        await this.#run(answer.run, sentMs, answer.storeMs);
        return 0;
      case "missed":
        this.#tellMissed(missed);
        this.#settledMs = Math.max(this.#settledMs, answer.settledMs);
        return 0;
      case "settled":
        this.#settledMs = Math.max(this.#settledMs, answer.settledMs);
        return 0;
      case "early":
        return answer.waitMs;
      case "unknown":
        this.#defined = false;
        return 0;
      case "held":
        return this.#pauseWhileHeld(answer, due, nowMs);
      case "redefined":
        this.#tellRedefined(answer.text);
        return redefinedPauseMs;
    }
  }

  /** The first in line look as soon as the lease could end, the others seldom; all of them at the next fire time. */
  #pauseWhileHeld(held: Extract<StoreClaimAnswer, { kind: "held" }>, due: DueNow, nowMs: number): number {
    const rank = this.#rank(held.fireAtMs);
    const patienceMs = rank <= watchersMax ? this.#delayMs(held.fireAtMs) : 5 * this.#world.timings.leaseMs;
    const nextMs = due.nextAtMs === undefined ? Infinity : due.nextAtMs + this.#delayMs(due.nextAtMs) - nowMs;
    return Math.min(held.remainingMs + 1 + patienceMs, Math.max(1, nextMs));
  }

  async #run(run: ClaimedRun, sentMs: number, storeMs: number): Promise<void> {
    const { agentId, clock, timers, timings, store, events } = this.#world;
    const { fireAtMs, token, attempt } = run;
    this.#highestToken = Math.max(this.#highestToken, token);
    const lateMs = storeMs - fireAtMs;
    events({ kind: "run.started", agentId, job: this.name, fireAtMs, token, attempt, lateMs });
    const startedMs = clock.monoMs();
    const lease = new LeaseKeeper<ClaimedRun>({
      ...{ clock, timers, timings, held: run, sentMs },
      renew: (held) => store.renew(this.name, held, timings.leaseMs),
      onLost: () => this.#underWay?.cut("lost"),
    });
    const underWay = carryOut(
      this.#handler,
      { fireTime: fireAtMs, token, attempt, lateMs },
      { timeoutMs: this.#options.timeoutMs, timers },
    );
    this.#underWay = underWay;
    const verdict = await underWay.verdict;
    const tookMs = clock.monoMs() - startedMs;
    const { outcome, message } = await this.#settle(lease, verdict);
    lease.close();
    if (outcome === "completed" || outcome === "failed") this.#settledMs = Math.max(this.#settledMs, fireAtMs);
    events({ kind: "run.ended", agentId, job: this.name, fireAtMs, token, outcome, tookMs, message });
    // While the agent stops nobody waits for a handler that does not heed its signal.
    if (verdict.kind !== "cut" || verdict.cause === "lost") await underWay.ended;
    this.#underWay = undefined;
  }

  /** Tells the store how the run ended, as long as it is this agent's. */
  async #settle(
    lease: LeaseKeeper<ClaimedRun>,
    verdict: Verdict,
  ): Promise<{ outcome: Exclude<EndedOutcome, "abandoned">; message: string }> {
    const { store, random } = this.#world;
    const message = verdict.kind === "failed" ? verdict.message : "";
    const wanted = verdict.kind === "cut" ? "released" : verdict.kind;
    const lost = { outcome: "lost", message } as const;
    if (verdict.kind === "cut" && verdict.cause === "lost") return lost;
    for (let failures = 0; lease.holds(); failures++)
      try {
        const settled = await store.settle(this.#note(this.nextAtMs()), lease.held(), wanted, message);
        return settled ? { outcome: wanted, message } : lost;
      } catch {
        // The store's adapter has reported the fault; the lease is renewed meanwhile, and bounds the attempts.
        await new Promise<void>((resolve) => {
          this.#world.timers.after(Math.min(500, failurePauseMs(failures, random)), resolve);
        });
      }
    return lost;
  }

  async #define(): Promise<void> {
    const { store, time } = this.#world;
    const floorMs = this.#settledMs;
    const { settledMs } = await time.ask(() => store.define(this.#note(this.nextAtMs()), floorMs));
    this.#settledMs = Math.max(this.#settledMs, settledMs);
    this.#defined = true;
  }

  #note(nextAtMs: number | undefined): JobNote {
    return { job: this.name, text: this.#times.text, nextAtMs };
  }

  #rank(fireAtMs: number): number {
    return claimRank(this.name, fireAtMs, this.#world.agentId, this.#world.members());
  }

  /** Half of the grace is left to what is late by itself: not every member has the job, so that nobody may ask before this one. */
  #delayMs(fireAtMs: number): number {
    return claimDelayMs(this.#rank(fireAtMs), this.#options.graceMs / 2);
  }

  #tellMissed(missed: MissedRuns | undefined): void {
    if (missed === undefined) return;
    this.#world.events({ kind: "run.missed", agentId: this.#world.agentId, job: this.name, ...missed });
  }

  #tellRedefined(text: string): void {
    if (this.#saidRedefined) return;
    this.#saidRedefined = true;
    const code: EntrainError["code"] = "already-exists";
    const message = `another agent has defined the job as "${text}": this agent stands by`;
    this.#world.events({ kind: "job.stalled", agentId: this.#world.agentId, job: this.name, code, message });
  }
}
