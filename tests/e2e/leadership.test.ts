import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Leader } from "./console-api.ts";
import { startSwarm, type SwarmUnderTest } from "./swarm-under-test.ts";
import { throughout, until } from "./until.ts";

const pausedMs = 10_000;

interface KnownLeader {
  readonly agentId: string;
  readonly term: number;
}

describe("leadership of a whole swarm", () => {
  let swarm: SwarmUnderTest;
  before(async () => {
    swarm = await startSwarm();
  });
  after(() => swarm[Symbol.asyncDispose]());

  const known = ({ agentId, term }: Leader): KnownLeader | undefined =>
    agentId === null || term === null ? undefined : { agentId, term };
  const leader = () => until("somebody leads", async () => known(await swarm.api.leader()));

  /** The next leader after `old`, and how long it took from now. */
  async function successor(old: KnownLeader, withinMs: number): Promise<KnownLeader & { readonly afterMs: number }> {
    const startedAt = performance.now();
    const next = await until(
      `somebody leads after ${old.agentId}`,
      async () => {
        const now = known(await swarm.api.leader());
        return now !== undefined && now.agentId !== old.agentId && now;
      },
      withinMs,
    );
    assert.ok(next.term > old.term, `the term grows: ${next.term} after ${old.term}`);
    return { ...next, afterMs: performance.now() - startedAt };
  }

  test("a leader that is paused for 10 s is replaced, and nothing of its old term is accepted when it is back", async (t) => {
    const old = await leader();
    const { pid } = swarm.service(old.agentId);
    process.kill(pid, "SIGSTOP");
    try {
      const next = await successor(old, 5_000);
      t.diagnostic(`next leader ${next.afterMs.toFixed(0)} ms after the pause began`);
      await throughout(pausedMs - next.afterMs, async () => {
        assert.ok((await leader()).term >= next.term, "terms only grow");
      });
      process.kill(pid, "SIGCONT");
      const backAt = Date.now();
      for (let n = 0; n < 20; n++) {
        const { decisions } = await swarm.api.inject({ temperature: 85 }, `after-the-pause-${n}`);
        assert.ok(
          decisions.every(({ term }) => term >= next.term),
          "no decision has the old term",
        );
      }
      await until("the old leader is alive and follows", async () => {
        const agent = (await swarm.api.agents()).find(({ agentId }) => agentId === old.agentId);
        return agent?.state === "alive" && agent.role === "follower";
      });
      assert.ok((await leader()).term >= next.term);
      const committed = await swarm.api.decisions(1_000);
      assert.ok(committed.length >= 20);
      const since = committed.filter(({ incidentId }) => incidentId.startsWith("after-the-pause-"));
      assert.ok(
        since.every(({ term }) => term >= next.term),
        `since ${backAt} no old term was accepted`,
      );
    } finally {
      process.kill(pid, "SIGCONT");
    }
  });

  test("a leader that leaves of its own will is replaced at once", async (t) => {
    const old = await leader();
    process.kill(swarm.service(old.agentId).pid, "SIGTERM");
    const next = await successor(old, 3_000);
    t.diagnostic(`next leader ${next.afterMs.toFixed(0)} ms after SIGTERM`);
    assert.ok(next.afterMs < 1_500, `${next.afterMs} ms is no resignation but a lease that ran out`);
    await until("it is listed as gone", async () => {
      const agent = (await swarm.api.agents()).find(({ agentId }) => agentId === old.agentId);
      return agent?.state === "left";
    });
  });

  test("a leader that is killed is replaced within 3 s, under a higher term", async (t) => {
    const old = await leader();
    process.kill(swarm.service(old.agentId).pid, "SIGKILL");
    const next = await successor(old, 3_000);
    t.diagnostic(`next leader ${next.afterMs.toFixed(0)} ms after SIGKILL`);
    const { decisions } = await swarm.api.inject({ temperature: 85 }, "under-the-new-leader");
    assert.ok(decisions.length >= 3);
    assert.ok(decisions.every(({ term }) => term >= next.term));
  });

  test("the account told of each death and each new leader", async () => {
    const types = new Set(swarm.lines.filter(({ kind }) => kind === "event").map((line) => line["type"]));
    for (const type of ["process.ended", "agent.left", "leader.changed"])
      assert.ok(types.has(type), `${type} among ${[...types].join(", ")}`);
    await swarm.line("the killed one is dead", (line) => line["type"] === "agent.dead", 6_000);
  });
});
