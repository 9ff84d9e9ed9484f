import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { detectionTimings } from "./detection-timings.ts";
import { stepDetection, trustedAt, type DetectionInput, type DetectionState, type ProbeResult } from "./detection.ts";

const timings = detectionTimings({ loopDelayMs: 0, processes: 5 });

const tick = (nowMs: number): DetectionInput => ({ kind: "tick", nowMs });
const probed = (nowMs: number, result: ProbeResult, through: "self" | "others" = "self"): DetectionInput => ({
  ...{ kind: "probed", nowMs, through, result },
});
const doubted = (nowMs: number): DetectionInput => ({ kind: "doubted", nowMs });
const heard = (nowMs: number): DetectionInput => ({ kind: "heard", nowMs });
const refuted = (nowMs: number, refutations = 1): DetectionInput => ({ kind: "refuted", nowMs, refutations });

/** A life that has answered a probe. */
const reached = stepDetection(trustedAt(0), probed(0, "answered"), timings).state;

/** Runs inputs one after the other; answers the effects of each and the last state. */
function run(inputs: readonly DetectionInput[], from: DetectionState = reached) {
  let state = from;
  const effects = inputs.map((input) => {
    const step = stepDetection(state, input, timings);
    ({ state } = step);
    return step.effects.map((effect) => (effect.kind === "probe" ? `probe ${effect.through}` : effect.vote)).join();
  });
  return { state, effects };
}

test("silence is looked into: by oneself, through others, then suspected, looked at again, and voted dead again and again", () => {
  const { effects, state } = run([
    tick(549),
    tick(550),
    probed(750, "silent"),
    probed(1_000, "silent"),
    tick(1_099),
    tick(1_100),
    probed(1_300, "silent"),
    tick(1_400),
    probed(1_600, "silent"),
  ]);
  assert.deepEqual(effects, [
    "",
    "probe self",
    "probe others",
    "suspect",
    "",
    "probe self",
    "dead",
    "probe self",
    "dead",
  ]);
  assert.equal(state.kind, "suspecting");
});

test("a broken stream is looked into at once, and a refused probe is a vote at once", () => {
  assert.deepEqual(run([{ kind: "doubted", nowMs: 5 }, probed(6, "refused")]).effects, ["probe self", "refused"]);
});

test("who was never reached is silent where it refuses, whatever frames come of it: it is suspected, and may refute", () => {
  const refusals = [
    doubted(10),
    probed(11, "refused"),
    probed(250, "refused", "others"),
    tick(549),
    tick(550),
    probed(551, "refused"),
  ];
  const { effects } = run([heard(5), ...refusals], trustedAt(0));
  assert.deepEqual(effects, ["", "probe self", "probe others", "suspect", "", "probe self", "dead"]);
  const others = run([doubted(1), probed(2, "silent"), probed(3, "answered", "others"), ...refusals], trustedAt(0));
  assert.deepEqual(
    others.effects.slice(3),
    ["probe self", "probe others", "suspect", "", "probe self", "dead"],
    "by others",
  );
});

test("each life is probed once for being reached, and after a while again where it was not", () => {
  const frames = (fromMs: number, toMs: number) =>
    Array.from({ length: (toMs - fromMs) / 500 }, (_, at) => heard(fromMs + at * 500));
  const { effects } = run(
    [tick(0), probed(1, "refused"), ...frames(1, 10_001), tick(9_900), heard(9_999), tick(10_000)],
    trustedAt(0),
  );
  assert.deepEqual([effects[0], effects.at(-1)], ["probe self", "probe self"]);
  assert.equal(effects.filter((effect) => effect !== "").length, 2);
  assert.deepEqual(
    run([tick(0), probed(1, "answered"), ...frames(1, 60_001), tick(60_000)], trustedAt(0)).effects.join(""),
    "probe self",
  );
});

test("a life that has refuted has to be reached anew before its refusals count", () => {
  const refusal = [doubted(100), probed(101, "refused")];
  const { state } = run(refusal);
  assert.deepEqual(run([refuted(200), doubted(5_000), probed(5_001, "refused")], state).effects.at(-1), "probe others");
  const again = [refuted(200), tick(300), probed(301, "answered"), doubted(5_000), probed(5_001, "refused")];
  assert.deepEqual(run(again, state).effects.at(-1), "refused");
});

test("any answer on any path, and any frame, ends a suspicion", () => {
  const suspected = run([tick(550), probed(750, "silent"), probed(1_000, "silent")]).state;
  assert.equal(run([{ kind: "heard", nowMs: 1_050 }], suspected).state.kind, "trusting");
  assert.equal(run([tick(1_100), probed(1_101, "answered")], suspected).state.kind, "trusting");
  assert.equal(run([tick(550), probed(750, "silent"), probed(850, "answered")]).state.kind, "trusting");
  assert.equal(run([tick(550), { kind: "heard", nowMs: 650 }, probed(750, "silent")]).state.kind, "trusting");
});

test("a prober that was held up itself accuses nobody", () => {
  assert.deepEqual(run([tick(550), probed(3_150, "late"), tick(3_699), tick(3_700)]).effects, [
    "probe self",
    "",
    "",
    "probe self",
  ]);
});

test("whoever was refuted is quiet about that life, twice as long each time", () => {
  const accuse = (atMs: number): DetectionInput[] => [
    { kind: "doubted", nowMs: atMs },
    probed(atMs + 200, "silent"),
    probed(atMs + 450, "silent"),
  ];
  for (const [refutations, quietMs] of [
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [20, 60_000],
  ] as const) {
    const refuted: DetectionInput[] = [...accuse(0), { kind: "refuted", nowMs: 500, refutations }];
    assert.equal(run([...refuted, ...accuse(500 + quietMs - 451)]).effects.at(-1), "", `after ${refutations}`);
    assert.equal(run([...refuted, ...accuse(500 + quietMs - 450)]).effects.at(-1), "suspect", `after ${refutations}`);
  }
});

test("a refutation of what others said makes nobody quiet", () => {
  const { effects } = run([refuted(1), tick(2), probed(3, "answered"), doubted(4), probed(5, "refused")]);
  assert.deepEqual(effects, ["", "probe self", "", "probe self", "refused"]);
});

test("whatever happens, nothing is reported that no failed probe stands behind, and an answer clears it", () => {
  const anInput = fc.oneof(
    fc.constant({ kind: "heard" as const }),
    fc.constant({ kind: "doubted" as const }),
    fc.constant({ kind: "tick" as const }),
    fc.record({
      kind: fc.constant("probed" as const),
      through: fc.constantFrom("self" as const, "others" as const),
      result: fc.constantFrom<ProbeResult>("answered", "refused", "silent", "late"),
    }),
    fc.record({ kind: fc.constant("refuted" as const), refutations: fc.integer({ min: 1, max: 5 }) }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(anInput, fc.integer({ min: 0, max: 800 })), { maxLength: 60 }), (run) => {
      let [state, nowMs, isReached] = [trustedAt(0), 0, false];
      for (const [given, pauseMs] of run) {
        nowMs += pauseMs;
        const step = stepDetection(state, { ...given, nowMs }, timings);
        const reports = step.effects.some(({ kind }) => kind === "report");
        if (reports) assert.ok(given.kind === "probed" && (given.result === "refused" || given.result === "silent"));
        const isRefused = step.effects.some((effect) => effect.kind === "report" && effect.vote === "refused");
        if (isRefused) assert.ok(isReached);
        if (given.kind === "probed" && given.through === "self" && given.result === "answered") isReached = true;
        if (given.kind === "refuted") isReached = false;
        if (given.kind === "heard") assert.equal(step.state.kind, "trusting");
        assert.ok(step.effects.length <= 1);
        ({ state } = step);
      }
    }),
  );
});
