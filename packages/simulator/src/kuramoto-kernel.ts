/**
 * Many agents fast: rounds of the core's phase-nudge over a fixed overlay without delay, as plain arrays. It exists to look
 * at sizes that the discrete-event simulation cannot reach; a property test holds it equal to the step in core/rhythm.
 *
 * Memory per agent: 8 B phase, 8 B rate, 16 B sine and cosine, 4 B per neighbour: 112 B at 20 neighbours.
 */
import { EntrainError } from "@entrain/kernel";

const turn = 2 * Math.PI;

/** A swarm of oscillators. */
export interface KuramotoKernel {
  /** Phases in [0, 2π), rad; live. */
  readonly phasesRad: Float64Array;
  readonly bytesPerAgent: number;
  /** All agents hear each other's phases of one instant, move, and advance by one round. */
  round(): void;
  /** Order parameter R. */
  coherence(): number;
}

/** What a kernel starts from. */
export interface KernelOptions {
  readonly phasesRad: Float64Array;
  /** By how much each agent advances per round, rad. */
  readonly ratesRad: Float64Array;
  /** `degree` neighbours for each agent, one agent after the other. */
  readonly neighbours: Uint32Array;
  readonly degree: number;
  /** Kuramoto's gain per round, rad (the core's phase-nudge has 0.5). */
  readonly gainRad: number;
}

/** A kernel over copies of the phases. @throws EntrainError `invalid-argument` where the arrays do not fit together. */
export function createKuramotoKernel(options: KernelOptions): KuramotoKernel {
  const { ratesRad, neighbours, degree, gainRad } = options;
  const phasesRad = Float64Array.from(options.phasesRad);
  const count = phasesRad.length;
  if (ratesRad.length !== count) throw EntrainError.invalid("ratesRad.length", ratesRad.length, `give ${count} rates`);
  if (neighbours.length !== count * degree)
    throw EntrainError.invalid(
      "neighbours.length",
      neighbours.length,
      `give ${degree} neighbours for each of ${count}`,
    );
  const stranger = neighbours.find((index) => index >= count);
  if (stranger !== undefined) throw EntrainError.invalid("neighbours", stranger, `name agents from 0 to ${count - 1}`);
  const waves = new Float64Array(2 * count);
  const bytes = phasesRad.byteLength + ratesRad.byteLength + waves.byteLength + neighbours.byteLength;
  return {
    phasesRad,
    bytesPerAgent: count === 0 ? 0 : bytes / count,
    round() {
      fillWaves(phasesRad, waves);
      moveAll(phasesRad, waves, ratesRad, neighbours, degree, gainRad / degree);
    },
    coherence() {
      fillWaves(phasesRad, waves);
      let sine = 0;
      let cosine = 0;
      for (let index = 0; index < waves.length; index += 2) {
        sine += waves[index] ?? 0;
        cosine += waves[index + 1] ?? 0;
      }
      return count === 0 ? 0 : Math.hypot(sine, cosine) / count;
    },
  };
}

/** Sine and cosine of every phase, side by side. */
function fillWaves(phasesRad: Float64Array, waves: Float64Array): void {
  for (let index = 0; index < phasesRad.length; index++) {
    const phase = phasesRad[index] ?? 0;
    waves[2 * index] = Math.sin(phase);
    waves[2 * index + 1] = Math.cos(phase);
  }
}

/** The mean of sin(θj − θi) is (Σ sin θj · cos θi − Σ cos θj · sin θi) / k: two sums, no sine per pair. */
function moveAll(
  phasesRad: Float64Array,
  waves: Float64Array,
  ratesRad: Float64Array,
  neighbours: Uint32Array,
  degree: number,
  gain: number,
): void {
  let edge = 0;
  for (let index = 0; index < phasesRad.length; index++) {
    // Two sums each, for an addition has to wait for the one before it.
    let [sine, cosine, otherSine, otherCosine] = [0, 0, 0, 0];
    const end = edge + degree;
    for (; edge + 1 < end; edge += 2) {
      const wave = (neighbours[edge] ?? 0) << 1;
      const other = (neighbours[edge + 1] ?? 0) << 1;
      sine += waves[wave] ?? 0;
      cosine += waves[wave + 1] ?? 0;
      otherSine += waves[other] ?? 0;
      otherCosine += waves[other + 1] ?? 0;
    }
    if (edge < end) {
      const wave = (neighbours[edge++] ?? 0) << 1;
      sine += waves[wave] ?? 0;
      cosine += waves[wave + 1] ?? 0;
    }
    sine += otherSine;
    cosine += otherCosine;
    const move = gain * (sine * (waves[2 * index + 1] ?? 0) - cosine * (waves[2 * index] ?? 0));
    const next = (phasesRad[index] ?? 0) + (ratesRad[index] ?? 0) + move;
    phasesRad[index] = next >= turn ? next - turn : next < 0 ? next + turn : next;
  }
}
