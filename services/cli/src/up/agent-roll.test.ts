import assert from "node:assert/strict";
import { test } from "node:test";
import type { SupervisorEvent } from "../supervisor/supervisor.ts";
import { createAgentRoll } from "./agent-roll.ts";

const hosts = [
  { name: "agents-1", agentIds: ["a", "b"] },
  { name: "agents-2", agentIds: ["c"] },
];
const ended = (name: string, fromOutside: boolean, restartInMs?: number): SupervisorEvent => ({
  kind: "ended",
  name,
  pid: 1,
  exit: { code: 1, signal: null },
  fromOutside,
  wasReady: true,
  lastWords: "out of tune",
  logFile: "/l",
  restartInMs,
});

test("all agents of a process that was ended from outside are away until it is back", () => {
  const roll = createAgentRoll(hosts);
  assert.deepEqual(roll.startedIds, ["a", "b", "c"]);
  roll.hear(ended("agents-1", true));
  assert.deepEqual([...roll.endedFromOutside()], ["a", "b"]);
  roll.hear({ kind: "ready", name: "agents-1", pid: 2, opsUrl: "", lives: 2 });
  assert.deepEqual([...roll.endedFromOutside()], []);
  assert.equal(roll.fault(), undefined);
});

test("a fault that nothing repairs is kept, one that is repaired is not", () => {
  const roll = createAgentRoll(hosts);
  roll.hear(ended("agents-1", false, 250));
  roll.hear(ended("console", false));
  assert.equal(roll.fault(), undefined);
  roll.hear(ended("agents-2", false));
  assert.equal(roll.fault(), "agents-2 failed: out of tune (log: /l)");
  assert.deepEqual([...roll.endedFromOutside()], []);
});
