import assert from "node:assert/strict";
import { test } from "node:test";
import { pino } from "pino";
import type { RuntimeEvent } from "@entrain/ports";
import { createEventLog, type EventLogOptions } from "./event-log.ts";
import { createLogger, type LogLevel } from "./logger.ts";
import { sampleEvents } from "./sample-events.ts";

type Line = Record<string, unknown>;

/** pino's numbers. */
const levelNames = new Map<unknown, string>(Object.entries(pino.levels.values).map(([name, value]) => [value, name]));

/** An event log and what it wrote, levels in words. */
function logged(level: LogLevel, options?: EventLogOptions) {
  const texts: string[] = [];
  const base = { swarmId: "orders", processId: "p-1" };
  const logger = createLogger({ level, base, destination: { write: (text) => texts.push(text) } });
  const lines = (): Line[] =>
    texts.map((text) => {
      const line = JSON.parse(text) as Line;
      return { ...line, level: levelNames.get(line["level"]) };
    });
  return { log: createEventLog(logger, options), lines };
}

const fired = (beat: number): RuntimeEvent => ({
  kind: "beat.fired",
  agentId: "a-1",
  goalVersion: 1,
  beat,
  latenessMs: 0.1,
});

test("every event is one line with the ids of swarm and process and its own", () => {
  const { log, lines } = logged("trace");
  for (const event of sampleEvents) log(event);
  assert.deepEqual(
    lines().map((line) => line["event"]),
    sampleEvents.map(({ kind }) => kind),
  );
  for (const [index, line] of lines().entries()) {
    assert.equal(line["swarmId"], "orders");
    assert.equal(line["processId"], "p-1", "the process that logs, never another");
    assert.equal(typeof line["msg"], "string");
    assert.equal(typeof line["time"], "number");
    const event = sampleEvents[index]!;
    if ("agentId" in event) assert.equal(line["agentId"], event.agentId, event.kind);
    if ("term" in event) assert.equal(line["term"], event.term, event.kind);
  }
});

test("a decision's line leads to the ledger and does not repeat it", () => {
  const { log, lines } = logged("info");
  log(sampleEvents.find(({ kind }) => kind === "decision.acted")!);
  const [line] = lines();
  const { incidentId, decisionId, term, contextVersion, policyHash, action, source, level } = line!;
  assert.deepEqual(
    { incidentId, decisionId, term, contextVersion, policyHash, action, source, level },
    {
      incidentId: "i-1",
      decisionId: "d-1",
      term: 1_700_000_000_000,
      contextVersion: 3,
      policyHash: "ab12",
      action: "cool_down",
      source: "committed",
      level: "info",
    },
  );
  assert.equal(line!["input"], undefined);
  assert.equal(line!["msg"], "decision committed, as answered before: the store's recovery window is open");
});

test("levels fit: beats and good heartbeats at trace, elections at info, refusals at warn", () => {
  const { log, lines } = logged("trace");
  for (const event of sampleEvents) log(event);
  const levelOf = new Map(lines().map((line) => [line["event"], line["level"]]));
  assert.equal(levelOf.get("beat.fired"), "trace");
  assert.equal(levelOf.get("rhythm.frame"), "trace");
  assert.equal(levelOf.get("heartbeat"), "trace");
  assert.equal(levelOf.get("leader.elected"), "info");
  assert.equal(levelOf.get("leader.lost"), "warn");
  assert.equal(levelOf.get("effect.refused"), "warn");
  assert.equal(levelOf.get("member.changed"), "warn", "a dead member");
  assert.equal(levelOf.get("agent.superseded"), "error");
});

test("the term in force is in every line once it is known", () => {
  const { log, lines } = logged("trace");
  log(fired(1));
  log({ kind: "leader.changed", leaderId: "a-2", term: 77 });
  log(fired(2));
  assert.deepEqual(
    lines().map((line) => line["term"]),
    [undefined, 77, 77],
  );
});

test("one change of leader is one line, however many agents saw it", () => {
  const { log, lines } = logged("info");
  for (let agent = 0; agent < 50; agent++) log({ kind: "leader.changed", leaderId: "a-2", term: 77 });
  log({ kind: "leader.changed", leaderId: null, term: 0 });
  assert.deepEqual(
    lines().map((line) => line["leaderId"]),
    ["a-2", null],
  );
});

test("a flood of one kind is cut off, counted, and leaves room for other kinds", () => {
  let atMs = 0;
  const { log, lines } = logged("trace", { linesMax: 3, windowMs: 1_000, nowMs: () => atMs });
  for (let beat = 0; beat < 10; beat++) log(fired(beat));
  log({ kind: "peers.changed", connected: 1, wanted: 2 });
  assert.deepEqual(
    lines().map((line) => line["event"]),
    ["beat.fired", "beat.fired", "beat.fired", "peers.changed"],
  );
  atMs = 1_000;
  log({ kind: "peers.changed", connected: 2, wanted: 2 });
  const tail = lines().slice(4);
  assert.deepEqual(
    tail.map((line) => [line["event"], line["suppressed"], line["level"]]),
    [
      ["beat.fired", 7, "trace"],
      ["peers.changed", undefined, "debug"],
    ],
    "the count is told by whatever comes next",
  );
  log(fired(11));
  assert.equal(lines().at(-1)?.["beat"], 11, "a new window has room again");
});

test("the end of one kind's window leaves the others theirs", () => {
  let atMs = 0;
  const { log, lines } = logged("trace", { linesMax: 1, windowMs: 1_000, nowMs: () => atMs });
  log({ kind: "peers.changed", connected: 1, wanted: 2 });
  atMs = 600;
  log(fired(1));
  atMs = 1_000;
  log({ kind: "peers.changed", connected: 2, wanted: 2 });
  log(fired(2));
  assert.equal(lines().at(-1)?.["event"], "peers.changed");
  atMs = 1_600;
  log(fired(3));
  assert.deepEqual(
    lines()
      .slice(-2)
      .map((line) => [line["suppressed"], line["beat"]]),
    [
      [1, undefined],
      [undefined, 3],
    ],
  );
});

test("a level that is off costs no room and writes nothing", () => {
  const { log, lines } = logged("info", { linesMax: 1, nowMs: () => 0 });
  for (let beat = 0; beat < 5; beat++) log(fired(beat));
  assert.deepEqual(lines(), []);
});

test("a logger that cannot tell its level gets every line", () => {
  const messages: string[] = [];
  const note = (_fields: object, message: string) => void messages.push(message);
  const log = createEventLog({ trace: note, debug: note, info: note, warn: note, error: note });
  log({ kind: "store.changed", up: true, generation: 1 });
  log(fired(1));
  assert.deepEqual(messages, ["store answers", "beat fired"]);
});
