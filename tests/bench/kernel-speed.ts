/** How fast the simulator's kernels are on one core: rounds of many agents, and pulses event by event. */
import { createRandom } from "@entrain/kernel";
import { quantile } from "@entrain/core/rhythm";
import { createKuramotoKernel, createPulseKernel } from "@entrain/simulator";
import { distribution, type Figure } from "./figure.ts";

/** Agent-updates per second of the kernel, beside the least that a round can do. */
export function* kernelSpeed(suite: string, say: (line: string) => void): Generator<Figure> {
  for (const [agents, rounds] of [
    [5_000, 200],
    [100_000, 10],
  ] as const) {
    say(`kernel, ${agents} agents`);
    const random = createRandom("kernel");
    const degree = 20;
    const phasesRad = Float64Array.from({ length: agents }, () => random.next() * 2 * Math.PI);
    const ratesRad = new Float64Array(agents).fill(1);
    const neighbours = Uint32Array.from({ length: agents * degree }, () => random.int(agents));
    const kernel = createKuramotoKernel({ phasesRad, ratesRad, neighbours, degree, gainRad: 0.5 });
    const perSecond = (round: () => void): number[] =>
      Array.from({ length: 12 }, () => {
        const startedMs = performance.now();
        for (let done = 0; done < rounds; done++) round();
        return (agents * rounds) / ((performance.now() - startedMs) / 1000) / 1e6;
      }).slice(2);
    let read = 0;
    const empty = perSecond(() => {
      read += readAll(phasesRad, neighbours);
    });
    if (Number.isNaN(read)) throw new Error("the empty loop read nothing");
    const peer = { name: "empty loop over the same arrays", p50: quantile(empty, 0.5) ?? Number.NaN };
    const conditions = `${agents} agents, k = 20, one core, ${kernel.bytesPerAgent} B per agent`;
    const speeds = perSecond(() => {
      kernel.round();
    });
    yield distribution({ suite, name: "kernel: agent-updates", conditions, unit: "M/s" }, speeds, peer);
  }
}

/** Events per second of the pulse kernel, in step and before it, beside the least that an event can do. */
export function* pulseSpeed(suite: string, say: (line: string) => void): Generator<Figure> {
  for (const agents of [5_000, 100_000] as const) {
    say(`pulse kernel, ${agents} agents`);
    const random = createRandom("pulses");
    const degree = 20;
    const periodNs = 2e8;
    const listeners = Uint32Array.from({ length: agents * degree }, () => random.int(agents));
    const periodsNs = Float64Array.from({ length: agents }, () => periodNs * (1 + 2e-4 * (random.next() - 0.5)));
    const kernel = createPulseKernel({
      phasesCycles: Float64Array.from({ length: agents }, () => random.next()),
      periodsNs,
      listeners,
      degree,
      amplitude: 0.8,
      delayNs: 1e6,
    });
    // Half a period each: enough events to be timed, and from the first, in disorder, to the last, in step.
    const speeds = Array.from({ length: agents === 5_000 ? 40 : 12 }, () => {
      const startedMs = performance.now();
      const events = kernel.runUntil(kernel.nowNs + periodNs / 2);
      return events / ((performance.now() - startedMs) / 1000) / 1e6;
    });
    let read = 0;
    const empty = Array.from({ length: 12 }, () => {
      const startedMs = performance.now();
      read += readAll(periodsNs, listeners);
      return listeners.length / ((performance.now() - startedMs) / 1000) / 1e6;
    });
    if (Number.isNaN(read)) throw new Error("the empty loop read nothing");
    const peer = { name: "empty loop over the same arrays", p50: quantile(empty.slice(2), 0.5) ?? Number.NaN };
    const conditions = `${agents} agents, k = 20, one core, ${kernel.bytesPerAgent} B per agent, from disorder to R = ${kernel.coherence().toFixed(4)}`;
    yield distribution({ suite, name: "pulse kernel: events", conditions, unit: "M/s" }, speeds.slice(1), peer);
  }
}

/** What neither can do without: one read for each edge, in as many sums as the processor can keep going at once. */
function readAll(phasesRad: Float64Array, neighbours: Uint32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let edge = 0; edge + 3 < neighbours.length; edge += 4) {
    a += phasesRad[neighbours[edge] ?? 0] ?? 0;
    b += phasesRad[neighbours[edge + 1] ?? 0] ?? 0;
    c += phasesRad[neighbours[edge + 2] ?? 0] ?? 0;
    d += phasesRad[neighbours[edge + 3] ?? 0] ?? 0;
  }
  return a + b + c + d;
}
