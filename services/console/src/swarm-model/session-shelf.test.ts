import assert from "node:assert/strict";
import { test } from "node:test";
import type { SessionHeader } from "@entrain/ports";
import { createSessionShelf } from "./session-shelf.ts";

const header = (sessionId: string, state: SessionHeader["state"], changedAtMs = 1): SessionHeader => ({
  spec: {
    sessionId,
    goal: { description: "", criteria: [], threshold: 100 },
    pattern: { capability: "work" },
    input: null,
    timeoutMs: 1_000,
    iterationsMax: 1,
    budget: null,
  },
  state,
  score: null,
  cause: "",
  createdAtMs: 1,
  changedAtMs,
  cancelling: null,
});

test("a session that moved on is told once, the oldest first, and one that only wrote to its log is not", () => {
  const shelf = createSessionShelf();
  const told = (found: readonly SessionHeader[]) =>
    shelf.read(found).map((event) => {
      assert.ok(event.type === "session.changed");
      return `${event.data.sessionId} ${event.data.state}`;
    });
  assert.deepEqual(told([header("b", "initializing"), header("a", "executing")]), ["a executing", "b initializing"]);
  assert.deepEqual(told([header("b", "initializing", 2), header("a", "executing")]), []);
  assert.deepEqual(told([header("b", "cancelled"), header("a", "executing")]), ["b cancelled"]);
  assert.deepEqual(
    shelf.all().map(({ spec }) => spec.sessionId),
    ["b", "a"],
  );
});
