import assert from "node:assert/strict";
import { test } from "node:test";
import { executionLimits, nextExecution, runningSessions, tellsOfSessions, type SessionRun } from "./execution.ts";

const run = (more: Partial<SessionRun> = {}): SessionRun => ({
  ...{ pattern: "pipeline", state: "executing", by: "c", createdAtMs: 1, changedAtMs: 2, score: null, cause: "" },
  agents: ["a"],
  ...more,
});
const notes = (entries: Readonly<Record<string, SessionRun | null>>) => new Map(Object.entries(entries));

test("a session that runs has its run, its team, and its agents know of it; one that has ended has its run alone", () => {
  const both = nextExecution(undefined, notes({ s: run(), t: run({ agents: ["a", "b"] }) }));
  assert.deepEqual(both["teams"], {
    s: { kind: "session", agents: ["a"] },
    t: { kind: "session", agents: ["a", "b"] },
  });
  assert.deepEqual(both["agents"], {
    a: { kind: "session", runs: ["s", "t"] },
    b: { kind: "session", runs: ["t"] },
  });
  assert.deepEqual([both["status"], runningSessions(both)], ["running", ["s", "t"]]);
  const ended = { state: "failed", score: 10, cause: "x".repeat(999), changedAtMs: 9 } as const;
  const after = nextExecution(both, notes({ s: null, t: run(ended) }));
  const told = { kind: "session", pattern: "pipeline", by: "c", createdAtMs: 1, ...ended, cause: "x".repeat(200) };
  assert.deepEqual(after, { status: "idle", runs: { t: told }, teams: {}, agents: {} });
});

test("what others keep in the section stays as it is", () => {
  const others = {
    status: "deploying",
    runs: { s: { step: 2 } },
    teams: { red: {} },
    agents: { a: { task: 1 } },
    x: 1,
  };
  const next = nextExecution(others, notes({ s: run(), t: run() }));
  assert.deepEqual([next["status"], next["x"], next["agents"]], ["deploying", 1, { a: { task: 1 } }]);
  assert.deepEqual((next["runs"] as Record<string, unknown>)["s"], { step: 2 });
  assert.deepEqual(nextExecution(nextExecution(others, notes({ t: run() })), notes({ t: null })), {
    ...others,
    runs: { s: { step: 2 } },
  });
});

test("however many sessions there were, the newest that run and the last that ended are told", () => {
  const many = Array.from({ length: 300 }, (_, n) => {
    const more = n % 2 === 0 ? { createdAtMs: n } : { state: "converged" as const, changedAtMs: n };
    return [`s${n}`, run(more)] as const;
  });
  const section = nextExecution(undefined, new Map(many));
  const names = Object.keys(section["runs"] as object);
  assert.equal(names.length, executionLimits.running + executionLimits.ended);
  assert.ok(names.includes("s298") && names.includes("s299") && !names.includes("s0") && !names.includes("s1"));
  assert.equal(Object.keys(section["teams"] as object).length, executionLimits.running);
});

test("a version that tells of sessions alone is known by its author, its reason and its places", () => {
  const told = { author: "entrain", reason: "sessions" };
  const at = (pointer: string) => ({ kind: "added", pointer, after: 1 }) as const;
  assert.equal(tellsOfSessions({ ...told, changes: [at("/execution"), at("/execution/runs/s")] }), true);
  assert.equal(tellsOfSessions({ ...told, changes: [at("/execution/runs/s"), at("/mine")] }), false);
  assert.equal(tellsOfSessions({ ...told, author: "ops", changes: [at("/execution/runs/s")] }), false);
});
