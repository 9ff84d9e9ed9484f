import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { listLines, readSessionFile, sessionLines } from "./session.ts";

const view = {
  sessionId: "s-1",
  description: "count words",
  pattern: "pipeline",
  state: "failed",
  score: null,
  cause: "stage 1: no luck",
  createdAt: 1_700_000_000_000,
  changedAt: 1_700_000_000_250,
};

test("sessions are listed one to a line, and one is shown with its criteria, its steps and its cause", () => {
  const [, line] = listLines([view]);
  assert.match(line!, /2023-11-14T22:13:20.000Z +s-1 +pipeline +failed +- +count words/);
  assert.deepEqual(listLines([]), ["no session yet"]);
  const steps = [{ path: "1/0", capability: "count", state: "failed", agentId: "a", cause: "no luck" }];
  const budget = { budgetId: "pool", state: "held", held: { tokens: 100 }, consumed: { tokens: 12 } };
  const parts = [{ name: "big", weight: 2, met: false }];
  const text = sessionLines({ ...view, result: null, budget, parts, steps }).join("\n");
  assert.match(text, /budget +pool \(held\), 12 of 100 tokens consumed/);
  assert.match(text, /state +failed: stage 1: no luck/);
  assert.match(text, /big +weight 2 +not met/);
  assert.match(text, /1\/0 +count +failed +a +no luck/);
  assert.match(text, /for +250 ms/);
});

test("a session is read from YAML or JSON; what is wrong in the file is said with its place", (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "entrain-session-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(path.join(folder, name), text);
    return path.join(folder, name);
  };
  const yaml = file("a.yaml", "pattern: { capability: count }\ninput: from the file\n");
  assert.deepEqual(readSessionFile(yaml, undefined), { pattern: { capability: "count" }, input: "from the file" });
  assert.deepEqual(readSessionFile(yaml, `{"n":1}`), { pattern: { capability: "count" }, input: { n: 1 } });
  const json = file("a.json", `{"pattern":{"capability":"count"}}`);
  assert.deepEqual(readSessionFile(json, undefined), { pattern: { capability: "count" } });
  assert.throws(
    () => readSessionFile(file("b.yaml", "pattern: {\n"), undefined),
    /it is no YAML: .* at line 2, column 1/,
  );
  const cyclic = file("d.yaml", "pattern: &a\n  pattern: pipeline\n  stages: [*a]\n");
  assert.throws(() => readSessionFile(cyclic, undefined), /pattern\.stages\.0 is "a part that contains itself": break/);
  assert.throws(() => readSessionFile(file("c.yaml", "- a\n"), undefined), /write an object/);
  assert.throws(() => readSessionFile(yaml, "word"), /--input is "word": write JSON/);
  assert.throws(() => readSessionFile(path.join(folder, "none"), undefined), /it cannot be read/);
});
