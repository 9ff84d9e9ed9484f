/** Who drives a session that cannot go on for long: what it writes, how often it looks, and what ends the session meanwhile. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, EntrainError } from "@entrain/kernel";
import {
  driverTask,
  patternsByName,
  sessionSpec,
  type SessionEntry,
  type SessionEvent,
  type SessionSpec,
} from "@entrain/core/session";
import type { TaskCommand, TaskOutcome } from "@entrain/core/task";
import type { SessionStore, TaskStore } from "@entrain/ports";
import { createVirtualTime, type VirtualTime } from "@entrain/testkit/virtual-time";
import type { BudgetDesk } from "../budget/budget-desk.ts";
import { createSessionDriver } from "./session-driver.ts";

const patterns = patternsByName();
const hourMs = 3_600_000;
const notCalled = (): never => assert.fail("not called");

/** The log of one session, as a store keeps it. */
function openLog(spec: SessionSpec, time: VirtualTime) {
  const createdAtMs = time.clock.unixMs();
  const entries: SessionEntry[] = [];
  const hints = new Set<Parameters<SessionStore["watch"]>[0]>();
  let reads = 0;
  let cancelling: string | null = null;
  const enter = (event: SessionEvent): void => {
    entries.push({ number: entries.length + 1, atMs: time.clock.unixMs(), event });
  };
  const store: SessionStore = {
    read(_, after) {
      reads += after === 0 ? 1 : 0;
      const at = { createdAtMs, changedAtMs: entries.at(-1)?.atMs ?? createdAtMs };
      const header = { spec, state: "initializing", score: null, cause: "", ...at, cancelling } as const;
      return Promise.resolve({ header, entries: entries.slice(after), nowMs: time.clock.unixMs() });
    },
    append({ known, events }) {
      for (const event of events.slice(entries.length - known)) enter(event);
      return Promise.resolve({ kind: "done", atMs: time.clock.unixMs() });
    },
    watch(onHint) {
      hints.add(onHint);
      return () => hints.delete(onHint);
    },
    ...{ create: notCalled, list: notCalled, cancel: notCalled },
  };
  return {
    store,
    enter,
    events: <Kind extends SessionEvent["kind"]>(kind: Kind) =>
      entries.flatMap(({ event }) => (event.kind === kind ? [event as Extract<SessionEvent, { kind: Kind }>] : [])),
    reads: () => reads,
    cancel(cause: string) {
      cancelling = cause;
      for (const hint of hints) hint({ sessionId: spec.sessionId, state: "initializing" });
    },
    hints: () => hints.size,
  };
}

/** A driver that holds the task of one session, among tasks that say of an offer what the test says. */
function open(more: object, budget: Partial<Pick<BudgetDesk, "read">> = {}, offer: () => TaskOutcome = notCalled) {
  const time = createVirtualTime();
  const wish = { pattern: { capability: "work" }, input: 1, timeoutMs: hourMs, ...more };
  const spec = sessionSpec(wish, "s", { patterns, checkExpression: () => undefined });
  const log = openLog(spec, time);
  const held = {
    definition: driverTask("s"),
    token: 1,
    attempt: 1,
    leaseLeftMs: hourMs,
    consumed: {},
    handedOver: null,
  };
  const told: TaskCommand[] = [];
  let waiting = [held];
  const answer = (command: TaskCommand): TaskOutcome => {
    if (command.kind === "offer") return offer();
    if (command.kind === "renew") return { kind: "renewed", leaseLeftMs: held.leaseLeftMs };
    if (command.kind === "cancel") return { kind: "cancelled", count: command.taskIds.length };
    if (command.kind === "claim") {
      const tasks = waiting;
      waiting = [];
      return { kind: "claimed", tasks, offers: [], nextInMs: null };
    }
    told.push(command);
    return { kind: "done" };
  };
  const tasks: TaskStore = {
    apply: (command) => Promise.resolve(answer(command)),
    read: () => Promise.resolve([]),
    figures: notCalled,
    watch: () => () => undefined,
  };
  const driver = createSessionDriver({
    ...{
      clock: time.clock,
      timers: time.timers,
      random: createRandom("driver"),
      agentId: "a",
      events: () => undefined,
    },
    ...{ sessions: log.store, tasks, patterns, evaluate: notCalled },
    budget: { read: notCalled, allocate: notCalled, ...budget },
    context: { read: notCalled, changesSince: notCalled, watch: () => () => undefined },
  });
  return { time, log, driver, told };
}

const full = (): TaskOutcome => ({ kind: "full" });
const recovering = () => Promise.reject(new EntrainError("recovering", "writes may have been lost"));
const withBudget = { budget: { budgetId: "b", amounts: { tokens: 5 } } };

test("while too many tasks wait a driver writes its name down once, and looks ever less often", async () => {
  const { time, log, driver } = open({}, {}, full);
  driver.start();
  await time.advance(600_000);
  assert.deepEqual(log.events("owned"), [{ kind: "owned", owner: "a" }]);
  assert.equal(log.events("started").length, 1);
  const reads = log.reads();
  assert.ok(reads > 20 && reads < 100, `${reads} reads in 10 min`);
  await time.until(driver.stop(0));
});

test("a driver writes its name down where another one had the session last", async () => {
  const { time, log, driver } = open({}, {}, full);
  for (const owner of ["a", "b"]) log.enter({ kind: "owned", owner });
  driver.start();
  await time.advance(60_000);
  assert.deepEqual(
    log.events("owned").map(({ owner }) => owner),
    ["a", "b", "a"],
  );
  await time.until(driver.stop(0));
});

test("a driver that pauses looks at once where its session is cancelled, and ends its pause when it stops", async () => {
  const { time, log, driver, told } = open({}, {}, full);
  driver.start();
  await time.advance(600_000);
  log.cancel("enough");
  await time.advance(0);
  assert.deepEqual(
    log.events("closed").map(({ state, cause }) => [state, cause]),
    [["cancelled", "enough"]],
  );
  assert.deepEqual(
    told.map(({ kind }) => kind),
    ["complete"],
  );
  await time.until(driver.stop(0));

  const other = open({}, {}, full);
  other.driver.start();
  await other.time.advance(600_000);
  await other.time.until(other.driver.stop(0));
  const reads = other.log.reads();
  assert.equal(other.log.hints(), 0);
  assert.equal(other.time.pendingTimers(), 0);
  await other.time.advance(60_000);
  assert.equal(other.log.reads(), reads);
});

test("a session whose budget does not answer ends by its time, and by a cancellation", async () => {
  const late = open({ ...withBudget, timeoutMs: 5_000 }, { read: recovering });
  late.driver.start();
  await late.time.advance(4_000);
  assert.equal(late.log.events("closed").length, 0);
  await late.time.advance(3_000);
  assert.equal(late.log.events("closed")[0]?.cause, "it took longer than 5000 ms");
  await late.time.until(late.driver.stop(0));

  const cancelled = open(withBudget, { read: recovering });
  cancelled.driver.start();
  await cancelled.time.advance(4_000);
  cancelled.log.cancel("enough");
  await cancelled.time.advance(0);
  assert.equal(cancelled.log.events("closed")[0]?.cause, "enough");
  await cancelled.time.until(cancelled.driver.stop(0));
});
