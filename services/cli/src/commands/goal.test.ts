import assert from "node:assert/strict";
import { test } from "node:test";
import { swarmView } from "../console/view-samples.ts";
import { goalLine, rhythmText } from "./goal.ts";

const record = { goalVersion: 4, kind: "sync", periodMs: 200, anchorUnixMs: 0, effectiveBeat: 42 };

test("a goal is told in one line with what its kind takes", () => {
  assert.equal(goalLine(record), "sync, 200ms, from beat 42 on (goal 4)");
  assert.equal(goalLine({ ...record, kind: "cluster", groups: 3 }), "cluster of 3, 200ms, from beat 42 on (goal 4)");
  const wary = { ...record, kind: "coherence", coherence: 0.6, trust: "untrusted", strategies: ["robust"] };
  assert.equal(goalLine(wary), "coherence 0.6, 200ms, untrusted, by robust, from beat 42 on (goal 4)");
});

test("the goal is shown with how it is held; a swarm without one says so", () => {
  const { rhythm } = swarmView();
  assert.deepEqual(rhythmText(rhythm).split("\n"), [
    "goal           sync, 1s, from beat 0 on (goal 1)",
    "held           yes, 380 ms after the goal took effect",
    "strategy       reference",
    "coherence      0.9999",
    "max-gap ratio  1.98",
    "spread         p50 0.42 ms, p99 12 ms",
    "cadence error  +2 ppm",
    "",
  ]);
  assert.match(rhythmText({ ...rhythm, goal: null, converged: null }), /^goal +none yet\nheld +not yet\n/);
});
