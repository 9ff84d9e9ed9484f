/** Whom an action of the swarm would reach, and who is missing: the members that should be there, as the registry has them. */
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
export async function fleetMembers(
  { registry, clock, timers }: Pick<RunSurroundings, "registry" | "clock" | "timers">,
  untilMs: number,
): Promise<readonly FleetMember[]> {
  const withinMs = Math.max(leastMs, untilMs - clock.monoMs());
  const members = await withDeadline(timers, withinMs, "the registry", registry.fleet());
  return members.toSorted((a, b) => compareIds(a.agentId, b.agentId));
}
