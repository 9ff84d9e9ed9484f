/**
 * A strategy answers one question per update: how far do I move, and where is my beat? It is pure: what it may know is
 * in its view, what it wants to remember is in its proposal. Names of beats, lineages, energy and skipped beats are the
 * machine's (rhythm-machine.ts), so that no strategy can break R1, R2, R4 or R5.
 */
import { EntrainError, checkId } from "@entrain/kernel";
import { isPrice, type EnergyPrice } from "./energy.ts";
import type { GoalKind, GoalRecord } from "./goal.ts";
import type { Place } from "./slot-plan.ts";

/** A neighbour, brought to this instant. */
export interface Sighting {
  readonly agentId: string;
  /** Whose certificate vouches for it: the untrusting count one vote for each. */
  readonly voterId: string;
  /** The neighbour's reference count minus one's own, cycles; whole cycles count. */
  readonly errorCycles: number;
  /** The neighbour's own beat minus one's own, cycles in [-0.5, 0.5). */
  readonly beatAheadCycles: number;
  /** Weight that the trusting give it. */
  readonly influence: number;
}

/** All that a strategy may know. */
export interface StrategyView {
  readonly agentId: string;
  readonly goal: GoalRecord;
  /** Local monotonic clock, ns. */
  readonly nowNs: number;
  /** Time since the last update, ns; 0 at the first one. */
  readonly elapsedNs: number;
  /** Own reference count. */
  readonly cycle: number;
  /** By how much one's beat now follows the reference, cycles. */
  readonly offsetCycles: number;
  readonly place: Place | undefined;
  /** The plan is as the registry has it; false while the registry is away and planned neighbours fall silent. */
  readonly planHolds: boolean;
  readonly neighbours: readonly Sighting[];
  /** The goal's count by the wall clock, good to what disciplines that clock. */
  readonly wallCycle: number;
  /** How many updates this agent has made. */
  readonly round: number;
  /** True at the update that brings a newcomer in: nobody counts on its phase yet. */
  readonly joining: boolean;
  /** Energy left, 0..1 of the capacity. */
  readonly energyShare: number;
  /** What the strategy's last proposal asked to be remembered; empty at first. */
  readonly memory: readonly number[];
}

/** What a strategy wants. */
export interface Proposal {
  /** Move of the own reference, cycles: positive is forward. */
  readonly moveCycles: number;
  /** It closes the whole difference at once: no coupling strength makes it longer, for it would end as far on the other side. */
  readonly isJump?: boolean;
  /** Own beat behind the reference, where the strategy places it itself; else the goal's shape and the plan do. */
  readonly offsetCycles?: number;
  readonly memory?: readonly number[];
  /** Where the price is not the strategy's usual one; numbers from 0 on, or the proposal has failed. */
  readonly price?: EnergyPrice;
}

/** A strategy. Users may register their own. */
export interface Strategy {
  readonly name: string;
  readonly serves: readonly GoalKind[];
  /**
   * How a newcomer comes in. `adopt`: it takes an older lineage's count over, whole. `number`: it takes the number of
   * the beat, and comes into phase by its own moves.
   */
  readonly entry: "adopt" | "number";
  readonly price: EnergyPrice;
  /** Whether it can work at all now; without it, always. One that throws cannot, and is left at once. */
  ready?(view: StrategyView): boolean;
  propose(view: StrategyView): Proposal;
  /**
   * How far the agent is from what the strategy aims at, cycles from 0 on: the monitor's measure of progress. Without it that
   * is the median distance of the neighbours' references, and for a beat that the strategy places itself its distance from
   * the plan's place, while the plan holds. Undefined: nothing can be said now. One that throws, or says no number, has failed.
   */
  error?(view: StrategyView): number | undefined;
}

/** Strategies by name. */
export interface StrategyBook {
  find(name: string): Strategy | undefined;
  names(): ReadonlySet<string>;
}

/** A book of strategies. @throws EntrainError `invalid-argument` for a bad or doubled name, `already-exists`. */
export function createStrategyBook(strategies: readonly Strategy[]): StrategyBook {
  const byName = new Map<string, Strategy>();
  for (const strategy of strategies) {
    const name = checkId("strategy.name", strategy.name);
    if (byName.has(name))
      throw new EntrainError("already-exists", `a strategy named ${name} is registered already`, {
        field: "strategy.name",
        value: name,
        remedy: "choose another name",
      });
    if (!isPrice(strategy.price))
      throw EntrainError.invalid("strategy.price", strategy.price, "give perUpdate and perRad, numbers from 0 on");
    byName.set(name, strategy);
  }
  const names = new Set(byName.keys());
  return { find: (name) => byName.get(name), names: () => names };
}
