import assert from "node:assert/strict";
import { test } from "node:test";
import { startSwarm } from "./swarm-under-test.ts";
import { throughout, until } from "./until.ts";

test("two of five agents are killed: the others keep their rhythm, the two are dropped within 5 s and stay dead", async (t) => {
  await using swarm = await startSwarm();
  await until("the rhythm converged", async () => (await swarm.api.rhythm()).converged, 20_000);
  const { agentId: leaderId } = await swarm.api.leader();
  const victims = (await swarm.api.agents()).filter(({ agentId }) => agentId !== leaderId).slice(0, 2);
  for (const { pid } of victims) process.kill(pid, "SIGKILL");
  const killedAt = performance.now();

  let droppedAfterMs: number | undefined;
  let lowest = 1;
  await throughout(6_000, async () => {
    const { rhythm, agents } = await swarm.api.swarm();
    lowest = Math.min(lowest, rhythm.coherence ?? 0);
    if (agents === 3) droppedAfterMs ??= performance.now() - killedAt;
  });
  t.diagnostic(`lowest coherence ${lowest.toFixed(4)}, dropped after ${droppedAfterMs?.toFixed(0) ?? "never"} ms`);
  assert.ok(lowest >= 0.95, `coherence fell to ${lowest}`);
  assert.ok(droppedAfterMs !== undefined && droppedAfterMs < 5_000);

  const states = new Map((await swarm.api.agents()).map(({ agentId, state }) => [agentId, state]));
  for (const { agentId } of victims) {
    assert.equal(states.get(agentId), "dead");
    await swarm.line(`the death of ${agentId} is told`, (line) => {
      const data = line["data"] as { name?: string; restartInMs?: number | null } | undefined;
      return line["type"] === "process.ended" && data?.name === agentId && data.restartInMs === null;
    });
  }
  const { decisions } = await swarm.api.inject({ temperature: 85 }, "among-three");
  assert.equal(decisions.length, 3);
  await until("the rhythm of three converged", async () => (await swarm.api.rhythm()).converged, 20_000);
  const { code } = await swarm.stop();
  assert.equal(code, 0);
  const summary = swarm.lines.at(-1);
  assert.deepEqual([summary?.kind, summary?.["held"]], ["summary", true], "who was killed from outside is no fault");
});
