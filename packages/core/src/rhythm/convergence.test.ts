import assert from "node:assert/strict";
import { test } from "node:test";
import { createConvergenceMonitor } from "./convergence.ts";

const periodNs = 1e9;
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
  const monitor = createConvergenceMonitor(0, periodNs);
  const now = observe(monitor, 0, 5);
  const reading = monitor.read(now);
  assert.equal(reading.converged, true);
  assert.equal(reading.convergedSinceNs, 0);
  assert.ok((reading.coherence ?? 0) > 0.999);
});

test("R3: before the window is full nothing has converged", () => {
  const monitor = createConvergenceMonitor(0, periodNs);
  assert.equal(monitor.read(observe(monitor, 0, 4)).converged, false);
});

test("R3: one incoherent sample, a wide spread or a wrong cadence is not convergence", () => {
  const cases = [{ apart: [0, 0.3, 0.6] }, { spreadNs: 30e6 }, { slope: 1.001 }];
  for (const fault of cases) {
    const monitor = createConvergenceMonitor(0, periodNs);
    const now = observe(monitor, 0, 6, fault);
    assert.equal(monitor.read(now).converged, false, JSON.stringify(fault));
  }
});

test("R3: a restart begins the window anew", () => {
  const monitor = createConvergenceMonitor(0, periodNs);
  const now = observe(monitor, 0, 5);
  monitor.restart(now, periodNs);
  assert.equal(monitor.read(now).converged, false);
  const later = observe(monitor, now, 5);
  assert.equal(monitor.read(later).converged, true);
  assert.equal(monitor.read(later).convergedSinceNs, now);
});

test("a cadence 100 ppm off is measured as such", () => {
  const monitor = createConvergenceMonitor(0, periodNs);
  const now = observe(monitor, 0, 5, { slope: 1.0001 });
  assert.ok(Math.abs((monitor.read(now).cadenceErrorPpm ?? 0) - 100) < 1);
});

test("what was not measured is unknown", () => {
  const reading = createConvergenceMonitor(0, periodNs).read(0);
  assert.equal(reading.coherence, undefined);
  assert.equal(reading.cadenceErrorPpm, undefined);
  assert.equal(reading.spreadMs.p50, undefined);
});
