/**
 * How much of a resource a budget will want in the next period, from what it granted in the past ones: exponential smoothing
 * with a trend (C. C. Holt, "Forecasting seasonals and trends by exponentially weighted moving averages", 1957, reprinted in
 * International Journal of Forecasting 20(1), 2004; Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 8.2):
 *
 *   level = a · amount + (1 − a) · (level + trend)
 *   trend = b · (level − level before) + (1 − b) · trend
 *   forecast = level + trend, at least 0
 *
 * Only logged grants are observed, at the log's time, so that a replay comes to the same figures to the last bit: the store
 * does the same operations on the same doubles in the same order (lua/include/budget-forecast.lua).
 */
import { EntrainError } from "@entrain/kernel";
import type { ResourceKind } from "./amounts.ts";
import { checkWithin } from "./check-within.ts";

/** How a budget of strategy `predictive` looks ahead. */
export interface ForecastSettings {
  /** Length of a period, and how far a forecast reaches, ms. */
  readonly periodMs: number;
  /** Weight of the last period in the level (a), percent. */
  readonly levelPercent: number;
  /** Weight of the last change in the trend (b), percent. */
  readonly trendPercent: number;
}

/** Bounds, and what holds where a budget does not say. */
export const forecastLimits = {
  periodMs: { usual: 60_000, least: 100, most: 86_400_000 },
  levelPercent: { usual: 50, least: 1, most: 100 },
  trendPercent: { usual: 30, least: 0, most: 100 },
  /** Empty periods that are observed one by one, most; after so many the level is that of none. */
  idlePeriodsMax: 64,
} as const;

/** What was granted of one resource, period by period. */
export interface DemandSeries {
  readonly periodStartMs: number;
  /** In the present period: of a consumable the sum of the grants, of a reusable the most that was out at once. */
  readonly amount: number;
  readonly level: number;
  readonly trend: number;
  /** False until the first period is over. */
  readonly known: boolean;
}

/**
 * The settings that a wish stands for.
 * @throws EntrainError `invalid-argument` that names the field
 */
export function checkForecast(wish: Partial<Readonly<Record<keyof ForecastSettings, unknown>>>): ForecastSettings {
  const names = ["periodMs", "levelPercent", "trendPercent"] as const;
  const unknown = Object.keys(wish).find((name) => !names.some((known) => known === name));
  if (unknown !== undefined)
    throw EntrainError.invalid(`forecast/${unknown}`, "there", `leave it out: it has ${names.join(", ")}`);
  const of = (name: (typeof names)[number]): number =>
    checkWithin(`forecast/${name}`, wish[name] ?? forecastLimits[name].usual, forecastLimits[name]);
  return { periodMs: of("periodMs"), levelPercent: of("levelPercent"), trendPercent: of("trendPercent") };
}

/** A series that begins now. */
export function openSeries(nowMs: number): DemandSeries {
  return { periodStartMs: nowMs, amount: 0, level: 0, trend: 0, known: false };
}

/**
 * The series at `nowMs`: every period that is over since is observed.
 * @param heldNow what is out of the resource now, for that is the least that an idle period of a reusable had
 */
export function advanceSeries(
  series: DemandSeries,
  settings: ForecastSettings,
  kind: ResourceKind,
  heldNow: number,
  nowMs: number,
): DemandSeries {
  const periods = Math.floor((nowMs - series.periodStartMs) / settings.periodMs);
  if (periods <= 0) return series;
  const [levelWeight, trendWeight] = [settings.levelPercent / 100, settings.trendPercent / 100];
  const idle = kind === "reusable" ? heldNow : 0;
  let { amount, level, trend, known } = series;
  for (let n = Math.min(periods, forecastLimits.idlePeriodsMax); n > 0; n--) {
    const before = level;
    level = known ? levelWeight * amount + (1 - levelWeight) * (level + trend) : amount;
    trend = known ? trendWeight * (level - before) + (1 - trendWeight) * trend : 0;
    [known, amount] = [true, idle];
  }
  return { periodStartMs: series.periodStartMs + periods * settings.periodMs, amount, level, trend, known };
}

/** The series after a grant of `amount`, which is part of `heldNow`. */
export function observeGrant(series: DemandSeries, kind: ResourceKind, amount: number, heldNow: number): DemandSeries {
  return { ...series, amount: kind === "reusable" ? Math.max(series.amount, heldNow) : series.amount + amount };
}

/** What the present period will still want of a resource beyond what is out: a whole number from 0. */
export function stillWanted(
  { amount, level, trend, known }: DemandSeries,
  kind: ResourceKind,
  heldNow: number,
): number {
  const forecast = known ? level + trend : amount;
  return Math.max(0, Math.floor(forecast - (kind === "reusable" ? heldNow : amount) + 0.5));
}
