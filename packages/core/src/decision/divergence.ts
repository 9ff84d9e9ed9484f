/**
 * Divergence: two acts on one incident with different actions, neither of them a safe action taken alone (those are counted apart)
 * nor an agent's own affair (the scope `local`), in which two may do different things.
 */
import type { Act } from "./decision.ts";

/** True where the acts on one incident contain a divergence. */
export function isDivergent(acts: readonly Pick<Act, "action" | "source">[]): boolean {
  const ofSwarm = acts.filter(({ source }) => source === "committed" || source === "adopted");
  return new Set(ofSwarm.map(({ action }) => action)).size > 1;
}
