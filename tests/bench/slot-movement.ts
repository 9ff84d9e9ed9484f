/** How far members that stay move when others leave: the plan alone, without time, beside places by rank of the id. */
import { createRandom } from "@entrain/kernel";
import { createSlotPlan, quantile, wrapCycles } from "@entrain/core/rhythm";
import { distribution, type Figure } from "./figure.ts";

const seeds = 5;

/** Where each of the members stands, cycles. */
type Places = (agentIds: readonly string[]) => ReadonlyMap<string, number>;

const planned: Places = (agentIds) => {
  const members = agentIds.map((agentId) => ({ agentId }));
  const plan = createSlotPlan({ membershipVersion: 1, effectiveBeat: 0, members });
  return new Map(
    agentIds.map((agentId) => {
      const { rank = 0, size = 1, turnCycles = 0 } = plan.placeOf(agentId) ?? {};
      return [agentId, turnCycles + rank / size];
    }),
  );
};
const byRankOfId: Places = (agentIds) =>
  new Map(agentIds.toSorted().map((agentId, rank) => [agentId, rank / agentIds.length]));

/** The mean movement of a survivor after 30 % have left at once, per cent of a period. */
export function* slotMovement(suite: string, say: (line: string) => void): Generator<Figure> {
  for (const agents of [10, 50, 200, 1_000, 5_000]) {
    say(`movement of slots, ${agents} agents`);
    const movements = (places: Places): number[] =>
      Array.from({ length: seeds }, (_, seed) => meanMovement(places, agents, `movement-${seed}`));
    const peer = { name: "places by rank of the id", p50: quantile(movements(byRankOfId), 0.5) ?? Number.NaN };
    const name = "spread: mean movement of a survivor when 30 % leave at once";
    const conditions = `${agents} agents, ${seeds} seeds, the plan alone; a slot is ${100 / agents} % wide`;
    yield distribution({ suite, name, conditions, unit: "% of T" }, movements(planned), peer);
  }
}

function meanMovement(places: Places, agents: number, seed: string): number {
  const random = createRandom(seed);
  const before = Array.from({ length: agents }, (_, index) => `agent-${seed}-${index}`);
  const going = new Set<string>();
  while (going.size < Math.round(0.3 * agents)) going.add(before[random.int(agents)] ?? "");
  const survivors = before.filter((agentId) => !going.has(agentId));
  const [from, to] = [places(before), places(survivors)];
  const moved = survivors.map((agentId) => Math.abs(wrapCycles((to.get(agentId) ?? 0) - (from.get(agentId) ?? 0))));
  return (100 * moved.reduce((sum, movement) => sum + movement, 0)) / survivors.length;
}
