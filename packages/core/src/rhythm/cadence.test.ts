import assert from "node:assert/strict";
import { test } from "node:test";
import type { BeatReport } from "./beat-spread.ts";
import { cadenceErrorPpm } from "./cadence.ts";

const periodNs = 1e9;

/** Two agents, the second 2 ms behind the first, for six beats of an exact period. */
const reports: BeatReport[] = [0, 1, 2, 3, 4, 5].flatMap((beat) =>
  [0, 2e6].map((behindNs, index) => ({
    agentId: `a${index}`,
    goalVersion: 1,
    beat,
    firedNs: beat * periodNs + behindNs,
  })),
);

test("an exact swarm has no error, whatever its spread", () => {
  assert.ok(Math.abs(cadenceErrorPpm(reports, periodNs)?.errorPpm ?? 1) < 1e-6);
});

test("beats that are only half reported at the window's edges do not tilt the line", () => {
  const cut = reports.slice(1, -1);
  const cadence = cadenceErrorPpm(cut, periodNs);
  assert.ok(Math.abs(cadence?.errorPpm ?? 1e9) < 1e-6, `${cadence?.errorPpm} ppm`);
});

test("fewer than three beats say nothing", () => {
  assert.equal(cadenceErrorPpm(reports.slice(0, 4), periodNs), undefined);
  assert.equal(cadenceErrorPpm([], periodNs), undefined);
});
