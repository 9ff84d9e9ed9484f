import assert from "node:assert/strict";
import { test } from "node:test";
import { createConvergenceMonitor } from "./convergence.ts";
import type { Aim } from "./order.ts";

const periodNs = 1e9;
const sync = { kind: "sync", periodNs } as const;
const second = 1e9;

/** Feeds `seconds` of a swarm of three whose members fire `spreadNs` apart and are `apart` cycles from each other. */
function observe(
  monitor: ReturnType<typeof createConvergenceMonitor>,
  fromNs: number,
  seconds: number,
  { spreadNs = 1e6, apart = [0, 0, 0], slope = 1 } = {},
): number {
  for (let tick = 0; tick < seconds * 10; tick++) {
    const atNs = fromNs + tick * 1e8;
    monitor.cycles(
      atNs,
      apart.map((cycles) => atNs / (periodNs * slope) + cycles),
    );
  }
  const firstBeat = Math.round(fromNs / periodNs);
  for (let beat = 0; beat < seconds; beat++)
    for (const index of [0, 1, 2]) {
      const firedNs = fromNs + beat * periodNs * slope + (index * spreadNs) / 2;
      monitor.beat({ agentId: `a${index}`, goalVersion: 1, beat: firstBeat + beat, firedNs });
    }
  return fromNs + seconds * second;
}

test("R3: a swarm in step for a whole window has converged since the window's start", () => {
  const monitor = createConvergenceMonitor(0, sync);
  const now = observe(monitor, 0, 5);
  const reading = monitor.read(now);
  assert.equal(reading.converged, true);
  assert.equal(reading.convergedSinceNs, 0);
  assert.ok((reading.coherence ?? 0) > 0.999);
});

test("R3: before the window is full nothing has converged", () => {
  const monitor = createConvergenceMonitor(0, sync);
  assert.equal(monitor.read(observe(monitor, 0, 4)).converged, false);
});

test("R3: one incoherent sample, a wide spread or a wrong cadence is not convergence", () => {
  const cases = [{ apart: [0, 0.3, 0.6] }, { spreadNs: 30e6 }, { slope: 1.001 }];
  for (const fault of cases) {
    const monitor = createConvergenceMonitor(0, sync);
    const now = observe(monitor, 0, 6, fault);
    assert.equal(monitor.read(now).converged, false, JSON.stringify(fault));
  }
});

test("R3: a restart begins the window anew", () => {
  const monitor = createConvergenceMonitor(0, sync);
  const now = observe(monitor, 0, 5);
  monitor.restart(now, sync);
  assert.equal(monitor.read(now).converged, false);
  const later = observe(monitor, now, 5);
  assert.equal(monitor.read(later).converged, true);
  assert.equal(monitor.read(later).convergedSinceNs, now);
});

test("a cadence 100 ppm off is measured as such", () => {
  const monitor = createConvergenceMonitor(0, sync);
  const now = observe(monitor, 0, 5, { slope: 1.0001 });
  assert.ok(Math.abs((monitor.read(now).cadenceErrorPpm ?? 0) - 100) < 1);
});

test("what was not measured is unknown", () => {
  const reading = createConvergenceMonitor(0, sync).read(0);
  assert.equal(reading.coherence, undefined);
  assert.equal(reading.cadenceErrorPpm, undefined);
  assert.equal(reading.spreadMs.p50, undefined);
});

test("R3: every goal converges by its own order, and not by another's", () => {
  const even = [0, 1, 2, 3, 4, 5].map((rank) => rank / 6);
  const pairs = [0, 0, 0, 0.5, 0.5, 0.5];
  const lopsided = [0, 0, 0, 0, 0, 0.5];
  const half = [-1 / 6, 1 / 6];
  const cases: [Omit<Aim, "periodNs">, number[], boolean][] = [
    [{ kind: "spread" }, even, true],
    [{ kind: "spread" }, pairs, false],
    [{ kind: "cluster", groups: 2 }, pairs, true],
    [{ kind: "cluster", groups: 2 }, lopsided, false],
    [{ kind: "cluster", groups: 3 }, pairs, false],
    [{ kind: "cluster", groups: 3 }, even.map((cycles) => cycles * 2), true],
    [{ kind: "coherence", coherence: 0.5 }, half, true],
    [{ kind: "coherence", coherence: 0.3 }, half, false],
    [{ kind: "sync" }, half, false],
  ];
  for (const [aim, apart, expected] of cases) {
    const monitor = createConvergenceMonitor(0, { ...aim, periodNs });
    const now = observe(monitor, 0, 6, { apart });
    assert.equal(monitor.read(now).converged, expected, JSON.stringify([aim, apart]));
  }
});

test("R3: outside sync the spread is measured against each agent's slot", () => {
  for (const [offsets, expected] of [
    [[0, 0.25e9, 0.5e9], true],
    [[0, 0.25e9, 0.45e9], false],
  ] as const) {
    const monitor = createConvergenceMonitor(0, { kind: "coherence", coherence: 0.5, periodNs });
    for (let tick = 0; tick < 60; tick++) monitor.cycles(tick * 1e8, [tick / 10 - 1 / 6, tick / 10 + 1 / 6]);
    for (let beat = 0; beat < 6; beat++)
      for (const [index, firedAt] of [0, 0.25e9, 0.5e9].entries()) {
        const report = { agentId: `a${index}`, goalVersion: 1, beat, firedNs: beat * periodNs + firedAt };
        monitor.beat({ ...report, offsetNs: offsets[index] ?? 0 });
      }
    assert.equal(monitor.read(6 * second).converged, expected);
  }
});

test("slots that move are no change of cadence", () => {
  const monitor = createConvergenceMonitor(0, { kind: "spread", periodNs });
  for (let tick = 0; tick < 60; tick++) {
    const slot = tick < 30 ? 0.1 : 0.4;
    monitor.cycles(tick * 1e8, [tick / 10 - slot, tick / 10 - slot - 0.5], [tick / 10, tick / 10]);
  }
  assert.ok(Math.abs(monitor.read(6 * second).cadenceErrorPpm ?? NaN) < 1e-3);
});

test("after a disturbance the floor and the time to recover are recorded", () => {
  const monitor = createConvergenceMonitor(0, sync);
  observe(monitor, 0, 6);
  monitor.read(6 * second);
  monitor.restart(6 * second, sync);
  observe(monitor, 6 * second, 1, { apart: [0, 0.15, 0.3] });
  observe(monitor, 7 * second, 1, { apart: [0, 0.33, 0.66] });
  observe(monitor, 8 * second, 6);
  const [first, later] = monitor.read(14 * second).recoveries;
  assert.ok(first?.heldSinceNs === 0 && first.worst !== undefined && first.worst > 0.99);
  assert.equal(later?.disturbedNs, 6 * second);
  assert.ok((later.worst ?? 1) < 0.3, `the floor is ${later.worst}`);
  assert.equal(later.heldSinceNs, 8 * second);
  assert.ok((later.convergedSinceNs ?? 0) >= 8 * second);
});

test("disturbances that follow each other before it is over are one, another goal is another, and a lull afterwards is none", () => {
  const monitor = createConvergenceMonitor(0, sync);
  observe(monitor, 0, 6);
  monitor.read(6 * second);
  for (const at of [6, 7, 8]) {
    monitor.restart(at * second, sync);
    observe(monitor, at * second, 1, { apart: [0, 0.1 * (at - 5), 0.2 * (at - 5)] });
  }
  observe(monitor, 9 * second, 6);
  assert.equal(monitor.read(15 * second).recoveries.length, 2);
  observe(monitor, 15 * second, 1, { apart: [0, 0.33, 0.66] });
  const { converged, recoveries } = monitor.read(16 * second);
  assert.equal(converged, false);
  assert.equal(recoveries[1]?.disturbedNs, 6 * second);
  assert.ok((recoveries[1].convergedSinceNs ?? 0) >= 9 * second, "it was over, whatever came then");
  monitor.restart(16 * second, sync);
  monitor.restart(17 * second, { kind: "spread", periodNs });
  monitor.postpone(19 * second, { kind: "spread", periodNs });
  assert.deepEqual(
    monitor.read(19 * second).recoveries.map(({ disturbedNs }) => disturbedNs / second),
    [0, 6, 16, 19],
  );
});
