/** What one of the core's strategies sees, for tests that hold a kernel against it. */
import { firstGoal, type Sighting, type StrategyView } from "@entrain/core/rhythm";

/** An agent at the count 0 whose neighbours are so many cycles ahead. */
export function viewOf(errorsCycles: readonly number[]): StrategyView {
  const neighbours = errorsCycles.map((errorCycles, index): Sighting => {
    const agentId = `a${index}`;
    return { agentId, voterId: agentId, errorCycles, beatAheadCycles: errorCycles, influence: 1 };
  });
  return {
    agentId: "me",
    goal: firstGoal({ kind: "sync", periodMs: 200 }, 0),
    nowNs: 0,
    elapsedNs: 40e6,
    cycle: 0,
    offsetCycles: 0,
    place: undefined,
    planHolds: true,
    neighbours,
    wallCycle: 0,
    round: 0,
    joining: false,
    energyShare: 1,
    memory: [],
  };
}
