/**
 * For swarms in which up to 30 % may lie. One vote for each certificate; of the voters a fresh sample each round where
 * they are many, so that no agent stays surrounded; of the sample the shorth, which a minority cannot move out of the
 * majority's arc; and a clamp on the step, so that what a liar wins in one round is little. Influence counts for nothing.
 *
 * Half is enough to stay in step, not to come into it: liars that tell each of two camps what it likes to hear give both
 * a majority. So an agent counts itself settled only where more than two thirds lie together, which two camps cannot
 * both have, and until then moves towards the shortest arc of two thirds.
 */
import { compareIds, hash32 } from "@entrain/kernel";
import { medianOf } from "../order-parameter.ts";
import { circularShorth, shortestArc, wrapCycles } from "../phase-arithmetic.ts";
import type { Proposal, Sighting, Strategy, StrategyView } from "../strategy.ts";

/** Voters heard per round. */
const sampleSize = 64;
const gain = 0.5;
/** Largest step of one update, cycles. */
const clampCycles = 0.05;
/** Votes in an arc of this width lie together, cycles. */
const togetherCycles = 0.1;

/** Resampled peers, shorth, clamped step; remembers whether it is settled. */
export const robust: Strategy = {
  name: "robust",
  serves: ["sync", "spread", "cluster", "coherence"],
  entry: "number",
  price: { perUpdate: 0.2, perRad: 2 },
  propose(view) {
    const votes = sampleOf(view);
    if (view.joining) return { moveCycles: circularShorth(votes)?.meanCycles ?? 0 };
    // One's own place is a vote: it breaks ties towards staying.
    return towardsTheMany([...votes, 0], view.memory[0] === 1);
  },
};

function towardsTheMany(votes: readonly number[], wasSettled: boolean): Proposal {
  const half = circularShorth(votes);
  const most = shortestArc(votes, Math.floor((2 * votes.length) / 3) + 1) ?? half;
  if (half === undefined || most === undefined) return { moveCycles: 0 };
  const settled = (wasSettled ? half : most).widthCycles <= togetherCycles;
  const error = (settled ? half : most).meanCycles;
  const moveCycles = Math.min(clampCycles, Math.max(-clampCycles, gain * error));
  return { moveCycles, memory: [settled ? 1 : 0] };
}

/** The reference errors of this round's voters: for a voter with several agents the median of theirs. */
function sampleOf({ agentId, round, neighbours }: StrategyView): number[] {
  const voters = new Map<string, Sighting[]>();
  for (const sighting of neighbours) {
    const known = voters.get(sighting.voterId);
    if (known === undefined) voters.set(sighting.voterId, [sighting]);
    else known.push(sighting);
  }
  const drawn =
    voters.size <= sampleSize
      ? [...voters.values()]
      : [...voters]
          .map(([id, sightings]) => ({ id, sightings, lot: hash32(`${agentId}>${id}`, round) }))
          .sort((a, b) => a.lot - b.lot || compareIds(a.id, b.id))
          .slice(0, sampleSize)
          .map(({ sightings }) => sightings);
  return drawn.map((sightings) => medianAround(sightings.map(({ errorCycles }) => wrapCycles(errorCycles))));
}

/** The median of angles that lie together, taken around the first of them so that no cut of the circle splits them. */
function medianAround(cycles: readonly number[]): number {
  const [first = 0] = cycles;
  return first + (medianOf(cycles.map((angle) => wrapCycles(angle - first))) ?? 0);
}
