/** The event-driven kernel against a plain simulation with the core's own pulse-coupling, and what it leads to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRandom } from "@entrain/kernel";
import { strategyBookWith } from "@entrain/core/rhythm";
import { createPulseKernel, type PulseKernelOptions } from "./pulse-kernel.ts";
import { viewOf } from "./testing/strategy-view.ts";

const pulseCoupling = strategyBookWith().find("pulse-coupling")!;

interface Swarm extends PulseKernelOptions {
  readonly amplitude: 0.8;
}

function swarm(seed: string, count: number, degree: number, delayNs: number, spreadPpm = 1_000): Swarm {
  const random = createRandom(seed);
  return {
    phasesCycles: Float64Array.from({ length: count }, () => random.next()),
    periodsNs: Float64Array.from({ length: count }, () => 2e8 * (1 + spreadPpm * 1e-6 * (random.next() - 0.5))),
    listeners: Uint32Array.from({ length: count * degree }, () => random.int(count)),
    degree,
    amplitude: 0.8,
    delayNs,
  };
}

/** The same swarm as plainly as it can be put: look for what comes next, do it; answers the beats' instants by agent. */
function plainly({ phasesCycles, periodsNs, listeners, degree, delayNs }: Swarm, untilNs: number) {
  const beats = [...phasesCycles].map((phase, agent) => (1 - phase) * periodsNs[agent]!);
  const pulses: { readonly atNs: number; readonly of: number }[] = [];
  let events = 0;
  for (;;) {
    const beatNs = Math.min(...beats);
    const pulse = pulses[0];
    if (Math.min(beatNs, pulse?.atNs ?? Infinity) > untilNs) return { beats, events };
    if (pulse === undefined || beatNs < pulse.atNs) {
      const agent = beats.indexOf(beatNs);
      pulses.push({ atNs: beatNs + delayNs, of: agent });
      beats[agent] = beatNs + periodsNs[agent]!;
      events += 1;
      continue;
    }
    pulses.shift();
    for (const listener of listeners.slice(pulse.of * degree, (pulse.of + 1) * degree)) {
      const phase = 1 - (beats[listener]! - pulse.atNs) / periodsNs[listener]!;
      const { moveCycles } = pulseCoupling.propose(viewOf([delayNs / periodsNs[pulse.of]! - phase]));
      beats[listener] = Math.max(pulse.atNs, beats[listener]! - (moveCycles / degree) * periodsNs[listener]!);
      events += 1;
    }
  }
}

test("beats come when a plain simulation of the core's pulse-coupling says, for any overlay and delay", () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.integer({ min: 1, max: 24 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 0, max: 40_000_000 }),
      (seed, count, degree, delayNs) => {
        const start = swarm(seed, count, degree, delayNs);
        const kernel = createPulseKernel(start);
        // Long enough for moves to build on each other, short enough for rounding to stay rounding.
        const untilNs = 6e8;
        const expected = plainly(start, untilNs);
        assert.equal(kernel.runUntil(untilNs), expected.events);
        for (const [agent, phase] of kernel.phasesCycles().entries()) {
          const expectedPhase = 1 - (expected.beats[agent]! - untilNs) / start.periodsNs[agent]!;
          assert.ok(Math.abs(phase - expectedPhase) < 1e-6, `agent ${agent}: ${phase}, not ${expectedPhase}`);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("a thousand agents come into step and stay there", () => {
  const kernel = createPulseKernel(swarm("step", 1_000, 20, 1e6, 200));
  assert.ok(kernel.coherence() < 0.2);
  kernel.runUntil(6e9);
  assert.ok(kernel.coherence() > 0.99, `R is ${kernel.coherence()}`);
  kernel.runUntil(2e10);
  assert.ok(kernel.coherence() > 0.99, `R is ${kernel.coherence()}`);
  assert.equal(kernel.nowNs, 2e10);
});

test("an agent takes less than 160 B at 20 listeners", () => {
  const { bytesPerAgent } = createPulseKernel(swarm("memory", 1_000, 20, 1e6));
  assert.ok(bytesPerAgent <= 160, `${bytesPerAgent} B`);
});

test("options that do not fit together are refused by name", () => {
  const good = swarm("good", 4, 2, 1e6);
  const cases: readonly [string, Partial<PulseKernelOptions>][] = [
    ["phasesCycles.length", { phasesCycles: new Float64Array(), periodsNs: new Float64Array() }],
    ["periodsNs.length", { periodsNs: new Float64Array(3) }],
    ["listeners.length", { degree: 3 }],
    ["listeners", { listeners: Uint32Array.from([0, 1, 2, 3, 4, 0, 1, 2]) }],
    ["amplitude", { amplitude: 0 }],
    ["periodsNs", { periodsNs: new Float64Array(4) }],
    ["delayNs", { delayNs: 6e7 }],
  ];
  for (const [field, wrong] of cases)
    assert.throws(() => createPulseKernel({ ...good, ...wrong }), { code: "invalid-argument", field });
});
