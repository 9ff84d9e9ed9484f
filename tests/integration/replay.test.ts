/** Recorded telemetry gives the same incidents and actions each time, for every agent; and the recording is what its maker says. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { compilePolicy } from "@entrain/reasoners";
import { defaultPolicy, type Reading } from "@entrain/core/decision";
import { differencesOf, incidentsIn, replayOnce, type Deeds, type ReplayOutcome } from "../bench/replay-run.ts";
import { generateTelemetry, telemetryCsv, type TelemetryRow } from "../bench/telemetry-generator.ts";

const wish = { seed: "ci", rows: 3_000, subjects: 5, everyMs: 2_000, dayMs: 600_000, slotMs: 400_000 };
let folder: string;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "entrain-replay-"));
});
after(() => rm(folder, { recursive: true }));

test("the same seed makes the same recording, another seed another", () => {
  assert.deepEqual([...telemetryCsv(wish)], [...telemetryCsv(wish)]);
  assert.notDeepEqual([...telemetryCsv(wish)], [...telemetryCsv({ ...wish, seed: "other" })]);
});

/** The slot and the subject of a row that some rule concerns, and its part of the slot. */
function sickRows(rows: Iterable<TelemetryRow>): { readonly fault: string; readonly part: number }[] {
  const policy = compilePolicy(defaultPolicy);
  let startMs: number | undefined;
  const sick: { fault: string; part: number }[] = [];
  for (const { atMs, ...values } of rows) {
    startMs ??= atMs;
    const known = Object.entries(values).filter(([, value]) => value !== undefined);
    const { rule } = policy.classify(Object.fromEntries(known) as Reading);
    const slots = (atMs - startMs) / wish.slotMs;
    if (rule !== undefined) sick.push({ fault: `${values.subject}/${Math.floor(slots)}`, part: slots % 1 });
  }
  return sick;
}

test("each subject is sick once a slot, in its beginning, and sound for the rest of it", () => {
  const sick = sickRows(generateTelemetry(wish));
  const slots = (wish.rows / wish.subjects) * (wish.everyMs / wish.slotMs);
  assert.equal(new Set(sick.map(({ fault }) => fault)).size, wish.subjects * slots);
  assert.ok(Math.max(...sick.map(({ part }) => part)) < 0.1 + 1 / 12);
});

test("two replays of it through two agents give the same incidents and the same actions", async (t) => {
  const file = path.join(folder, "ci.csv");
  await writeFile(file, telemetryCsv(wish));
  // Each day brings the same again. A cooldown longer than any replay of one: how late an agent reads a row says nothing.
  const days = 2;
  const replay = { file, speed: 0, cooldownMs: 86_400_000, agents: 2, passes: days };
  const replays = [await replayOnce(replay), await replayOnce(replay)];
  const incidents = incidentsIn(replays[0]?.deeds[0] ?? {});
  t.diagnostic(JSON.stringify({ ...replays[0], deeds: incidents }));
  assert.deepEqual(differencesOf(replays), []);
  assert.ok(incidents >= 5 * days, "something was decided");
  const told = new Set(Object.values(replays[0]?.deeds[0] ?? {}).flat());
  for (const deed of told) {
    const [, occurrence = "", ordinal = ""] = /^(.*\/)(\d+) /.exec(deed) ?? assert.fail(deed);
    assert.ok(Number(ordinal) <= days, deed);
    for (let day = 1; day <= days; day++)
      assert.ok(told.has(deed.replace(/^.*\/\d+ /, `${occurrence}${day} `)), `${deed} on day ${day}`);
  }
});

test("acts in another order, one more, or another action are differences, named by subject and place", () => {
  const replay = (deeds: Deeds): ReplayOutcome => ({ deeds: [deeds], acts: 0, safeAlone: 0, tookMs: 0 });
  const first = replay({ "rack-1": ["hot/1 cool", "hot/2 cool"], "rack-2": ["hot/1 cool"] });
  assert.deepEqual(
    differencesOf([first, replay({ "rack-2": ["hot/1 cool"], "rack-1": ["hot/1 cool", "hot/2 cool"] })]),
    [],
  );
  assert.deepEqual(
    differencesOf([first, replay({ "rack-1": ["hot/2 cool", "hot/1 cool"], "rack-2": ["hot/1 stop"] })]),
    [
      "rack-1, act 1: run 1, a0 hot/1 cool, run 2, a0 hot/2 cool",
      "rack-2, act 1: run 1, a0 hot/1 cool, run 2, a0 hot/1 stop",
    ],
  );
  assert.deepEqual(differencesOf([first, replay({ ...first.deeds[0], "rack-3": ["hot/1 cool"] })]), [
    "rack-3, act 1: run 1, a0 none, run 2, a0 hot/1 cool",
  ]);
});
