import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { createHistoryRecorder, readHistory } from "./history-log.ts";

let folder: string;
before(() => {
  folder = mkdtempSync(path.join(tmpdir(), "history-"));
});
after(() => {
  rmSync(folder, { recursive: true });
});

test("calls and answers are read back in order; what has no answer stays open, what had no effect is left out", async () => {
  const file = path.join(folder, "a.jsonl");
  const recorder = createHistoryRecorder<string, string>(file);
  await recorder.record("one", async () => 1, String);
  await recorder.record(
    "two",
    async () => 2,
    () => "nothing",
  );
  const fails = async (): Promise<never> => Promise.reject(new Error("lost"));
  await assert.rejects(recorder.record("three", fails, String), /lost/);
  await assert.rejects(
    recorder.record("four", fails, String, () => "refused"),
    /lost/,
  );
  assert.equal(
    recorder.note(
      () => 5,
      (five) => ["five", `${five}`],
    ),
    5,
  );
  recorder.note(
    () => 6,
    () => undefined,
  );
  recorder.close();
  appendFileSync(file, '{"id":9,"call":"half a li');
  const operations = readHistory<string, string>(file, "a");
  assert.deepEqual(
    operations.map(({ process, input, output }) => [process, input, output]),
    [
      ["a", "one", "1"],
      ["a", "three", undefined],
      ["a", "four", "refused"],
      ["a", "five", "5"],
    ],
  );
  assert.deepEqual(
    operations.map(({ returnedNs }) => returnedNs === Infinity),
    [false, true, false, false],
  );
  assert.ok(operations.every(({ calledNs, returnedNs }) => calledNs <= returnedNs));
});
