/** Recorded telemetry gives the same incidents and actions each time, for every agent; and the recording is what its maker says. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { compilePolicy } from "@entrain/reasoners";
import { defaultPolicy, type Reading } from "@entrain/core/decision";
import { differencesOf, replayOnce } from "../bench/replay-run.ts";
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
  // A cooldown longer than any replay: how late an agent reads a row says nothing.
  const replay = { file, speed: 0, cooldownMs: 86_400_000, agents: 2 };
  const replays = [await replayOnce(replay), await replayOnce(replay)];
  t.diagnostic(JSON.stringify({ ...replays[0], deeds: replays[0]?.deeds[0]?.length }));
  assert.deepEqual(differencesOf(replays), []);
  assert.ok((replays[0]?.deeds[0]?.length ?? 0) >= 5, "something was decided");
});
