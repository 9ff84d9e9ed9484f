import assert from "node:assert/strict";
import { test } from "node:test";
import { swarmView } from "../console/view-samples.ts";
import { createJsonAccount } from "./json-lines.ts";
import type { AccountEvent } from "./account-event.ts";

function lines(...events: AccountEvent[]): Record<string, unknown>[] {
  let text = "";
  const account = createJsonAccount((more) => {
    text += more;
  });
  for (const event of events) account.tell(event);
  const parsed = text.split("\n").slice(0, -1);
  return parsed.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test("a service is one line with name, pid and opsUrl", () => {
  const service = { kind: "service", name: "agent-1", pid: 7, opsUrl: "http://127.0.0.1:1", lives: 1 } as const;
  assert.deepEqual(lines(service), [service]);
});

test("the summary holds the verdict and the console's own figures", () => {
  const swarm = swarmView();
  const [summary] = lines({ kind: "summary", sinceReadyMs: 20_000.4, swarm, held: true, reasons: [] });
  const { rhythm, leader, decisions, agents } = swarm;
  assert.deepEqual(summary, {
    kind: "summary",
    held: true,
    reasons: [],
    sinceReadyMs: 20_000,
    agents,
    rhythm,
    leader,
    decisions,
  });
});

test("what is unknown in the summary is null, never absent", () => {
  const [summary] = lines({ kind: "summary", sinceReadyMs: 0, swarm: undefined, held: false, reasons: ["x"] });
  for (const key of ["rhythm", "leader", "decisions", "agents"]) assert.equal(summary?.[key], null);
});

test("an event keeps its type and data, and so does the death of a process", () => {
  const event = { type: "agent.dead", data: { agentId: "agent-2" } };
  const exit = { code: null, signal: "SIGKILL" } as const;
  const death = {
    kind: "ended",
    name: "agent-2",
    pid: 7,
    exit,
    fromOutside: true,
    wasReady: true,
    lastWords: "x",
    logFile: "/l",
    restartInMs: undefined,
  } as const;
  assert.deepEqual(lines({ kind: "event", sinceReadyMs: 1, event }, { kind: "ended", sinceReadyMs: 2, event: death }), [
    { kind: "event", sinceReadyMs: 1, ...event },
    {
      kind: "event",
      sinceReadyMs: 2,
      type: "process.ended",
      data: { name: "agent-2", pid: 7, ...exit, fromOutside: true, restartInMs: null, logFile: "/l" },
    },
  ]);
});

test("talk for people is no line", () => {
  assert.deepEqual(
    lines({ kind: "note", text: "x" }, { kind: "coherence", value: 1 }, { kind: "stopping", because: "x" }),
    [],
  );
});
