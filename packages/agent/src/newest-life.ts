/**
 * The incarnation that a start begins with (M3): above every life of its agents that the registry knows, whatever clock those
 * went by: one that is an hour ahead keeps nobody out. The registry still decides whether it may take over, and whoever has been a
 * member learns from it when it is not the newest any more.
 */
import type { Registry } from "@entrain/ports";

/** What the last digits of an incarnation count to: they keep two that start at the same time apart. */
const lastDigits = 1_000;

/**
 * `own` where that is the newest, else one above all that are listed.
 * @param own by this process's clock, Unix ms
 * @throws EntrainError as `Registry.snapshot`
 */
export async function newestLife(
  registry: Pick<Registry, "snapshot">,
  agentIds: readonly string[],
  own: number,
): Promise<number> {
  const { members } = await registry.snapshot();
  const newest = Math.max(...agentIds.map((agentId) => members.get(agentId)?.incarnation ?? 0));
  return own > newest ? own : newest + 1 + (own % lastDigits);
}
