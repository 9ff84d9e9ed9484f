import assert from "node:assert/strict";
import { test } from "node:test";
import type { Leadership } from "@entrain/core/election";
import { EntrainError } from "@entrain/kernel";
import type { RuntimeEvent, SuccessionAnswer } from "@entrain/ports";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { Succession } from "./succession.ts";

const counted: SuccessionAnswer = { kind: "counted", reports: 1, needed: 2 };
const held: Leadership = { agentId: "me", incarnation: 1, term: 8, generation: 1 };

/** A voter whose probes are refused, over a store that answers these, one after the other, the last again and again. */
function voterOver(...answers: (SuccessionAnswer | Error)[]) {
  const time = createVirtualTime();
  const events: RuntimeEvent[] = [];
  const seen = { reports: 0, probes: 0, refused: true, reached: true, reaches: 0, granted: [] as Leadership[] };
  let hint: (term: number) => void = () => undefined;
  const succession = new Succession({
    ...{ clock: time.clock, timers: time.timers, leaseMs: 800, agentId: "me", incarnation: 1, highestTerm: () => 7 },
    events: (event) => events.push(event),
    store: {
      report() {
        const answer = answers[Math.min(seen.reports, answers.length - 1)] ?? counted;
        seen.reports += 1;
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
      watch(onReport) {
        hint = onReport;
        return () => (hint = () => undefined);
      },
    },
    reach() {
      seen.reaches += 1;
      return Promise.resolve(seen.reached);
    },
    isRefused() {
      seen.probes += 1;
      return Promise.resolve(seen.refused);
    },
    onGranted: (leadership) => seen.granted.push(leadership),
  });
  return { time, events, seen, succession, report: (term: number) => hint(term) };
}

test("L5: another's report makes it look, and a refused probe makes it report until it takes over", async () => {
  const { time, events, seen, succession, report } = voterOver(counted, new EntrainError("store-unavailable", "away"), {
    kind: "granted",
    held,
  });
  succession.leaderIs({ leaderId: "a", term: 7 });
  succession.start();
  report(6);
  await time.advance(1);
  assert.equal(seen.probes, 0, "an earlier term");
  report(7);
  await time.advance(1);
  assert.deepEqual([seen.probes, seen.reports], [1, 1]);
  await time.advance(250);
  assert.deepEqual(seen.granted, [held]);
  assert.deepEqual(
    events.map((event) => event.kind === "leader.reported" && event.succeeded),
    [false, true],
  );
});

test("a leader that answers again is trusted again, and one that is oneself is not suspected", async () => {
  const { time, seen, succession } = voterOver(counted);
  succession.start();
  succession.suspectLeader();
  succession.leaderIs({ leaderId: "me", term: 6 });
  succession.suspectLeader();
  await time.advance(1);
  assert.equal(seen.probes, 0);
  succession.leaderIs({ leaderId: "a", term: 7 });
  succession.suspectLeader();
  await time.advance(1);
  seen.refused = false;
  await time.advance(1_000);
  assert.deepEqual([seen.probes, seen.reports], [2, 1]);
});

test("it gives up when the lease must be over, and says nothing once it has stopped", async () => {
  const { time, seen, succession, report } = voterOver(counted);
  succession.leaderIs({ leaderId: "a", term: 7 });
  succession.start();
  succession.suspectLeader();
  await time.advance(10_000);
  assert.ok(seen.reports >= 7 && seen.reports <= 9, `${seen.reports} reports`);
  assert.equal(time.pendingTimers(), 0);
  report(7);
  await time.advance(1);
  const { reports } = seen;
  succession.stop();
  report(7);
  succession.suspectLeader();
  await time.advance(10_000);
  assert.equal(seen.reports, reports);
  assert.equal(time.pendingTimers(), 0);
});

test("a leader that nobody can dial is not reported, although it refuses: it was never reached", async () => {
  const { time, seen, succession, report } = voterOver(counted);
  seen.reached = false;
  succession.start();
  succession.leaderIs({ leaderId: "a", term: 7 });
  for (let broken = 0; broken < 10; broken += 1) {
    succession.suspectLeader();
    report(7);
    await time.advance(700);
  }
  assert.equal(seen.reports, 0);
  assert.ok(seen.reaches >= 8, "it is reached for again and again");

  seen.reached = true;
  await time.advance(1_000);
  assert.equal(time.pendingTimers(), 0, "reached once is enough");
  const { reaches } = seen;
  await time.advance(10_000);
  assert.equal(seen.reaches, reaches);
  succession.suspectLeader();
  await time.advance(1);
  assert.equal(seen.reports, 1);
  succession.stop();
});

test("each leader is reached for anew, and none by whoever has stopped", async () => {
  const { time, seen, succession } = voterOver(counted);
  succession.leaderIs({ leaderId: "a", term: 7 });
  await time.advance(1);
  assert.equal(seen.reaches, 0, "before the start");
  succession.start();
  await time.advance(1);
  assert.equal(seen.reaches, 1);
  seen.reached = false;
  succession.leaderIs({ leaderId: "b", term: 8 });
  succession.leaderIs({ leaderId: "b", term: 8 });
  await time.advance(1);
  assert.equal(seen.reaches, 2);
  succession.leaderIs({ leaderId: "me", term: 9 });
  assert.equal(time.pendingTimers(), 0);
  succession.leaderIs({ leaderId: "c", term: 10 });
  await time.advance(1);
  succession.stop();
  assert.equal(time.pendingTimers(), 0);
  await time.advance(10_000);
  assert.equal(seen.reaches, 3);
});
