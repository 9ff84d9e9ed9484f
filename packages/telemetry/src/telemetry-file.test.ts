import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { Clock, Timers } from "@entrain/ports";
import { replayTelemetryFile, type MalformedLine, type TelemetryFileOptions } from "./telemetry-file.ts";

/** A clock that jumps to each timer's instant as soon as it is set. */
function virtualTime() {
  let nowMs = 5_000;
  const delays: number[] = [];
  const clock: Clock = { monoNs: () => nowMs * 1e6, monoMs: () => nowMs, unixMs: () => 1_700_000_000_000 + nowMs };
  const timers: Timers = {
    after(delayMs, callback) {
      delays.push(delayMs);
      queueMicrotask(() => {
        nowMs += delayMs;
        callback();
      });
      return () => undefined;
    },
  };
  return { clock, timers, delays, now: () => nowMs };
}

async function fileWith(t: TestContext, content: string | Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "entrain-telemetry-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "telemetry");
  await writeFile(path, content);
  return path;
}

async function replayed(path: string, given: Partial<TelemetryFileOptions> = {}) {
  const time = virtualTime();
  const malformed: MalformedLine[] = [];
  const lines: { line: number; atMs: number; deliveredMs: number; reading: unknown }[] = [];
  const options = { ...time, onMalformed: (bad: MalformedLine) => malformed.push(bad), ...given };
  for await (const { line, atMs, reading } of replayTelemetryFile(path, options))
    lines.push({ line, atMs, reading, deliveredMs: time.now() - 5_000 });
  return { lines, malformed, delays: time.delays };
}

const recorded = "timestamp,temperature\n1700000000,20\n1700000001.5,21\n1700000010,22\n";

test("lines come at the pace of their recording, or faster, or at once", async (t) => {
  const path = await fileWith(t, recorded);
  const delivered = async (speed: number) => (await replayed(path, { speed })).lines.map((line) => line.deliveredMs);
  assert.deepEqual(await delivered(1), [0, 1_500, 10_000]);
  assert.deepEqual(await delivered(10), [0, 150, 1_000]);
  assert.deepEqual(await delivered(0), [0, 0, 0]);
  const { lines } = await replayed(path);
  assert.deepEqual(lines[1], {
    line: 3,
    atMs: 1_700_000_001_500,
    deliveredMs: 1_500,
    reading: { temperature: 21 },
  });
});

test("without instants, lines are evenly spaced from now on", async (t) => {
  const path = await fileWith(t, '{"temperature":20}\n\n{"temperature":21}\n{"temperature":22}');
  const { lines } = await replayed(path, { everyMs: 200 });
  assert.deepEqual(
    lines.map(({ line, deliveredMs, atMs }) => [line, deliveredMs, atMs - 1_700_000_005_000]),
    [
      [1, 0, 0],
      [3, 200, 200],
      [4, 400, 400],
    ],
  );
});

test("an instant that goes back is due at once, a gap of months is waited out in pieces", async (t) => {
  const path = await fileWith(t, "ts,temperature\n100,1\n50,2\n7776100,3\n");
  const { lines, delays } = await replayed(path);
  assert.deepEqual(
    lines.map(({ deliveredMs }) => deliveredMs),
    [0, 0, 7_776_000_000],
  );
  assert.ok(delays.length >= 4 && Math.max(...delays) <= 2_147_483_647);
});

test("malformed lines are told with number and field and stop nothing", async (t) => {
  const path = await fileWith(
    t,
    `timestamp,temperature,power\n1,hot,5\n2,20,5\n3,NaN,5\n,20,5\n5,20\n6,${"9".repeat(70_000)},5\n7,21,\n`,
  );
  const { lines, malformed } = await replayed(path, { speed: 0 });
  assert.deepEqual(
    lines.map(({ line, reading }) => [line, reading]),
    [
      [3, { temperature: 20, power: 5 }],
      [8, { temperature: 21 }],
    ],
  );
  assert.deepEqual(
    malformed.map(({ line, field }) => [line, field]),
    [
      [2, "temperature"],
      [4, "temperature"],
      [5, "timestamp"],
      [6, "power"],
      [7, "line"],
    ],
  );
  assert.equal(
    malformed[1]?.message,
    'line 4: temperature is "NaN": give a finite number, or leave the cell empty',
    "one sentence",
  );
});

test("in NDJSON a line without the instant that others have is malformed", async (t) => {
  const path = await fileWith(t, '{"ts":1,"temperature":20}\n{"temperature":21}\n{"ts":2,"temperature":22}\n');
  const { lines, malformed } = await replayed(path);
  assert.deepEqual(
    lines.map(({ line }) => line),
    [1, 3],
  );
  assert.deepEqual(
    malformed.map(({ line, field }) => [line, field]),
    [[2, "timestamp"]],
  );
});

test("a file with no good line is an error that names the file and the first fault", async (t) => {
  const path = await fileWith(t, "temperature\nhot\ncold\n");
  await assert.rejects(replayed(path, { field: "ENTRAIN_TELEMETRY" }), (thrown: Error & { field?: string }) => {
    assert.equal(thrown.field, "ENTRAIN_TELEMETRY");
    assert.match(thrown.message, /not one good line: line 2: temperature is "hot"/);
    return true;
  });
  for (const content of ["", "\n\n", "temperature\n"])
    await assert.rejects(replayed(await fileWith(t, content)), /holds no reading/);
});

test("a file that cannot be read, or has a wrong header, is an invalid-config error", async (t) => {
  await assert.rejects(replayed("/does/not/exist"), { code: "invalid-config", message: /ENOENT/ });
  await assert.rejects(replayed(tmpdir()), { code: "invalid-config", message: /it is a folder, pipe or device/ });
  const pipe = `${await fileWith(t, "")}.pipe`;
  execFileSync("mkfifo", [pipe]);
  await assert.rejects(replayed(pipe), { code: "invalid-config", message: /pipe/ });
  const wrongHeader = await fileWith(t, "20,21\n");
  await assert.rejects(replayed(wrongHeader), { code: "invalid-config", message: /line 1: column 1 is "20"/ });
  const tooLong = await fileWith(t, "x".repeat(100_000));
  await assert.rejects(replayed(tooLong), { code: "invalid-config", message: /line 1 is longer than 65536 bytes/ });
  const path = await fileWith(t, recorded);
  await assert.rejects(replayed(path, { speed: -1 }), { code: "invalid-argument", field: "speed" });
});

test("a signal ends a long wait without an error", async (t) => {
  const path = await fileWith(t, "ts,temperature\n0,1\n1000000,2\n");
  const controller = new AbortController();
  const { clock } = virtualTime();
  let calledOff = 0;
  const never: Timers = { after: () => () => (calledOff += 1) };
  const options = { clock, timers: never, signal: controller.signal };
  const lines: number[] = [];
  for await (const { line } of replayTelemetryFile(path, options)) {
    lines.push(line);
    setImmediate(() => {
      controller.abort();
    });
  }
  assert.deepEqual(lines, [2]);
  assert.equal(calledOff, 1, "the timer is called off");
});

test("a consumer that stops early closes the file; one that is slow holds up the reading", async (t) => {
  const rows = 50_000;
  const path = await fileWith(t, `temperature\n${"20\n".repeat(rows)}`);
  let seen = 0;
  let turns = 0;
  const tick = setInterval(() => (turns += 1), 1);
  t.after(() => {
    clearInterval(tick);
  });
  for await (const _ of replayTelemetryFile(path, { ...virtualTime(), speed: 0 })) if (++seen === 20_000) break;
  assert.equal(seen, 20_000);
  assert.ok(turns > 5, `the event loop turned ${turns} times meanwhile`);
});
