import assert from "node:assert/strict";
import { test } from "node:test";
import { globalContextOf, normalFingerprint, type Verdict } from "@entrain/core/decision";
import type { Reasoner } from "@entrain/ports";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { askReasoner } from "./ask-reasoner.ts";
import { hotPolicy, hotReading } from "./oracle-world.ts";

const verdict: Verdict = { type: "ANOMALY_RESPONSE", action: "throttle", confidence: 1, reasoning: "hot" };
const policyBasis = { contextVersion: 1, policyHash: "" };
const ages = { nowMs: 0, maxAgeMs: 100, healthMaxAgeMs: 5_000 };
const facts = { timed: undefined, ...ages, leads: false, assignedRole: null, ...policyBasis, votersMin: 2 };
const question = {
  reading: hotReading,
  fingerprint: normalFingerprint(hotReading),
  rule: undefined,
  context: globalContextOf(facts),
  policy: hotPolicy,
};

/** Asks on a clock that the reasoner itself can move on, as one does that blocks the process. */
async function askBlocking(blocksMs: number, untilMs: number) {
  const time = createVirtualTime();
  let blockedMs = 0;
  const clock = { ...time.clock, monoMs: () => time.clock.monoMs() + blockedMs };
  const reasoner: Reasoner = {
    name: "busy",
    reason() {
      blockedMs += blocksMs;
      return verdict;
    },
  };
  const stop = new AbortController().signal;
  return askReasoner({ reasoner, question, untilMs, stop, clock, timers: time.timers });
}

test("a reasoner that blocks the process beyond its share is late, although no timer could say so", async () => {
  assert.deepEqual(await askBlocking(900, 800), { kind: "failed", cause: "late", message: "no answer after 900 ms" });
});

test("a reasoner that answers at once is heard even where its share was spent before it was asked", async () => {
  assert.deepEqual(await askBlocking(0.1, -500), { kind: "verdict", verdict });
});

test("no timer is left behind by an answer", async () => {
  const time = createVirtualTime();
  const reasoner: Reasoner = { name: "quick", reason: () => verdict };
  const { clock, timers } = time;
  await askReasoner({ reasoner, question, untilMs: 800, stop: new AbortController().signal, clock, timers });
  assert.equal(time.pendingTimers(), 0);
});
