import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { energyAt, fullEnergy, pay } from "./energy.ts";

const budget = { capacity: 10, recoveryPerS: 2 };

test("R2: whatever is asked, the store never falls under nothing and never fills over its capacity", () => {
  const ask = fc.record({
    afterNs: fc.integer({ min: 0, max: 3e9 }),
    moveCycles: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
    perUpdate: fc.double({ min: 0, max: 20, noNaN: true }),
    perRad: fc.double({ min: 0, max: 20, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(ask), (asks) => {
      let nowNs = 0;
      let energy = fullEnergy(budget, nowNs);
      for (const { afterNs, moveCycles, ...price } of asks) {
        nowNs += afterNs;
        const before = energyAt(energy, nowNs);
        const paid = pay(energy, nowNs, price, moveCycles);
        const after = energyAt(paid.energy, nowNs);
        const spent =
          Math.abs(paid.moveCycles) * 2 * Math.PI * price.perRad + (paid.moveCycles === 0 ? 0 : price.perUpdate);
        assert.ok(after >= 0 && after <= budget.capacity);
        assert.ok(spent <= before + 1e-9, `spent ${spent} of ${before}`);
        assert.ok(Math.abs(paid.moveCycles) <= Math.abs(moveCycles) && paid.moveCycles * moveCycles >= 0);
        energy = paid.energy;
      }
    }),
  );
});

test("a move that cannot be paid in full goes as far as the energy reaches, and says so", () => {
  const price = { perUpdate: 1, perRad: 18 };
  const paid = pay(fullEnergy(budget, 0), 0, price, 0.25);
  assert.equal(paid.short, true);
  assert.ok(Math.abs(paid.moveCycles * 2 * Math.PI - 0.5) < 1e-12);
  assert.equal(energyAt(paid.energy, 0), 0);
});

test("energy comes back at its rate, up to the capacity", () => {
  const { energy } = pay(fullEnergy(budget, 0), 0, { perUpdate: 10, perRad: 0 }, 0);
  assert.deepEqual(
    [0, 1e9, 4e9, 9e9].map((nowNs) => energyAt(energy, nowNs)),
    [0, 2, 8, 10],
  );
});
