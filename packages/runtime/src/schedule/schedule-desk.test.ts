import assert from "node:assert/strict";
import { test } from "node:test";
import type { EntrainError } from "@entrain/kernel";
import { everyTimes } from "@entrain/core/schedule";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { desksIn } from "./desks-in.ts";
import type { RunHandler, ScheduledRun } from "./job-options.ts";
import type { ScheduleDesk } from "./schedule-desk.ts";

const minuteMs = 60_000;
const minutely = everyTimes(minuteMs);
const virtualDesks = (size: number) => desksIn(createVirtualTime(), size);

test("of five agents one runs each fire time, within milliseconds, and few of the others ask", async () => {
  const { time, desks, lab, end } = virtualDesks(5);
  const runs: ScheduledRun[] = [];
  for (const desk of desks) {
    desk.once("report", minutely, { periodMs: minuteMs }, (run) => runs.push(run));
    desk.start();
  }
  await time.advance(10 * minuteMs + 5_000);
  assert.equal(runs.length, 10);
  assert.equal(new Set(runs.map(({ fireTime }) => fireTime)).size, 10);
  assert.ok(
    runs.every(({ lateMs }) => lateMs >= 0 && lateMs < 10),
    JSON.stringify(runs.map(({ lateMs }) => lateMs)),
  );
  const tokens = runs.map(({ token }) => token);
  assert.deepEqual(
    tokens,
    [...new Set(tokens)].sort((a, b) => a - b),
  );
  assert.ok(lab.state.claims <= 10 * 6, `${lab.state.claims} claims`);
  await end();
});

test("a job that one of fifty agents has is run at each of its fire times, whatever the others' ranks", async () => {
  const { time, desks, members, lab, ofKind, end } = virtualDesks(1);
  members.ids = Array.from({ length: 50 }, (_, index) => `agent-${index}`);
  const runs: ScheduledRun[] = [];
  desks[0]!.once("poll", everyTimes(5_000), { periodMs: 5_000 }, (run) => runs.push(run));
  desks[0]!.start();
  await time.advance(5 * minuteMs + 1_000);
  assert.deepEqual([runs.length, ofKind("run.missed"), lab.history().length], [60, [], 60]);
  const latest = Math.max(...runs.map(({ lateMs }) => lateMs));
  assert.ok(latest <= 260, `${latest} ms late, of a grace of 500`);
  await end();
});

test("a holder that cannot renew has been told before another begins (L4)", async () => {
  const { time, desks, lab, end } = virtualDesks(2);
  const log: string[] = [];
  for (const [index, desk] of desks.entries()) {
    const handler: RunHandler = async ({ signal, attempt }) => {
      log.push(`${index} begins attempt ${attempt}`);
      await new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => resolve());
        if (attempt === 2) resolve();
      });
      log.push(`${index} ends attempt ${attempt}`);
    };
    desk.once("report", minutely, {}, handler);
    desk.start();
  }
  await time.advance(minuteMs + 1_000);
  assert.equal(log.length, 1);
  const first = log[0]![0]!;
  lab.state.cutOff.add(`agent-${first}`);
  await time.advance(20_000);
  assert.deepEqual(log.slice(0, 2), [`${first} begins attempt 1`, `${first} ends attempt 1`]);
  assert.match(log[2] ?? "", /begins attempt 2/);
  const outcomes = lab.history().map((entry) => (entry.kind === "run" ? entry.outcome : entry.kind));
  assert.deepEqual(outcomes, ["lost", "completed"]);
  await end();
});

for (const [missed, expected] of [
  ["skip", { runs: [], missed: 3 }],
  ["run-once", { runs: [3], missed: 2 }],
] as const)
  test(`runs of the time without the store are recorded as missed, under the policy ${missed}`, async () => {
    const { time, desks, lab, ofKind, end } = virtualDesks(3);
    const startMs = time.clock.unixMs();
    const runs: number[] = [];
    for (const desk of desks) {
      desk.once("report", minutely, { missed, graceMs: 10_000 }, ({ fireTime }) =>
        runs.push((fireTime - startMs) / minuteMs),
      );
      desk.start();
    }
    await time.advance(1_000);
    lab.state.away = true;
    await time.advance(3 * minuteMs + 20_000);
    lab.state.away = false;
    await time.advance(20_000);
    assert.deepEqual(runs, expected.runs);
    const told = ofKind("run.missed");
    assert.deepEqual(
      told.map(({ count }) => count),
      [expected.missed],
    );
    assert.equal(lab.history().filter(({ kind }) => kind === "missed").length, 1);
    assert.ok(ofKind("job.stalled").length <= 3, "each agent says once that it cannot go on");
    await time.advance(minuteMs);
    assert.equal(runs.at(-1), 4, "and it goes on");
    await end();
  });

test("a run that throws has failed with its message, one that takes too long as well, and the next one is run", async () => {
  const { time, desks, lab, end } = virtualDesks(1);
  let signal: AbortSignal | undefined;
  let calls = 0;
  const handler: RunHandler = (run) => {
    calls += 1;
    if (calls === 1) throw new Error("no disk");
    if (calls > 2) return undefined;
    signal = run.signal;
    return new Promise((resolve) => {
      time.timers.after(50_000, () => resolve(undefined));
    });
  };
  desks[0]!.once("report", minutely, { timeoutMs: 5_000 }, handler);
  desks[0]!.start();
  await time.advance(3 * minuteMs + 1_000);
  const ends = lab.history().map((entry) => (entry.kind === "run" ? [entry.outcome, entry.message] : []));
  assert.deepEqual(ends, [
    ["failed", "no disk"],
    ["failed", "the run was not done within 5000 ms"],
    ["completed", ""],
  ]);
  assert.equal((signal?.reason as EntrainError).code, "deadline-exceeded");
  await end();
});

test("an agent that stops hands its run on at once, as no further attempt", async () => {
  const { time, desks, lab, end } = virtualDesks(2);
  const begun: [index: number, attempt: number][] = [];
  for (const [index, desk] of desks.entries()) {
    desk.once("report", minutely, {}, ({ attempt }) => {
      begun.push([index, attempt]);
      return begun.length === 1 ? new Promise(() => undefined) : undefined;
    });
    desk.start();
  }
  await time.advance(minuteMs + 500);
  const holder = begun[0]![0];
  await time.until(desks[holder]!.stop(200));
  await time.advance(5_000);
  assert.deepEqual(begun, [
    [holder, 1],
    [1 - holder, 1],
  ]);
  const outcomes = lab.history().map((entry) => (entry.kind === "run" ? entry.outcome : entry.kind));
  assert.deepEqual(outcomes, ["released", "completed"]);
  await end();
});

test("a job that stops keeps its name until its run has ended, so that no run is made twice at once", async () => {
  const { time, desks, end } = virtualDesks(1);
  const [desk] = desks as [ScheduleDesk];
  const log: string[] = [];
  const finish = Promise.withResolvers<undefined>();
  const old = desk.once("billing", minutely, {}, async () => {
    log.push("old begins");
    await finish.promise;
    log.push("old ends");
  });
  const again = () => desk.once("billing", minutely, {}, () => log.push("new begins"));
  desk.start();
  await time.advance(minuteMs + 500);
  const stopped = old.stop({ drainMs: 30_000 });
  assert.throws(again, { code: "already-exists", message: /await its stop/ });
  await time.advance(10_000);
  assert.throws(again, { code: "already-exists" });
  assert.deepEqual(log, ["old begins"]);
  finish.resolve(undefined);
  await time.until(stopped);
  again();
  await time.advance(minuteMs);
  assert.deepEqual(log, ["old begins", "old ends", "new begins"]);
  await end();
});

test("the desk's stop waits for a job that was told to stop before, and cuts its run when its own time is over", async () => {
  const { time, desks, lab, end } = virtualDesks(1);
  const [desk] = desks as [ScheduleDesk];
  const runs: ScheduledRun[] = [];
  const job = desk.once("billing", minutely, {}, (run) => {
    runs.push(run);
    return new Promise(() => undefined);
  });
  desk.start();
  await time.advance(minuteMs + 500);
  void job.stop({ drainMs: 30_000 });
  const aborted = () => runs.map(({ signal }) => signal.aborted);
  assert.deepEqual(aborted(), [false]);
  await time.until(desk.stop(200));
  assert.deepEqual(aborted(), [true]);
  assert.deepEqual(
    lab.history().map((entry) => entry.kind === "run" && entry.outcome),
    ["released"],
  );
  await end();
});

test("a store that has lost a completed run is told of it, and nobody runs it again (S1)", async () => {
  const { time, desks, lab, end } = virtualDesks(3);
  const runs: number[] = [];
  for (const desk of desks) {
    desk.once("report", minutely, {}, ({ fireTime }) => runs.push(fireTime));
    desk.start();
  }
  await time.advance(minuteMs + 2_000);
  assert.equal(runs.length, 1);
  lab.forget(runs[0]! - minuteMs);
  await time.advance(30_000);
  assert.equal(runs.length, 1);
  await time.advance(30_000);
  assert.equal(runs.length, 2);
  await end();
});

test("an agent whose definition is not the one in force stands by and says so once", async () => {
  const { time, desks, ofKind, end } = virtualDesks(2);
  const runs: string[] = [];
  desks[0]!.once("report", minutely, {}, () => runs.push("old"));
  desks[0]!.start();
  await time.advance(1_000);
  desks[1]!.once("report", everyTimes(30_000), {}, () => runs.push("new"));
  desks[1]!.start();
  await time.advance(2 * minuteMs);
  assert.deepEqual(runs, ["new", "new", "new", "new"]);
  assert.deepEqual(
    ofKind("job.stalled").map(({ agentId, code }) => [agentId, code]),
    [["agent-0", "already-exists"]],
  );
  await end();
});
