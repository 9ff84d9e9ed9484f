/** Divergence: two acts on one incident with different actions, neither of them a safe action taken alone. */
import type { Act } from "./decision.ts";

/** True where the acts on one incident contain a divergence; safe actions taken alone are counted apart (D3). */
export function isDivergent(acts: readonly Pick<Act, "action" | "source">[]): boolean {
  return new Set(acts.filter((act) => act.source !== "safe-alone").map((act) => act.action)).size > 1;
}
