/**
 * How long a frame takes, one way. Three kinds of network, as DESIGN measured with them: lan uniform 0.1 to 1 ms, dc lognormal
 * with a median of 2 ms, wan lognormal with a median of 25 ms over a floor set by the speed of light.
 */
import type { Random } from "@entrain/kernel";

/** The name of a network. */
export type ProfileName = "lan" | "dc" | "wan";

/** A network's delays. */
export interface DelayProfile {
  readonly name: ProfileName;
  /** One-way delay of one frame, ns. */
  delayNs(random: Random): number;
}

const milli = 1e6;

/** The networks. */
export const delayProfiles: Readonly<Record<ProfileName, DelayProfile>> = {
  lan: { name: "lan", delayNs: (random) => (0.1 + 0.9 * random.next()) * milli },
  dc: { name: "dc", delayNs: (random) => 2 * milli * Math.exp(0.4 * gaussian(random)) },
  wan: { name: "wan", delayNs: (random) => (15 + 10 * Math.exp(0.6 * gaussian(random))) * milli },
};

/** A normal deviate (Box and Muller 1958). */
function gaussian(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return radius * Math.cos(2 * Math.PI * random.next());
}
