/** What a run leaves behind: the order over time, the beats, and whether R4 and R5 held. */
import { maxGapRatio, coherence, orderOf, quantile, type GoalRecord, type Order } from "@entrain/core/rhythm";

/** The honest agents at one instant. */
export interface OrderSample {
  readonly atMs: number;
  readonly agents: number;
  readonly coherence: number;
  readonly maxGapRatio: number;
  /** What the goal is about. */
  readonly order: Order;
  /** How far the reference counts of the honest lie apart, ms: whole beats count. */
  readonly apartMs: number;
  /** Coherence of each part while the swarm is partitioned. */
  readonly parts: readonly number[];
}

/** One beat of the swarm. */
export interface BeatSummary {
  readonly beat: number;
  readonly fired: number;
  /** Mean instant at which the reference fell, ms. */
  readonly referenceMs: number;
  /** Latest minus earliest firing against the agents' slots, ms. */
  readonly spreadMs: number;
}

/** A run's outcome. */
export interface SwarmRecord {
  readonly samples: readonly OrderSample[];
  readonly beats: readonly BeatSummary[];
  /** The phases of the honest at the end, rad. */
  readonly finalPhases: readonly number[];
  /** The instants at which agents fired within the last two periods, ms. */
  readonly lastFirings: readonly number[];
  /** When the first lineage was founded, ms; undefined if none was. */
  readonly foundedMs: number | undefined;
  /** R4 and R5: beats that an honest agent fired again, missed in silence, or skipped and said so. */
  readonly faults: { readonly repeated: number; readonly missed: number; readonly skipped: number };
  readonly switches: readonly {
    readonly atMs: number;
    readonly from: string;
    readonly to: string;
    readonly cause: string;
  }[];
  readonly frames: { readonly sent: number; readonly lost: number };
  readonly events: number;
}

interface OpenBeat {
  fired: number;
  sumMs: number;
  earliestMs: number;
  latestMs: number;
}

/** Gathers a run. */
export class Recorder {
  readonly #goal: GoalRecord;
  readonly #beats = new Map<number, OpenBeat>();
  readonly #samples: OrderSample[] = [];
  readonly #switches: SwarmRecord["switches"][number][] = [];
  readonly #faults = { repeated: 0, missed: 0, skipped: 0 };
  #firings: number[] = [];
  foundedMs: number | undefined;
  sent = 0;
  lost = 0;
  events = 0;

  constructor(goal: GoalRecord) {
    this.#goal = goal;
  }

  sample(atMs: number, phasesRad: readonly number[], apartMs: number, parts: readonly (readonly number[])[]): void {
    const order = orderOf(this.#goal, phasesRad);
    if (order === undefined) return;
    this.#samples.push({
      atMs,
      agents: phasesRad.length,
      coherence: coherence(phasesRad) ?? 0,
      maxGapRatio: maxGapRatio(phasesRad) ?? 0,
      order,
      apartMs,
      parts: parts.map((part) => coherence(part) ?? 0),
    });
  }

  /** An honest agent fired at `atMs`; `before` is the last beat it fired or reported as skipped. */
  fired(beat: number, atMs: number, offsetMs: number, before: number | undefined): void {
    if (before !== undefined && beat <= before) this.#faults.repeated++;
    if (before !== undefined && beat > before + 1) this.#faults.missed += beat - before - 1;
    const referenceMs = atMs - offsetMs;
    const known = this.#beats.get(beat);
    if (known === undefined)
      this.#beats.set(beat, { fired: 1, sumMs: referenceMs, earliestMs: referenceMs, latestMs: referenceMs });
    else {
      known.fired++;
      known.sumMs += referenceMs;
      known.earliestMs = Math.min(known.earliestMs, referenceMs);
      known.latestMs = Math.max(known.latestMs, referenceMs);
    }
    this.#firings.push(atMs);
    if (this.#firings.length > 400_000) this.#firings = this.#firings.slice(-200_000);
  }

  skipped(count: number): void {
    this.#faults.skipped += count;
  }

  switched(atMs: number, change: { readonly from: string; readonly to: string; readonly cause: string }): void {
    const { from, to, cause } = change;
    this.#switches.push({ atMs, from, to, cause });
  }

  record(endMs: number, finalPhases: readonly number[]): SwarmRecord {
    const beats = [...this.#beats]
      .map(([beat, { fired, sumMs, earliestMs, latestMs }]) => ({
        beat,
        fired,
        referenceMs: sumMs / fired,
        spreadMs: latestMs - earliestMs,
      }))
      .sort((a, b) => a.beat - b.beat);
    const periodMs = this.#goal.periodNs / 1e6;
    return {
      samples: this.#samples,
      beats,
      finalPhases,
      lastFirings: this.#firings.filter((atMs) => atMs >= endMs - 2 * periodMs),
      foundedMs: this.foundedMs,
      faults: { ...this.#faults },
      switches: this.#switches,
      frames: { sent: this.sent, lost: this.lost },
      events: this.events,
    };
  }
}

/** From when on the order held until the end, ms; undefined where it does not. */
export function heldSinceMs(record: SwarmRecord, fromMs = 0, toMs = Infinity): number | undefined {
  let since: number | undefined;
  for (const { atMs, order } of record.samples) {
    if (atMs < fromMs || atMs > toMs) continue;
    if (!order.holds) since = undefined;
    else since ??= atMs;
  }
  return since;
}

/** The p-quantile of the beats' spread from an instant on, ms; undefined without beats. */
export function spreadMsFrom(record: SwarmRecord, fromMs: number, p: number): number | undefined {
  const spreads = record.beats.filter(({ fired, referenceMs }) => fired > 1 && referenceMs >= fromMs);
  return quantile(
    spreads.map(({ spreadMs }) => spreadMs),
    p,
  );
}

/** (measured period / commanded period − 1) · 10⁶ from an instant on: least squares; undefined for under three beats. */
export function cadencePpmFrom(
  record: SwarmRecord,
  periodMs: number,
  fromMs: number,
  toMs = Infinity,
): number | undefined {
  const complete = record.beats.filter(({ referenceMs }) => referenceMs >= fromMs && referenceMs <= toMs).slice(1, -1);
  if (complete.length < 3) return undefined;
  const meanX = complete.reduce((sum, { beat }) => sum + beat, 0) / complete.length;
  const meanY = complete.reduce((sum, { referenceMs }) => sum + referenceMs, 0) / complete.length;
  let [products, squares] = [0, 0];
  for (const { beat, referenceMs } of complete) {
    products += (beat - meanX) * (referenceMs - meanY);
    squares += (beat - meanX) ** 2;
  }
  return (products / squares / periodMs - 1) * 1e6;
}

/** Most firings in any window of T/60 over the even number (at least 1) among the last period's. */
export function peakLoadOf(instantsMs: readonly number[], periodMs: number, agents: number): number | undefined {
  const sorted = instantsMs.toSorted((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  let most = 0;
  let start = 0;
  for (const [end, atMs] of sorted.entries()) {
    while (atMs - (sorted[start] ?? atMs) >= periodMs / 60) start++;
    most = Math.max(most, end - start + 1);
  }
  return most / Math.max(1, Math.ceil(agents / 60));
}
