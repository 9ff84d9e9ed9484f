/** Whom an action of the swarm would reach: the members that are alive, as the registry has them. */
import type { FleetMember } from "@entrain/core/decision";
import { compareIds } from "@entrain/kernel";
import type { RunSurroundings } from "./run-contract.ts";
import { withDeadline } from "./with-deadline.ts";

/** Even where the budget is all but spent the registry gets this long, ms. */
const leastMs = 20;

/**
 * In the order of their ids, at the latest at `untilMs` (monotonic).
 * @throws EntrainError `deadline-exceeded`, `store-unavailable`
 */
export async function aliveMembers(
  { registry, clock, timers }: Pick<RunSurroundings, "registry" | "clock" | "timers">,
  untilMs: number,
): Promise<readonly FleetMember[]> {
  const withinMs = Math.max(leastMs, untilMs - clock.monoMs());
  const { members } = await withDeadline(timers, withinMs, "the registry", registry.snapshot());
  return [...members.values()]
    .filter(({ state }) => state === "alive")
    .map(({ agentId, health }) => ({ agentId, health }))
    .sort((a, b) => compareIds(a.agentId, b.agentId));
}
