/**
 * How an agent takes part: how hard it follows the others (coupling strength), how often it does not listen at all
 * (stubbornness), and how much its own word weighs with those who trust it (influence).
 */
import { EntrainError, hash32 } from "@entrain/kernel";

/** Per agent; the defaults make all agents alike. */
export interface Temperament {
  /** Factor on every move that a strategy proposes, 0..2 (default 1); 1 at most on one that closes the whole difference. */
  readonly couplingStrength: number;
  /** Share of updates that change nothing, 0..1 (default 0). */
  readonly stubbornness: number;
  /** Weight of this agent's phase with trusting neighbours, 0..10 (default 1); the untrusting count votes alike. */
  readonly influence: number;
}

/** Everybody's. */
export const evenTemperament: Temperament = { couplingStrength: 1, stubbornness: 0, influence: 1 };

const limits = { couplingStrength: 2, stubbornness: 1, influence: 10 } as const;

/** The whole temperament from a part of it. @throws EntrainError `invalid-argument` that names the field. */
export function checkTemperament(part: Partial<Temperament>): Temperament {
  const whole = { ...evenTemperament, ...part };
  for (const field of ["couplingStrength", "stubbornness", "influence"] as const)
    if (!(whole[field] >= 0 && whole[field] <= limits[field]))
      throw EntrainError.invalid(field, whole[field], `choose a number from 0 to ${limits[field]}`);
  return whole;
}

/** Whether an agent listens in its `round`-th update; the same answer in every run. */
export function listens(temperament: Temperament, agentId: string, round: number): boolean {
  return temperament.stubbornness <= 0 || hash32(agentId, round) / 2 ** 32 >= temperament.stubbornness;
}
