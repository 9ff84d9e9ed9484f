/** The strategies that come with Entrain, and which of them a goal prefers where it names none. */
import type { GoalKind, GoalRecord } from "./goal.ts";
import { createStrategyBook, type Strategy, type StrategyBook } from "./strategy.ts";
import { adaptive } from "./strategies/adaptive.ts";
import { desyncRepair } from "./strategies/desync-repair.ts";
import { energyAware } from "./strategies/energy-aware.ts";
import { floodedReference } from "./strategies/flooded-reference.ts";
import { frequencyLock } from "./strategies/frequency-lock.ts";
import { goldenTicket } from "./strategies/golden-ticket.ts";
import { phaseNudge } from "./strategies/phase-nudge.ts";
import { pulseCoupling } from "./strategies/pulse-coupling.ts";
import { rankSlots } from "./strategies/rank-slots.ts";
import { robust } from "./strategies/robust.ts";
import { wallClock } from "./strategies/wall-clock.ts";

/** All of them. */
export const builtInStrategies: readonly Strategy[] = [
  floodedReference,
  phaseNudge,
  frequencyLock,
  pulseCoupling,
  energyAware,
  adaptive,
  robust,
  rankSlots,
  goldenTicket,
  desyncRepair,
  wallClock,
];

/** The book of the built-in strategies and a user's own. @throws EntrainError for a name that is taken. */
export function strategyBookWith(own: readonly Strategy[] = []): StrategyBook {
  return createStrategyBook([...builtInStrategies, ...own]);
}

const preferences: Readonly<Record<GoalKind, readonly string[]>> = {
  sync: ["flooded-reference", "phase-nudge", "pulse-coupling", "energy-aware"],
  spread: ["rank-slots", "desync-repair", "phase-nudge"],
  cluster: ["rank-slots", "phase-nudge", "frequency-lock"],
  coherence: ["rank-slots", "phase-nudge", "frequency-lock"],
};

/**
 * The strategies of a goal, best first: those it names that exist and serve it, else the defaults of its kind. Untrusted
 * goals are pursued by `robust` alone where they name none: every other strategy can be led astray.
 */
export function preferredStrategies(goal: GoalRecord, book: StrategyBook): readonly Strategy[] {
  const byDefault = goal.trust === "untrusted" ? ["robust"] : preferences[goal.kind];
  const found = (names: readonly string[]): Strategy[] =>
    names.flatMap((name) => book.find(name) ?? []).filter((strategy) => strategy.serves.includes(goal.kind));
  const named = found(goal.strategies ?? []);
  return named.length > 0 ? named : found(byDefault);
}
