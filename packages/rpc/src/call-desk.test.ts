/** Who is let in at a server's desk, how often. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { EntrainError } from "@entrain/kernel";
import type { RuntimeEvent } from "@entrain/ports";
import { createAgentClient } from "./agent-client.ts";
import { clockAhead, eventually } from "./loopback-process.ts";
import { createRpcServer } from "./rpc-server.ts";
import { sampleProcess } from "./sample-decision.ts";

test("a caller beyond its share is refused and counted, and let in again a second later", async (t) => {
  const events: RuntimeEvent[] = [];
  let nowMs = 0;
  const clock = { ...clockAhead(0), monoMs: () => nowMs };
  const server = await createRpcServer({
    ...{ swarmId: "test", processId: "p1", insecure: false, listen: { host: "127.0.0.1", port: 0 } },
    ...{ agentProcess: sampleProcess(), events: (event: RuntimeEvent) => void events.push(event) },
    clock,
    callsPerSecond: 20,
  });
  t.after(() => server.close({ deadlineMs: 100 }));
  const agent = createAgentClient(server.address, { swarmId: "test", insecure: false, clock, events: () => undefined });
  t.after(() => agent.close());
  const asked = Array.from({ length: 50 }, () => agent.resign("agent-2"));
  const outcomes = await Promise.allSettled(asked);
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  assert.equal(refused.length, 30);
  assert.match(String(refused[0]?.reason), /calls this process more than 20 times a second: call less often/);
  const code = "resource-exhausted";
  assert.ok(refused.every((outcome) => (outcome.reason as EntrainError).code === code));
  nowMs = 1_000;
  assert.equal(await agent.resign("agent-1"), true);
  const told = () => events.reduce((sum, event) => sum + (event.kind === "calls.refused" ? event.count : 0), 0);
  await eventually("all are counted", () => told() === refused.length);
});
