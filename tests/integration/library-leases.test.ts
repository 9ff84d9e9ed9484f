/** The library's own elections, locks and barriers, between agents over a real Redis (L1 to L4, S1). */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent, type Agent, type AgentOptions, type LockLease } from "entrain";

let redis: TestRedis;
before(async () => {
  redis = await acquireTestRedis();
});
after(async () => {
  await redis.stop();
});

const leaseMs = 800;
const election = { leaseMs, renewEveryMs: 150, stopMarginMs: 150, requestTimeoutMs: 300, pollMs: 100 };

/** Started agents of one swarm; they end with the stack. */
async function agentsOf(stack: AsyncDisposableStack, count: number, own: Partial<AgentOptions> = {}): Promise<Agent[]> {
  const swarm = `s-${randomUUID()}`;
  const agents = Array.from({ length: count }, (_, index) =>
    stack.use(createAgent({ swarm, redis: redis.url, agentId: `a${index}`, election, storeTimeoutMs: 300, ...own })),
  );
  await Promise.all(agents.map((agent) => agent.start()));
  return agents;
}

test("one agent is elected; when it stops the next one is, under a higher term, after the first one's signal", async () => {
  await using stack = new AsyncDisposableStack();
  const agents = await agentsOf(stack, 3);
  const log: string[] = [];
  const terms: number[] = [];
  const leading = new Map<Agent, AbortSignal>();
  for (const agent of agents)
    agent.election("compaction", {
      onElected: (term, signal) => {
        terms.push(term);
        log.push(`${agent.agentId} elected`);
        leading.set(agent, signal);
      },
      onLost: (_, cause) =>
        log.push(`${agent.agentId} lost: ${cause}, aborted: ${String(leading.get(agent)?.aborted)}`),
    });
  await waitFor("a leader", () => terms.length === 1);
  const [first] = leading.keys();
  await first!.stop();
  await waitFor("the successor", () => terms.length === 2);
  assert.equal(log[1], `${first!.agentId} lost: resigned, aborted: true`);
  assert.ok(terms[1]! > terms[0]!);
  assert.equal([...leading.values()].filter(({ aborted }) => !aborted).length, 1);
});

test("an elected one whose callback fails gives way, and one that resigns gives the others the first chance", async () => {
  await using stack = new AsyncDisposableStack();
  const [bad, good] = (await agentsOf(stack, 2)) as [Agent, Agent];
  let failed = 0;
  bad.election("e", {
    onElected: () => {
      failed += 1;
      throw new Error("no");
    },
  });
  await waitFor("the bad one's failure", () => failed > 0);
  const elected: number[] = [];
  const own = good.election("e", { onElected: (term) => elected.push(term) });
  await waitFor("the good one", () => own.term() !== undefined);
  assert.equal(own.leader().leaderId, "a1");
  assert.equal(own.leader().term, elected.at(-1));
  const failedBefore = failed;
  assert.equal(await own.resign(), true);
  await waitFor("the bad one's turn", async () => {
    // It may still be sitting out for its own failure, on a busy machine for longer than the one that resigned.
    if (own.term() !== undefined) await own.resign();
    return failed > failedBefore;
  });
});

test("a lock has one holder at a time, in one process and between them, and its tokens grow", async () => {
  await using stack = new AsyncDisposableStack();
  const agents = await agentsOf(stack, 3);
  let inside = 0;
  const tokens: number[] = [];
  const work = async (lease: LockLease): Promise<void> => {
    inside += 1;
    assert.equal(inside, 1);
    assert.ok(lease.isHeld());
    tokens.push(lease.token);
    const before = Number((await agents[0]!.lock("l").saved())?.text ?? 0);
    await lease.save(String(before + 1));
    inside -= 1;
  };
  await Promise.all(agents.flatMap((agent) => Array.from({ length: 5 }, () => agent.lock("l").run(work))));
  assert.deepEqual(await agents[1]!.lock("l").saved(), { text: "15", token: tokens.at(-1) });
  assert.deepEqual(
    tokens,
    tokens.toSorted((a, b) => a - b),
  );
  assert.equal(new Set(tokens).size, 15);
});

test("who waits too long, or aborts, is told so, and does not stand in the way of the next", async () => {
  await using stack = new AsyncDisposableStack();
  const [one, other] = (await agentsOf(stack, 2)) as [Agent, Agent];
  const lease = await one.lock("l").acquire();
  await assert.rejects(other.lock("l").acquire({ timeoutMs: 150 }), {
    code: "deadline-exceeded",
    message: /a0 holds it/,
  });
  const aborting = new AbortController();
  const waiting = other.lock("l").acquire({ signal: aborting.signal });
  aborting.abort();
  await assert.rejects(waiting, { code: "cancelled" });
  const next = other.lock("l").acquire({ timeoutMs: 5_000 });
  await lease.release();
  await lease.release();
  assert.equal(lease.isHeld(), false);
  assert.equal(lease.signal.aborted, true);
  await assert.rejects(lease.save("late"), { code: "stale-term" });
  await using held = await next;
  assert.ok(held.token > lease.token);
});

test("a holder that the store does not hear is told before its lease is over (L4), and its late effects are refused (L3)", async () => {
  await using lonely = await acquireTestRedis();
  await using stack = new AsyncDisposableStack();
  const [one] = (await agentsOf(stack, 1, { redis: lonely.url })) as [Agent];
  const lease = await one.lock("l").acquire();
  await lease.save("before");
  await lonely.pause();
  const pausedMs = performance.now();
  await new Promise((resolve) => lease.signal.addEventListener("abort", resolve, { once: true }));
  const toldAfterMs = performance.now() - pausedMs;
  assert.equal(lease.isHeld(), false);
  assert.ok(toldAfterMs <= leaseMs, `told after ${toldAfterMs} ms of a lease of ${leaseMs}`);
  await lonely.resume();
  await assert.rejects(lease.save("after"), { code: "stale-term" });
  await using again = await one.lock("l").acquire({ timeoutMs: 10_000 });
  assert.ok(again.token > lease.token, "never the same term twice, not even for the same agent");
  assert.deepEqual(await one.lock("l").saved(), { text: "before", token: lease.token });
});

test("a barrier opens for all at once, round after round, and not for a party too few", async () => {
  await using stack = new AsyncDisposableStack();
  const agents = await agentsOf(stack, 3);
  const tokens: number[] = [];
  for (let round = 0; round < 3; round++) {
    const opened = await Promise.all(agents.map((agent) => agent.barrier("b", 3).wait({ timeoutMs: 10_000 })));
    assert.equal(new Set(opened.map(({ token }) => token)).size, 1);
    tokens.push(opened[0]!.token);
  }
  assert.deepEqual(
    tokens,
    [...new Set(tokens)].sort((a, b) => a - b),
  );
  // Who comes first says how many are waited for; the other one contradicts.
  const differing = [agents[0]!.barrier("b", 3), agents[1]!.barrier("b", 2)];
  const outcomes = await Promise.allSettled(differing.map((barrier) => barrier.wait({ timeoutMs: 2_000 })));
  const refusals = outcomes.map((outcome) => outcome.status === "rejected" && EntrainError.from(outcome.reason).code);
  assert.deepEqual(refusals.toSorted(), ["conflict", "deadline-exceeded"]);
});

test("what is wrong is refused by its name", async () => {
  await using stack = new AsyncDisposableStack();
  const [agent] = (await agentsOf(stack, 1)) as [Agent];
  const onElected = (): void => undefined;
  const refused = (work: () => unknown, code: string, field: string, message = /./): void => {
    assert.throws(work, { code, field, message });
  };
  refused(() => agent.election("swarm", { onElected }), "invalid-argument", "election", /swarm's own/);
  refused(() => agent.election("a b", { onElected }), "invalid-argument", "election");
  const early = { onElected, takeover: "fenced" as "lease" };
  refused(() => agent.election("e", early), "invalid-argument", "takeover", /only the swarm's own .* timings\.leaseMs/);
  refused(() => agent.election("e", { onElected, takeover: "soon" as "lease" }), "invalid-argument", "takeover");
  refused(() => agent.lock(""), "invalid-argument", "lock");
  refused(() => agent.barrier("b", 0), "invalid-argument", "parties");
  refused(
    () => agent.lock("l", { timings: { renewEveryMs: 700 } }),
    "invalid-config",
    "leaseMs",
    /renewEveryMs \(700\) \+/,
  );
  refused(
    () => agent.lock("l", { timings: { leaseMs: 900 } }),
    "invalid-config",
    "leaseMs",
    /election\.leaseMs \(800\)/,
  );
  await assert.rejects(agent.lock("l").acquire({ timeoutMs: 0 }), { code: "invalid-argument", field: "timeoutMs" });
  await agent.stop();
  await assert.rejects(agent.lock("l").acquire(), { code: "unavailable" });
  assert.throws(() => agent.election("e", { onElected }), { code: "unavailable" });
});
