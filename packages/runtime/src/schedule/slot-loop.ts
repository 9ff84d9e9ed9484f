/**
 * A job that every agent runs once a period, each at its own slot (core/schedule/slot.ts).
 *
 * The store keeps an agent from running twice in a period over a restart. Once it has answered in this life of the agent,
 * the job goes on without it: this process knows what it has run.
 */
import { EntrainError } from "@entrain/kernel";
import { createSlotPlan, unplannedPlace } from "@entrain/core/rhythm";
import {
  catchUpSlot,
  firstSlot,
  replanSlot,
  slotAfter,
  slotAtMs,
  type FireTimes,
  type PlannedSlot,
} from "@entrain/core/schedule";
import { carryOut, type RunUnderWay } from "./carry-out.ts";
import type { RunHandler, TotalJobOptions } from "./job-options.ts";
import type { JobSurroundings, JobTurns } from "./job-surroundings.ts";
import { TurnTimer } from "./turn-timer.ts";

/** The loop of one job in one agent. */
export class SlotLoop implements JobTurns {
  readonly name: string;
  readonly #periodMs: number;
  readonly #options: TotalJobOptions;
  readonly #handler: RunHandler;
  readonly #world: JobSurroundings;
  readonly #turns: TurnTimer;
  readonly #text: FireTimes["text"];
  #place: { readonly placeCycles: number; readonly size: number };
  #planned: PlannedSlot | undefined;
  #defined = false;
  #underWay: RunUnderWay | undefined;

  constructor(name: string, periodMs: number, options: TotalJobOptions, handler: RunHandler, world: JobSurroundings) {
    this.name = name;
    this.#periodMs = periodMs;
    this.#options = options;
    this.#handler = handler;
    this.#world = world;
    this.#text = `every ${periodMs} ms, each agent at its slot`;
    this.#place = this.#findPlace();
    this.#turns = new TurnTimer(world, name, () => this.#turn());
  }

  nextAtMs(): number | undefined {
    return this.#planned?.atMs;
  }

  start(): void {
    this.changed("members");
    this.#turns.now();
  }

  changed(what: "members" | "generation"): void {
    if (what !== "members") return;
    this.#place = this.#findPlace();
    if (this.#planned === undefined) return;
    const { placeCycles } = this.#place;
    this.#planned = replanSlot(this.#planned, placeCycles, this.#periodMs, this.#world.time.nowMs());
    this.#turns.now();
  }

  async stop(drainMs: number): Promise<void> {
    const stopped = this.#turns.stop();
    const callOff = this.#world.timers.after(drainMs, () => this.#underWay?.cut("stopped"));
    await stopped;
    callOff();
  }

  /** One look at the slot; answers the pause before the next, ms. */
  async #turn(): Promise<number> {
    const { time, agentId, events } = this.#world;
    if (!this.#defined) await this.#define();
    const { placeCycles } = this.#place;
    const periodMs = this.#periodMs;
    const nowMs = time.nowMs();
    this.#planned ??= firstSlot(placeCycles, periodMs, nowMs);
    const before = this.#planned;
    const { missed, planned } = catchUpSlot(before, { placeCycles, periodMs, graceMs: this.#options.graceMs }, nowMs);
    if (missed > 0) {
      const toMs = slotAtMs(planned.cycle - 1, placeCycles, periodMs);
      events({ kind: "run.missed", agentId, job: this.name, count: missed, fromMs: before.atMs, toMs });
    }
    this.#planned = planned;
    if (planned.atMs > nowMs) return planned.atMs - nowMs;
    if (await this.#claim(planned)) await this.#run(planned);
    this.#planned = slotAfter(planned.cycle, this.#place.placeCycles, periodMs);
    return this.#planned.atMs - time.nowMs();
  }

  async #define(): Promise<void> {
    const { store, time } = this.#world;
    await time.ask(() => store.define({ job: this.name, text: this.#text, nextAtMs: this.#planned?.atMs }, 0));
    this.#defined = true;
  }

  /** Whether the run is to be made; without the store it is, because this process has not made it. */
  async #claim({ cycle, atMs }: PlannedSlot): Promise<boolean> {
    const { store, time, agentId } = this.#world;
    // The next run of the swarm is that of the next slot.
    const nextAtMs = Math.round(atMs + this.#periodMs / this.#place.size);
    const claim = { job: this.name, text: this.#text, nextAtMs, agentId, cycle };
    try {
      return (await time.ask(() => store.claimSlot(claim))).granted;
    } catch (thrown) {
      if (!EntrainError.from(thrown).retryable) throw thrown;
      return true;
    }
  }

  async #run({ cycle, atMs }: PlannedSlot): Promise<void> {
    const { agentId, clock, timers, time, store, events } = this.#world;
    const lateMs = time.nowMs() - atMs;
    const shared = { agentId, job: this.name, fireAtMs: atMs, token: cycle };
    events({ kind: "run.started", ...shared, attempt: 1, lateMs });
    const startedMs = clock.monoMs();
    const underWay = carryOut(
      this.#handler,
      { fireTime: atMs, token: cycle, attempt: 1, lateMs },
      { timeoutMs: this.#options.timeoutMs, timers },
    );
    this.#underWay = underWay;
    const verdict = await underWay.verdict;
    const tookMs = clock.monoMs() - startedMs;
    const message = verdict.kind === "failed" ? verdict.message : "";
    // Nobody takes over what is each agent's own.
    const outcome = verdict.kind === "cut" ? "lost" : verdict.kind;
    events({ kind: "run.ended", ...shared, outcome, tookMs, message });
    // A line that cannot be written is missing in the history, and in nothing else.
    await store
      .recordSlot(this.name, { agentId, cycle, outcome, fireAtMs: atMs, lateMs, tookMs, message })
      .catch(() => undefined);
    if (verdict.kind !== "cut") await underWay.ended;
    this.#underWay = undefined;
  }

  #findPlace(): { readonly placeCycles: number; readonly size: number } {
    const { agentId, members } = this.#world;
    const alive = members();
    const plan = createSlotPlan({
      membershipVersion: 0,
      effectiveBeat: 0,
      members: alive.map((id) => ({ agentId: id })),
    });
    const place = plan.placeOf(agentId);
    if (place === undefined) return { placeCycles: unplannedPlace(agentId), size: Math.max(1, alive.length) };
    const turned = place.turnCycles + place.rank / place.size;
    return { placeCycles: turned - Math.floor(turned), size: place.size };
  }
}
