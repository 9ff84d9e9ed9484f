import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { swarmView } from "../console/view-samples.ts";
import type { AccountEvent } from "./account-event.ts";
import { humanLines, statusHeader } from "./human-lines.ts";
import { plainStyle, type Style } from "./style.ts";

const plain = (event: AccountEvent) => humanLines(event, plainStyle).join("\n");
const fancy: Style = { colour: true, blocks: true, redraw: true };
const { rhythm } = swarmView();
const { goal } = rhythm;
assert.ok(goal !== null);

const decision = (agentId: string, decisionId: string) => ({
  agentId,
  action: "cool_down",
  decisionId,
  type: "ANOMALY_RESPONSE",
  term: 7,
  contextVersion: 1,
  source: agentId === "agent-1" ? "committed" : "adopted",
});
const ended = {
  kind: "ended",
  name: "agent-2",
  pid: 12,
  exit: { code: null, signal: "SIGKILL" },
  fromOutside: true,
  wasReady: true,
  lastWords: undefined,
  logFile: "/tmp/run/logs/agent-2.log",
  restartInMs: undefined,
} as const;

const told: [string, AccountEvent, string][] = [
  [
    "the plan says who lives where",
    {
      kind: "plan",
      version: "0.1.0",
      swarmId: "demo-x",
      agents: 5,
      processes: 5,
      periodMs: 200,
      goal: "sync",
      runDir: "/tmp/run",
    },
    "entrain 0.1.0\n\n  5 agents, a process each; goal sync, period 200ms; swarm demo-x\n  logs in /tmp/run/logs\n",
  ],
  [
    "packed agents are told as packed",
    {
      kind: "plan",
      version: "0.1.0",
      swarmId: "demo-x",
      agents: 100,
      processes: 8,
      periodMs: 1_000,
      goal: "sync",
      runDir: "/tmp/run",
    },
    "entrain 0.1.0\n\n  100 agents, packed into 8 processes; goal sync, period 1s; swarm demo-x\n  logs in /tmp/run/logs\n",
  ],
  [
    "a service has its pid and its ops address",
    { kind: "service", name: "agent-1", pid: 4242, opsUrl: "http://127.0.0.1:40001", lives: 1 },
    "  agent-1         pid 4242     http://127.0.0.1:40001",
  ],
  [
    "a service that serves gRPC has the address to connect to; a new life is counted",
    {
      kind: "service",
      name: "coordinator",
      pid: 7,
      opsUrl: "http://127.0.0.1:1",
      grpcAddress: "127.0.0.1:2",
      lives: 2,
    },
    "  coordinator     pid 7        http://127.0.0.1:1, gRPC 127.0.0.1:2, start number 2",
  ],
  ["coherence is a plain bar", { kind: "coherence", value: 0.5 }, "  coherence 0.5000 ##########----------"],
  [
    "readiness names the leader and the console",
    { kind: "ready", url: "http://127.0.0.1:8080", afterMs: 2_140, swarm: swarmView() },
    "\n  ready after 2.1 s: 2 agents alive, agent-1 leads (term 1763683423123)\n  console: http://127.0.0.1:8080\n",
  ],
  [
    "identical decisions are told as such, with id, term and context version",
    {
      kind: "incident",
      telemetry: { temperature: 85 },
      answer: {
        incidentId: "i",
        divergence: 0,
        missing: [],
        decisions: [decision("agent-1", "d1"), decision("agent-2", "d1")],
      },
    },
    [
      "  temperature 85 reported to every agent:",
      "  agent-1         cool_down    d1  term 7  context 1  committed",
      "  agent-2         cool_down    d1  term 7  context 1  adopted",
      "  2 identical decisions",
      "",
    ].join("\n"),
  ],
  [
    "different decisions are not glossed over, nor are late agents",
    {
      kind: "incident",
      telemetry: { temperature: 85 },
      answer: {
        incidentId: "i",
        divergence: 1,
        missing: ["agent-3"],
        decisions: [decision("agent-1", "d1"), decision("agent-2", "d2")],
      },
    },
    [
      "  temperature 85 reported to every agent:",
      "  agent-1         cool_down    d1  term 7  context 1  committed",
      "  agent-2         cool_down    d2  term 7  context 1  adopted",
      "  2 different decisions, divergence 1; no answer from agent-3",
      "",
    ].join("\n"),
  ],
  [
    "of many decisions the first are listed, and all are judged",
    {
      kind: "incident",
      telemetry: { temperature: 85 },
      answer: {
        incidentId: "i",
        divergence: 0,
        missing: [],
        decisions: Array.from({ length: 60 }, (_, index) => decision(`a${index + 1}`, "d1")),
      },
    },
    [
      "  temperature 85 reported to every agent:",
      ...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => `  a${n}              cool_down    d1  term 7  context 1  adopted`),
      "  and 52 more",
      "  60 identical decisions",
      "",
    ].join("\n"),
  ],
  [
    "nobody's decision is no agreement",
    {
      kind: "incident",
      telemetry: { temperature: 85 },
      answer: { incidentId: null, divergence: 0, missing: ["agent-1"], decisions: [] },
    },
    "  temperature 85 reported to every agent:\n  no decision, divergence 0; no answer from agent-1\n",
  ],
  [
    "a status is one line of figures",
    { kind: "status", sinceReadyMs: 67_300, swarm: swarmView() },
    "   1:07  ###### 0.9999  0.42 ms, 12 ms    +2 ppm     agent-1   2       1",
  ],
  [
    "what is unknown is a dash",
    {
      kind: "status",
      sinceReadyMs: 0,
      swarm: swarmView({
        rhythm: { ...rhythm, coherence: null, spreadMs: { p50: null, p99: null }, cadenceErrorPpm: null },
        leader: { agentId: null, term: null },
        store: { up: false, generation: null },
      }),
    },
    "   0:00  -              -, -              -          nobody    2       1  Redis is away",
  ],
  [
    "a new leader is told with its term",
    { kind: "event", sinceReadyMs: 5_000, event: { type: "leader.changed", data: { agentId: "agent-3", term: 9 } } },
    "   0:05  agent-3 leads in term 9",
  ],
  [
    "no leader is told",
    { kind: "event", sinceReadyMs: 5_000, event: { type: "leader.changed", data: { agentId: null, term: null } } },
    "   0:05  nobody leads",
  ],
  [
    "an agent that is dead is told",
    { kind: "event", sinceReadyMs: 5_000, event: { type: "agent.dead", data: { agentId: "agent-3" } } },
    "   0:05  agent-3 is dead",
  ],
  ["a beat is no news", { kind: "event", sinceReadyMs: 5_000, event: { type: "beat", data: {} } }, ""],
  [
    "a killed agent is told to stay dead, and what would change that",
    { kind: "ended", sinceReadyMs: 5_000, event: ended },
    "   0:05  agent-2 (pid 12) was ended by SIGKILL; it stays dead (--restart would start it again)",
  ],
  [
    "a fault is told with the last words and the log",
    {
      kind: "ended",
      sinceReadyMs: 5_000,
      event: {
        ...ended,
        exit: { code: 1, signal: null },
        fromOutside: false,
        lastWords: "out of tune",
        restartInMs: 250,
      },
    },
    "   0:05  agent-2 (pid 12) ended with exit code 1: out of tune (log: /tmp/run/logs/agent-2.log); it is started again in 250ms",
  ],
  [
    "the summary tells the figures and that the goal held",
    { kind: "summary", sinceReadyMs: 20_004, swarm: swarmView(), held: true, reasons: [] },
    [
      "",
      "  after 20.0 s",
      "  coherence       0.9999",
      "  spread          p50 0.42 ms, p99 12 ms",
      "  cadence error   +2 ppm",
      "  leader          agent-1 leads (term 1763683423123)",
      "  decisions       1, no divergence",
      "  the goal held",
    ].join("\n"),
  ],
  [
    "the summary of a spread swarm tells how even it is",
    {
      kind: "summary",
      sinceReadyMs: 20_004,
      swarm: swarmView({
        rhythm: { ...rhythm, coherence: 0.0004, maxGapRatio: 1.0021, goal: { ...goal, kind: "spread" } },
      }),
      held: true,
      reasons: [],
    },
    [
      "",
      "  after 20.0 s",
      "  coherence       0.0004",
      "  max-gap ratio   1.002",
      "  spread          p50 0.42 ms, p99 12 ms",
      "  cadence error   +2 ppm",
      "  leader          agent-1 leads (term 1763683423123)",
      "  decisions       1, no divergence",
      "  the goal held",
    ].join("\n"),
  ],
  [
    "the summary tells why it did not hold",
    { kind: "summary", sinceReadyMs: 0, swarm: undefined, held: false, reasons: ["the console does not answer"] },
    "\n  after 0.0 s\n  the goal did not hold:\n    the console does not answer",
  ],
];

describe("the account for people", () => {
  for (const [name, event, expected] of told)
    test(name, () => {
      assert.equal(plain(event), expected);
    });

  test("is ASCII without colour where the stream is plain, and coloured with blocks on a terminal", () => {
    for (const [, event] of told) {
      assert.match(plain(event), /^[\n -~]*$/);
      // eslint of the tests allows it: the escape is what is looked for.
      assert.equal(plain(event).includes("\u001b"), false);
    }
    const status = humanLines({ kind: "status", sinceReadyMs: 0, swarm: swarmView() }, fancy).join("");
    assert.match(status, /█{6}/);
    assert.ok(statusHeader(plainStyle).length <= 80);
    const summary: AccountEvent = { kind: "summary", sinceReadyMs: 0, swarm: swarmView(), held: true, reasons: [] };
    assert.ok(humanLines(summary, fancy).join("").includes("\u001b[32mthe goal held\u001b[0m"));
  });
});
