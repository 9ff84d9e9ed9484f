import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startSwarm, type SwarmUnderTest } from "./swarm-under-test.ts";
import { throughout, until } from "./until.ts";

const awayMs = 10_000;
const periodMs = 1_000;

describe("a swarm whose Redis goes away", () => {
  let swarm: SwarmUnderTest;
  before(async () => {
    swarm = await startSwarm();
    await until("the rhythm converged", async () => (await swarm.api.rhythm()).converged, 20_000);
  });
  after(() => swarm[Symbol.asyncDispose]());

  const redisPid = (): number => Number(swarm.lines.findLast(({ kind }) => kind === "redis")?.["pid"]);
  const incarnations = async () => (await swarm.api.agents()).map(({ agentId, incarnation }) => [agentId, incarnation]);
  const deaths = () =>
    swarm.lines.filter((line) => ["agent.dead", "agent.left", "process.ended"].includes(String(line["type"])));

  /** Whatever happens to the store: everybody lives, beats and is in phase. */
  async function nobodyMinds(): Promise<void> {
    const [agents, { coherence }] = await Promise.all([swarm.api.agents(), swarm.api.rhythm()]);
    assert.deepEqual(
      agents.map(({ state }) => state),
      ["alive", "alive", "alive", "alive", "alive"],
    );
    const latest = Date.now() - 3 * periodMs;
    for (const { agentId, lastBeatAt } of agents) assert.ok((lastBeatAt ?? 0) > latest, `${agentId} beats on`);
    assert.ok((coherence ?? 0) >= 0.95, `coherence ${coherence ?? "unknown"}`);
  }

  async function healthyAgain(since: readonly unknown[]): Promise<void> {
    await until(
      "the store is up, somebody leads, and decisions are committed",
      async () => {
        const { store, leader } = await swarm.api.swarm();
        if (!store.up || leader.agentId === null) return false;
        const { decisions } = await swarm.api.inject({ temperature: 85 });
        return decisions.length === 5 && decisions.every(({ source }) => source !== "safe-alone");
      },
      5_000,
    );
    assert.deepEqual(await incarnations(), since, "nobody was registered anew");
    assert.deepEqual(deaths(), [], "nobody died, left or ended");
    await nobodyMinds();
  }

  test("paused for 10 s: beats go on, nobody is dead for it, and all is well within 5 s", async () => {
    const since = await incarnations();
    const { term } = await swarm.api.leader();
    process.kill(redisPid(), "SIGSTOP");
    try {
      await throughout(awayMs, nobodyMinds);
      assert.equal((await swarm.api.swarm()).store.up, false, "the console knows that it is away");
    } finally {
      process.kill(redisPid(), "SIGCONT");
    }
    await healthyAgain(since);
    assert.ok((await swarm.api.leader()).term! >= term!, "terms only grow");
  });

  test("killed: it is started again with its data, and all is well within 5 s", async () => {
    const since = await incarnations();
    const killed = redisPid();
    process.kill(killed, "SIGKILL");
    await swarm.line("Redis is back", (line) => line.kind === "redis" && line["pid"] !== killed);
    await healthyAgain(since);
  });
});
