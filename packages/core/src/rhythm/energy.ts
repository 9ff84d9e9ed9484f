/**
 * Energy: what moving one's phase costs (R2). An agent has a store that fills at a steady rate; each strategy names its
 * price per update and per radian moved, and the machine cuts a move down to what the agent can pay. Renaming beats
 * costs nothing, for it moves no phase.
 */

/** Units of energy: how much an agent can hold and how fast it comes back. */
export interface EnergyBudget {
  readonly capacity: number;
  readonly recoveryPerS: number;
}

/** A hundred units, back in ten seconds: no trusted strategy of the built-in ones runs dry on it while the swarm holds. */
export const defaultEnergy: EnergyBudget = { capacity: 100, recoveryPerS: 10 };

/** The store of one agent. */
export interface Energy {
  readonly budget: EnergyBudget;
  readonly level: number;
  /** Local monotonic instant at which `level` was true, ns. */
  readonly atNs: number;
}

/** What a strategy asks for one update. */
export interface EnergyPrice {
  readonly perUpdate: number;
  /** Per radian of phase moved, whichever way. */
  readonly perRad: number;
}

/** Whether a price can be asked: with any other number the store would be none any more, and every move free (R2). */
export function isPrice({ perUpdate, perRad }: EnergyPrice): boolean {
  return Number.isFinite(perUpdate) && perUpdate >= 0 && Number.isFinite(perRad) && perRad >= 0;
}

const radPerCycle = 2 * Math.PI;

/** A full store. */
export function fullEnergy(budget: EnergyBudget, nowNs: number): Energy {
  return { budget, level: budget.capacity, atNs: nowNs };
}

/** Units in the store at `nowNs`. */
export function energyAt({ budget, level, atNs }: Energy, nowNs: number): number {
  return Math.min(budget.capacity, level + (Math.max(0, nowNs - atNs) / 1e9) * budget.recoveryPerS);
}

/** What became of a wish to move. */
export interface PaidMove {
  readonly energy: Energy;
  /** The part of the move that was paid for, cycles. */
  readonly moveCycles: number;
  /** The wish was cut for want of energy. */
  readonly short: boolean;
}

/** Pays for an update that wants to move by `moveCycles`, in full or as far as the store reaches; never below nothing. */
export function pay(energy: Energy, nowNs: number, price: EnergyPrice, moveCycles: number): PaidMove {
  const level = energyAt(energy, nowNs);
  if (level < price.perUpdate)
    return { energy: { ...energy, level, atNs: nowNs }, moveCycles: 0, short: moveCycles !== 0 };
  const left = level - price.perUpdate;
  const wantedRad = Math.abs(moveCycles) * radPerCycle;
  const payableRad = price.perRad > 0 ? Math.min(wantedRad, left / price.perRad) : wantedRad;
  const short = payableRad < wantedRad;
  return {
    energy: { ...energy, level: Math.max(0, left - payableRad * price.perRad), atNs: nowNs },
    moveCycles: short ? Math.sign(moveCycles) * (payableRad / radPerCycle) : moveCycles,
    short,
  };
}
