/** How long a session is waited for, and what is said of one that nobody drives. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { patternsByName, sessionSpec, type SessionState } from "@entrain/core/session";
import type { RuntimeEvent, SessionStore, TaskStore } from "@entrain/ports";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { createSessionDesk } from "./session-desk.ts";

const notCalled = (): never => assert.fail("not called");

/** A desk over a store with one session, which is where the test says. */
function open(state: () => SessionState) {
  const time = createVirtualTime();
  const patterns = patternsByName();
  const checkExpression = (): void => undefined;
  const wish = { pattern: { capability: "work" }, input: 1, timeoutMs: 60_000 };
  const spec = sessionSpec(wish, "s", { patterns, checkExpression });
  const sessions: SessionStore = {
    read() {
      const at = { createdAtMs: 0, changedAtMs: 0, cancelling: null };
      const header = { spec, state: state(), score: null, cause: "", ...at };
      return Promise.resolve({ header, entries: [], nowMs: time.clock.unixMs() });
    },
    watch: () => () => undefined,
    ...{ create: notCalled, append: notCalled, list: notCalled, cancel: notCalled },
  };
  const tasks: TaskStore = { apply: notCalled, read: notCalled, figures: notCalled, watch: notCalled };
  const events: RuntimeEvent[] = [];
  const desk = createSessionDesk({
    ...{ sessions, tasks, patterns, checkExpression, timers: time.timers, nextSessionId: notCalled },
    events: (event) => events.push(event),
  });
  return { desk, time, events };
}

test("a wait for a session that nobody drives says so once, and ends with the cause after the session's own time", async () => {
  const { desk, time, events } = open(() => "initializing");
  const refused = assert.rejects(time.until(desk.wait("s")), {
    code: "deadline-exceeded",
    message:
      /^session s was not begun in 70000 ms, for nobody drives sessions: start a coordinator or make an agent with/,
  });
  await refused;
  assert.deepEqual(events, [{ kind: "session.undriven", sessionId: "s", forMs: 4_000 }]);
  assert.equal(time.pendingTimers(), 0);
});

test("a wait for a session that is driven says nothing, and that it goes on when the wait is over", async () => {
  const { desk, time, events } = open(() => "executing");
  await assert.rejects(
    time.until(desk.wait("s", { timeoutMs: 5_000 })),
    /^EntrainError: session s goes on after 5000 ms$/,
  );
  assert.deepEqual(events, []);
});

test("a wait of no length is refused", async () => {
  const { desk } = open(() => "executing");
  await assert.rejects(desk.wait("s", { timeoutMs: Number.NaN }), { field: "timeoutMs" });
});
