import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRandom } from "@entrain/kernel";
import { coherence, strategyBookWith } from "@entrain/core/rhythm";
import { createKuramotoKernel } from "./kuramoto-kernel.ts";
import { viewOf } from "./testing/strategy-view.ts";

const turn = 2 * Math.PI;
const nudge = strategyBookWith().find("phase-nudge")!;

function swarm(seed: string, count: number, degree: number) {
  const random = createRandom(seed);
  const phasesRad = Float64Array.from({ length: count }, () => random.next() * turn);
  const ratesRad = Float64Array.from({ length: count }, () => 1 + random.next() * 1e-3);
  const neighbours = Uint32Array.from({ length: count * degree }, () => random.int(count));
  return { phasesRad, ratesRad, neighbours, degree, gainRad: 0.5 };
}

test("a round of the kernel moves every agent as the core's phase-nudge does", () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.integer({ min: 2, max: 30 }),
      fc.integer({ min: 1, max: 20 }),
      (seed, count, degree) => {
        const start = swarm(seed, count, degree);
        const kernel = createKuramotoKernel(start);
        kernel.round();
        for (const [index, own] of start.phasesRad.entries()) {
          const heard = [...start.neighbours.slice(index * degree, (index + 1) * degree)].map(
            (at) => start.phasesRad[at] ?? 0,
          );
          const moved =
            own +
            (start.ratesRad[index] ?? 0) +
            nudge.propose(viewOf(heard.map((phase) => (phase - own) / turn))).moveCycles * turn;
          const apart = Math.abs(Math.sin((moved - (kernel.phasesRad[index] ?? 0)) / 2));
          assert.ok(apart < 1e-9, `agent ${index} is ${apart} off`);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("five thousand agents come into step, in no more than 160 bytes each", () => {
  const kernel = createKuramotoKernel(swarm("many", 5_000, 20));
  assert.ok(kernel.coherence() < 0.1);
  for (let round = 0; round < 120; round++) kernel.round();
  assert.ok(kernel.coherence() > 0.99);
  assert.ok(Math.abs(kernel.coherence() - (coherence([...kernel.phasesRad]) ?? 0)) < 1e-9);
  assert.ok(kernel.bytesPerAgent <= 160);
});

test("arrays that do not fit together are refused", () => {
  const good = swarm("odd", 4, 2);
  assert.throws(() => createKuramotoKernel({ ...good, ratesRad: new Float64Array(3) }), /ratesRad/);
  assert.throws(() => createKuramotoKernel({ ...good, neighbours: new Uint32Array(7) }), /neighbours/);
  assert.throws(
    () => createKuramotoKernel({ ...good, neighbours: Uint32Array.from({ length: 8 }, () => 4) }),
    /neighbours/,
  );
});
