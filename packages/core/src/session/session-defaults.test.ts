import assert from "node:assert/strict";
import { test } from "node:test";
import { patternsByName } from "./patterns/index.ts";
import { sessionDefaults } from "./session-defaults.ts";
import { sessionSpec } from "./session-spec.ts";
import { stepTask } from "./session-tasks.ts";

const options = { patterns: patternsByName(), checkExpression: () => undefined };
const configuration = {
  timeouts: { session: 60_000, step: 700, upstream: 5 },
  retries: { step: { attemptsMax: 7 } },
  coordination: { iterationsMax: 4 },
};

test("what a session does not say is as the shared document has it", () => {
  const defaults = sessionDefaults({ configuration });
  const spec = sessionSpec({ pattern: { capability: "work" } }, "s", { ...options, defaults });
  assert.deepEqual([spec.timeoutMs, spec.iterationsMax], [60_000, 4]);
  const step = { path: "p", step: { capability: "work" }, input: null, agentId: null, merges: false, undoes: false };
  const task = stepTask(spec, step, undefined);
  assert.deepEqual([task.timeoutMs, task.triesMax], [700, 7]);
  const own = stepTask(spec, { ...step, step: { capability: "work", timeoutMs: 9, triesMax: 1 } }, undefined);
  assert.deepEqual([own.timeoutMs, own.triesMax], [9, 1]);
});

test("what it says itself stands", () => {
  const wish = { pattern: { capability: "work" }, timeoutMs: 500, iterationsMax: 2 };
  const spec = sessionSpec(wish, "s", { ...options, defaults: sessionDefaults({ configuration }) });
  assert.deepEqual([spec.timeoutMs, spec.iterationsMax], [500, 2]);
});

test("without a word in the document, or with one that no session could have, the documented defaults count", () => {
  for (const document of [
    {},
    { configuration: 1 },
    { configuration: { timeouts: { session: 1, step: 0.5 }, retries: { step: { attemptsMax: 0 } }, coordination: [] } },
  ]) {
    const defaults = sessionDefaults(document);
    assert.deepEqual(defaults, {});
    const spec = sessionSpec({ pattern: { capability: "work" } }, "s", { ...options, defaults });
    assert.deepEqual([spec.timeoutMs, spec.iterationsMax, spec.defaults], [300_000, 1, undefined]);
  }
});
