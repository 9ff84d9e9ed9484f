/** What runs, written into the document, in virtual time: how often, by whom else, and what a crash leaves behind. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, EntrainError, type Json } from "@entrain/kernel";
import { redo, type Change, type ContextDocument, type SharedDocument } from "@entrain/core/context";
import type { SessionRun } from "@entrain/core/session";
import type { ChangeRequest, DocumentPatch, StoredSession } from "@entrain/ports";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { createExecutionBoard } from "./execution-board.ts";

const run = (more: Partial<SessionRun> = {}): SessionRun => ({
  ...{ pattern: "step", state: "executing", by: "c", createdAtMs: 1, changedAtMs: 2, score: null, cause: "" },
  agents: [],
  ...more,
});

/** The operations of a JSON Patch as changes, for a desk without a library. */
function changesOf({ patch }: DocumentPatch): readonly Change[] {
  const operations = patch as unknown as readonly { op: string; path: string; value: Json }[];
  return operations.map(({ op, path: pointer, value }) =>
    op === "remove" ? { kind: "removed", pointer, before: null } : { kind: "added", pointer, after: value },
  );
}

function setUp(initial: SharedDocument = {}) {
  const time = createVirtualTime();
  const world = { present: { version: 1, document: initial } as ContextDocument, writes: [] as number[], fails: 0 };
  const put = (document: SharedDocument): void => {
    world.present = { version: world.present.version + 1, document };
  };
  /** Somebody else's change that comes in between, once. */
  let between: (() => void) | undefined;
  const headers = new Map<string, Partial<StoredSession["header"]>>();
  const board = createExecutionBoard({
    clock: time.clock,
    timers: time.timers,
    random: createRandom(1),
    events: () => undefined,
    source: { current: () => world.present },
    desk: {
      read: () => Promise.resolve(world.present),
      patch(patch: DocumentPatch, { baseVersion, author, reason }: ChangeRequest) {
        assert.deepEqual([author, reason], ["entrain", "sessions"]);
        between?.();
        between = undefined;
        if (world.fails-- > 0) return Promise.reject(new EntrainError("store-unavailable", "away"));
        if (baseVersion !== world.present.version) return Promise.reject(new EntrainError("conflict", "moved on"));
        put(redo(world.present.document, changesOf(patch)));
        world.writes.push(time.clock.monoMs());
        return Promise.resolve({ version: world.present.version });
      },
    },
    sessions: {
      read(sessionId) {
        const header = headers.get(sessionId);
        return Promise.resolve(
          header === undefined ? undefined : ({ header, entries: [], nowMs: 0 } as unknown as StoredSession),
        );
      },
    },
  });
  const runs = () => {
    const { runs: told } = (world.present.document["execution"] ?? {}) as { runs?: Record<string, SessionRun> };
    return Object.fromEntries(Object.entries(told ?? {}).map(([id, { state }]) => [id, state]));
  };
  return { time, world, board, put, runs, headers, meanwhile: (change: () => void) => (between = change) };
}

test("the first change comes at once, and those after it no more often than the document says", async () => {
  const { time, world, board, runs } = setUp({ configuration: { coordination: { executionEveryMs: 2_000 } } });
  let state: SessionRun["state"] = "initializing";
  board.note("s", () => run({ state }));
  await time.advance(100);
  assert.deepEqual(runs(), { s: "initializing" });
  for (state of ["executing", "converging"] as const) {
    board.note("s", () => run({ state }));
    await time.advance(100);
  }
  assert.equal(world.writes.length, 1);
  await time.advance(2_000);
  assert.deepEqual(runs(), { s: "converging" });
  board.note("s", () => run({ state }));
  await time.advance(10_000);
  assert.equal(world.writes.length, 2, "what the document says already is not written again");
  assert.ok(world.writes[1]! - world.writes[0]! >= 2_000);
});

test("a change of somebody else that comes in between is kept, and the account is made anew on it", async () => {
  const { time, board, put, runs, world, meanwhile } = setUp();
  meanwhile(() => put({ mine: 1, execution: { runs: { t: { kind: "session", state: "executing" } } } }));
  board.note("s", () => run());
  await time.advance(100);
  assert.deepEqual(runs(), { s: "executing", t: "executing" });
  assert.equal(world.present.document["mine"], 1);
});

test("what could not be written is written later, as it is then; the flag turns it off", async () => {
  const { time, board, put, runs, world } = setUp();
  let state: SessionRun["state"] = "executing";
  world.fails = 1;
  board.note("s", () => run({ state }));
  await time.advance(100);
  state = "converged";
  await time.advance(6_000);
  assert.deepEqual(runs(), { s: "converged" });
  put({ configuration: { coordination: { execution: false } } });
  board.note("s", () => run());
  await time.advance(20_000);
  assert.deepEqual(runs(), {});
});

test("of a session that another drives nothing more is told here; of one that has ended how it ended", async () => {
  const { time, board, runs } = setUp();
  let state: SessionRun["state"] = "executing";
  for (const sessionId of ["lost", "done"]) board.note(sessionId, () => run({ state }));
  board.leave("lost", true);
  board.leave("done", false);
  state = "failed";
  await time.advance(100);
  assert.deepEqual(runs(), { done: "executing" }, "as it stood when it was left");
});

test("what a crash left behind is found in the sessions' own records", async () => {
  const told = (state: string) => ({ kind: "session", state, createdAtMs: 1, changedAtMs: 1 });
  const left = { over: told("executing"), gone: told("executing"), lives: told("executing"), past: told("failed") };
  const { time, board, runs, headers } = setUp({ execution: { runs: left } });
  const spec = { pattern: { capability: "work" } } as unknown as StoredSession["header"]["spec"];
  headers.set("over", { spec, state: "converged", score: 100, cause: "", createdAtMs: 1, changedAtMs: 5 });
  headers.set("lives", { spec, state: "executing" });
  board.start();
  await time.advance(70_000);
  assert.deepEqual(runs(), { over: "converged", lives: "executing", past: "failed" });
  await board.stop();
});
