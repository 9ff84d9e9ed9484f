/**
 * What liars say of their phase in place of the truth. A liar runs the honest machine underneath and so knows where the swarm
 * is, which is the strongest position to lie from; it tells each listener a number of its choice.
 */
import { hash32, type Random } from "@entrain/kernel";

/** The name of an attack. */
export type AttackName = "random" | "stubborn" | "drag" | "pull" | "split" | "stealth";

/** What a liar adds to its true count, cycles. */
export type Attack = (about: {
  readonly nowNs: number;
  readonly periodNs: number;
  readonly to: string;
  readonly random: Random;
}) => number;

/**
 * - random: another place each time.
 * - stubborn: one fixed phase of its own, whatever the swarm does, 5 % slow.
 * - drag: runs away from the swarm, two hundredths of a cycle further each period.
 * - pull: always a quarter ahead.
 * - split: a fifth ahead to one half of the listeners, a fifth behind to the other.
 * - stealth: just within what would be honest, and slowly further.
 */
export const attacks: Readonly<Record<AttackName, Attack>> = {
  random: ({ random }) => random.next(),
  stubborn: ({ nowNs, periodNs }) => 0.37 - (0.05 * nowNs) / periodNs,
  drag: ({ nowNs, periodNs }) => (0.02 * nowNs) / periodNs,
  pull: () => 0.25,
  split: ({ to }) => (hash32(to, 77) % 2 === 0 ? 0.2 : -0.2),
  stealth: ({ nowNs }) => 0.03 + 0.0005 * (nowNs / 1e9),
};

/** The names of all attacks. */
export const attackNames = Object.keys(attacks) as readonly AttackName[];
