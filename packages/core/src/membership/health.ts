/**
 * Health scores, 0 (useless) to 1 (well). Host load is reported beside the score but never lowers it under 0.5 on its
 * own: a busy machine is no reason to put a whole swarm into safe mode. Errors, a failing reasoner and missing members
 * are.
 */

/** What one agent knows of itself. */
export interface HealthSignals {
  /** Share of its recent operations that failed, 0..1. */
  readonly errorRate: number;
  /** Share of its recent reasonings that failed or came late, 0..1. */
  readonly reasonerFailureRate: number;
  /** p99 of the event loop's delay, ms. */
  readonly loopDelayMs: number;
  /** One-minute load average per core. */
  readonly loadPerCore: number;
}

/** Loop delay and load at which an agent counts as fully strained. */
const strainedLoopDelayMs = 500;
const strainedLoadPerCore = 8;
/** The most that strain can take from a score. */
const strainWeight = 0.4;

/** One agent's score from its own signals. */
export function agentHealth(signals: HealthSignals): number {
  const strain = Math.max(
    share(signals.loopDelayMs, strainedLoopDelayMs),
    share(signals.loadPerCore, strainedLoadPerCore),
  );
  const soundness = (1 - clamp(signals.errorRate)) * (1 - clamp(signals.reasonerFailureRate));
  return soundness * (1 - strainWeight * strain);
}

/**
 * The swarm's score: the mean over everybody who should be there, where a missing member counts 0. Undefined for an
 * empty swarm.
 */
export function swarmHealth(aliveScores: readonly number[], missing: number): number | undefined {
  const expected = aliveScores.length + missing;
  if (expected === 0) return undefined;
  return aliveScores.reduce((sum, score) => sum + clamp(score), 0) / expected;
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function share(value: number, full: number): number {
  return clamp(value / full);
}
