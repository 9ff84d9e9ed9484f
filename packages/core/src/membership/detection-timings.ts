/**
 * How long a prober waits before it thinks ill of another. Whoever is slow itself hears answers late, so its own
 * event-loop delay stretches all of its patience (Lifeguard, Dadgar et al. 2018), up to eight times as there. Suspicions last
 * longer in larger swarms, as in SWIM (Das et al. 2002): the word of one has to reach the suspect before they end.
 */

/** All in ms. */
export interface DetectionTimings {
  /** Silence after which a neighbour is probed. */
  readonly probeAfterMs: number;
  /** How long a probe may take. */
  readonly probeTimeoutMs: number;
  /** How long a probe through others may take: theirs, and the way to them and back. */
  readonly indirectTimeoutMs: number;
  /** How long a suspect has to refute before it is voted dead, the last look included, and the pause between two such votes. */
  readonly suspicionMs: number;
  /** How long a vote counts: votes of probers with less patience wait for those of the others. */
  readonly voteValidMs: number;
}

/** Longer than the pause between two frames of a swarm that holds (rhythm/message-budget.ts): it is not probed at all. */
const probeAfterMs = 550;
const probeTimeoutMs = 200;
const indirectTimeoutMs = 250;
const suspicionMs = 300;
const voteValidMs = 2_000;
/** Own loop delay that doubles the patience, ms: a quarter of a probe's time is spent waiting for oneself. */
const delayGrainMs = 50;
/** Lifeguard's largest local health multiplier. */
const patienceMax = 8;

/**
 * The patience of a process.
 * @param loopDelayMs p99 of its own event loop's delay of late, ms
 * @param processes in the swarm, itself included
 */
export function detectionTimings({
  loopDelayMs,
  processes,
}: {
  readonly loopDelayMs: number;
  readonly processes: number;
}): DetectionTimings {
  const patience = Math.min(patienceMax, 1 + Math.max(0, loopDelayMs) / delayGrainMs);
  return {
    probeAfterMs: probeAfterMs * patience,
    probeTimeoutMs: probeTimeoutMs * patience,
    indirectTimeoutMs: indirectTimeoutMs * patience,
    voteValidMs: voteValidMs * patience,
    suspicionMs: suspicionMs * patience * Math.max(1, Math.log10(Math.max(1, processes))),
  };
}

/** True where a probe's silence tells more of the prober than of the other: its own timer came this much too late. */
export function isProbeLate(tookMs: number, timeoutMs: number): boolean {
  return tookMs > timeoutMs + Math.max(delayGrainMs, timeoutMs / 4);
}

/**
 * Votes that it takes to bury a suspect: more than half of its probers that are not suspect themselves, and at least two.
 * Those who wrongly count others out gain nothing by it: whoever lives and reaches the store refutes.
 */
export function probersQuorum(trustedProbers: number): number {
  return Math.max(2, Math.floor(trustedProbers / 2) + 1);
}
