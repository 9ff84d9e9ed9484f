import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "@entrain/kernel";
import { probersQuorum, type MemberRecord, type MembershipView, type ProbeResult } from "@entrain/core/membership";
import type { MemberReport, RuntimeEvent, SuspectLife } from "@entrain/ports";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { FailureDetector } from "./failure-detector.ts";

const names = ["a", "b", "c", "d", "e"];

function memberOf(agentId: string, given: Partial<MemberRecord> = {}): MemberRecord {
  const place = { processId: `p-${agentId}`, host: "h", pid: 1, address: `127.0.0.1:${agentId}`, opsUrl: "" };
  return { agentId, incarnation: 1, state: "alive", health: 1, joinedAtMs: 0, changedAtMs: 0, ...place, ...given };
}

function viewOf(version: number, given: Readonly<Record<string, Partial<MemberRecord>>> = {}): MembershipView {
  return { version, members: new Map(names.map((name) => [name, memberOf(name, given[name])])) };
}

/** The detector of `p-a` in virtual time. `answers` says how each other process takes a probe, and when. */
function openDetector(answers: (processId: string, through: string | undefined) => [ProbeResult, number]) {
  const time = createVirtualTime();
  const reports: MemberReport[] = [];
  const refuted: SuspectLife[] = [];
  const events: RuntimeEvent[] = [];
  const kept: string[][] = [];
  let isStoreUp = true;
  const answer = async (processId: string, through: string | undefined, timeoutMs: number) => {
    const [result, afterMs] = answers(processId, through);
    await time.sleep(result === "silent" ? timeoutMs + afterMs : Math.min(afterMs, timeoutMs));
    return result === "late" ? ("silent" as const) : result;
  };
  const detector = new FailureDetector({
    store: {
      async report(report) {
        await time.sleep(1);
        if (!isStoreUp) throw new Error("the store is away");
        reports.push(report);
        return 0;
      },
      async refute(life) {
        await time.sleep(1);
        if (!isStoreUp) throw new Error("the store is away");
        refuted.push(life);
        return true;
      },
    },
    probe: {
      ask: ({ processId }, timeoutMs) => answer(processId, undefined, timeoutMs),
      askThrough: (helper, { processId }, timeoutMs) => answer(processId, helper.processId, timeoutMs),
      keepOnly: (processes) => kept.push(processes.map(({ processId }) => processId)),
    },
    clock: time.clock,
    timers: time.timers,
    events: (event) => events.push(event),
    random: createRandom("detector"),
    processId: "p-a",
    agentId: "a",
    incarnation: 1,
    loopDelayMs: () => 0,
  });
  detector.setView(viewOf(1));
  const setStore = (up: boolean): void => {
    isStoreUp = up;
  };
  return { time, detector, reports, refuted, events, kept, setStore };
}

const well = (): [ProbeResult, number] => ["answered", 2];
const allButB = (processId: string): [ProbeResult, number] => (processId === "p-b" ? ["silent", 0] : well());

test("a process that is silent to all is suspected, then voted dead again and again; the others are left alone", async () => {
  const { time, detector, reports } = openDetector(allButB);
  await time.advance(5_000);
  assert.deepEqual(
    reports.slice(0, 3).map(({ vote }) => vote),
    ["suspect", "dead", "dead"],
  );
  for (const report of reports) {
    assert.deepEqual(
      report.members.map(({ agentId, incarnation, refutations }) => [agentId, incarnation, refutations]),
      [["b", 1, 0]],
    );
    assert.deepEqual([report.reporter, report.needed], [{ agentId: "a", incarnation: 1 }, probersQuorum(4)]);
  }
  assert.deepEqual(detector.suspected(), ["p-b"]);
  detector.stop();
});

test("one that others reach is not suspected, however silent it is to this process", async () => {
  const { time, detector, reports, events } = openDetector((processId, through) =>
    processId === "p-b" && through === undefined ? ["silent", 0] : well(),
  );
  await time.advance(5_000);
  assert.deepEqual(reports, []);
  assert.ok(events.some((event) => event.kind === "member.probed" && event.through === "others"));
  detector.stop();
});

test("frames are answers: whoever is heard is probed once for being reached, and not again", async () => {
  const { time, detector, events } = openDetector(well);
  for (let at = 0; at < 30; at++) {
    for (const name of names) detector.heard(`p-${name}`);
    await time.advance(100);
  }
  const probed = events.map((event) => (event.kind === "member.probed" ? event.processId : event.kind));
  assert.deepEqual(probed, ["p-b", "p-c", "p-d", "p-e"]);
  detector.stop();
});

test("a broken stream to a process that was reached and refuses connections now is a vote within moments", async () => {
  let isGone = false;
  const { time, detector, reports } = openDetector((processId) =>
    isGone && processId === "p-b" ? ["refused", 1] : well(),
  );
  await time.advance(150);
  isGone = true;
  detector.doubt("p-b");
  await time.advance(5);
  assert.deepEqual(
    reports.map(({ vote }) => vote),
    ["refused"],
  );
  detector.stop();
});

test("a life is reached once it has answered a probe, also one that nobody watches, and stays so until it refutes or is forgotten", async () => {
  let isGone = false;
  const { time, detector } = openDetector((processId) =>
    isGone ? ["refused", 1] : [processId === "p-b" ? "refused" : "answered", 1],
  );
  const reach = (processId: string): Promise<boolean> => time.until(detector.reach(processId, 200));
  assert.deepEqual(await Promise.all(["p-b", "nobody"].map(reach)), [false, false]);
  await time.advance(150);
  isGone = true;
  assert.deepEqual([await reach("p-b"), await reach("p-c"), await reach("p-d")], [false, true, true]);
  detector.setView(viewOf(2, { c: { state: "dead" } }));
  assert.equal(await reach("p-c"), true, "it was reached before it died");
  detector.setView(viewOf(3, { d: { refutations: 1 } }));
  await time.advance(1);
  assert.equal(await reach("p-d"), false, "another life to all reports");
  const { version, members } = viewOf(4);
  detector.setView({ version, members: new Map([...members].filter(([agentId]) => agentId !== "c")) });
  detector.setView(viewOf(5));
  assert.equal(await reach("p-c"), false, "forgotten");
  detector.stop();
});

test("a process that refused from the beginning is only suspected, however often its streams break", async () => {
  const { time, detector, reports } = openDetector((processId) => (processId === "p-b" ? ["refused", 1] : well()));
  for (let refutations = 1; refutations <= 6; refutations++) {
    detector.heard("p-b");
    detector.doubt("p-b");
    await time.advance(100);
    detector.setView(viewOf(refutations + 1, { b: { refutations } }));
    await time.advance(2 ** refutations * 1_000);
  }
  assert.ok(reports.length > 0);
  assert.ok(reports.every(({ vote }) => vote !== "refused"));
  detector.stop();
});

test("a silence that the prober's own delay explains accuses nobody", async () => {
  const { time, detector, reports } = openDetector((processId) => (processId === "p-b" ? ["silent", 1_000] : well()));
  await time.advance(20_000);
  assert.deepEqual(reports, []);
  detector.stop();
});

test("a suspicion of its own agent is refuted by the next higher number, one of another's makes it look at once", async () => {
  const { time, detector, refuted, events } = openDetector(well);
  detector.setView(viewOf(2, { a: { suspect: true, refutations: 4 }, c: { suspect: true, refutations: 0 } }));
  await time.advance(5);
  assert.deepEqual(refuted, [{ agentId: "a", incarnation: 1, refutations: 5 }]);
  assert.deepEqual(
    events.map((event) => (event.kind === "member.probed" ? event.processId : event.kind)),
    ["suspicion.refuted", "p-c"],
  );
  detector.stop();
});

test("a refutation that did not get through is said again while the suspicion stands, and no longer", async () => {
  const { time, detector, refuted, setStore } = openDetector(well);
  setStore(false);
  detector.setView(viewOf(2, { a: { suspect: true } }));
  await time.advance(3_000);
  setStore(true);
  await time.advance(1_200);
  assert.ok(refuted.length >= 1);
  const said = refuted.length;
  detector.setView(viewOf(3, { a: { refutations: 1 } }));
  await time.advance(5_000);
  assert.equal(refuted.length, said);
  detector.stop();
});

test("M1: while the store is away the probing goes on, and what it found is told once it is back", async () => {
  const { time, detector, reports, events, setStore } = openDetector(allButB);
  setStore(false);
  await time.advance(5_000);
  assert.deepEqual([reports, detector.suspected()], [[], ["p-b"]]);
  const probes = events.length;
  setStore(true);
  await time.advance(1_000);
  assert.ok(events.length > probes);
  assert.ok(reports.some(({ vote }) => vote === "dead"));
  detector.stop();
});

test("whoever is gone from the view is dropped, and a stopped detector leaves no timer and no connection", async () => {
  const { time, detector, reports, kept } = openDetector(allButB);
  await time.advance(1_150);
  assert.equal(reports.length, 1);
  detector.setView(viewOf(2, { b: { state: "dead" } }));
  await time.advance(5_000);
  assert.equal(reports.length, 1);
  assert.deepEqual(kept.at(-1)?.includes("p-b"), false);
  detector.stop();
  await time.advance(5_000);
  assert.equal(time.pendingTimers(), 0);
  assert.deepEqual(kept.at(-1), []);
});

test("others are probed on behalf of a third process, where they are members", async () => {
  const { time, detector } = openDetector(well);
  assert.equal(await time.until(detector.probeFor("p-b", 100)), "answered");
  assert.equal(await time.until(detector.probeFor("p-stranger", 100)), "silent");
  detector.stop();
  assert.equal(await time.until(detector.probeFor("p-b", 100)), "silent", "no probe once it is stopped");
});
