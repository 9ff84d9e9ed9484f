/**
 * Approved actions on their way through real processes: the leader is killed in the middle, and a target; one refuses. What each did
 * is read from a file that all share, what the swarm believes from the ledger.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { createRandom } from "@entrain/kernel";
import { defaultPolicy, type Directive } from "@entrain/core/decision";
import { createDocumentRules } from "@entrain/documents";
import { compilePolicy } from "@entrain/reasoners";
import { createRedisStore } from "@entrain/redis";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { createContextDesk, createSystemClock, initialDocument, systemTimers } from "@entrain/runtime";
import { waitFor } from "@entrain/testkit/conformance";
import { startCarrier, type CarrierProcess } from "./carrier-process.ts";

const agentIds = ["a0", "a1", "a2", "a3", "a4"];
const unwilling = "a4";
const patienceMs = 60_000;

async function startSwarm() {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await acquireTestRedis());
  const folder = await mkdtemp(path.join(tmpdir(), "entrain-directives-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, "effects");
  const swarmId = `directives-${randomUUID()}`;
  const store = createRedisStore({ redis: redis.url, swarmId, clock: createSystemClock(), timers: systemTimers });
  stack.defer(() => store.close());
  await store.connect();
  await store.context.readOrCreate(initialDocument(), "chaos");
  const rules = createDocumentRules({ compile: compilePolicy });
  const desk = createContextDesk({ store: store.context, rules, timers: systemTimers, random: createRandom(swarmId) });
  const running = new Map<string, CarrierProcess>();
  const carriers = stack.use(new AsyncDisposableStack());
  const start = async (agentId: string): Promise<void> => {
    const refuses = agentId === unwilling;
    const carrier = carriers.use(startCarrier({ redisUrl: redis.url, swarmId, agentId, file, refuses }));
    running.set(agentId, carrier);
    await carrier.ready;
  };
  await Promise.all(agentIds.map(start));
  await waitFor("all vote", async () => (await store.votes.voters()).voters.length === agentIds.length, patienceMs);
  const cleanUp = stack.move();
  return {
    ...{ store, running, start },
    effects: () => (existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : []),
    leader: () =>
      waitFor(
        "a leader",
        async () =>
          (
            await store
              .election()
              .read()
              .catch(() => undefined)
          )?.agentId,
        patienceMs,
      ),
    async propagate(deadlineMs: number): Promise<void> {
      const scoped = defaultPolicy.rules.map((rule) => ({ ...rule, scope: "swarm" }));
      const decision = { budgetMs: 20_000, rules: scoped, propagation: { deadlineMs, complianceMin: { swarm: 0.8 } } };
      const patch = { policy: { decision: structuredClone(decision) as never } };
      await desk.patch({ kind: "merge", patch }, { author: "chaos", reason: "propagate" });
    },
    /** All meet the incident. */
    meet(incident: string): void {
      for (const carrier of running.values()) carrier.tell(`decide ${incident}`);
    },
    /** What the ledger has of its directive, once that is so. */
    directive: (incident: string, is: string, wanted: (directive: Directive) => boolean) =>
      waitFor(
        is,
        async () => {
          const [directive] = await store.directives.read([incident]).catch(() => []);
          return directive !== undefined && wanted(directive) && directive;
        },
        patienceMs,
      ),
    [Symbol.asyncDispose]: () => cleanUp.disposeAsync(),
  };
}

const statesOf = ({ targets }: Directive): Record<string, string> =>
  Object.fromEntries(targets.map(({ agentId, state, attempts }) => [agentId, `${state} ${attempts}`]));

test("an action goes on over the death of the leader and of a target, is done once by each, and who refuses is escalated", async () => {
  await using swarm = await startSwarm();
  await swarm.propagate(600_000);
  const leader = await swarm.leader();
  const others = agentIds.filter((agentId) => agentId !== unwilling && agentId !== leader);
  swarm.meet("i-1");
  await swarm.directive("i-1", "all have begun but one, which refuses", ({ targets }) =>
    targets.every(({ agentId, state }) => state === (agentId === unwilling ? "refused" : "begun")),
  );
  assert.deepEqual(swarm.effects(), [], "nobody was let");

  const [victim = "", ...survivors] = others;
  await Promise.all([swarm.running.get(leader)?.kill(), swarm.running.get(victim)?.kill()]);
  for (const agentId of survivors) swarm.running.get(agentId)?.tell("let");
  await swarm.directive("i-1", "the survivors are done", (directive) =>
    survivors.every((agentId) => statesOf(directive)[agentId] === "done 1"),
  );
  for (const agentId of [leader, victim].filter((id) => id !== unwilling)) {
    await swarm.start(agentId);
    swarm.running.get(agentId)?.tell("let");
  }
  // Where the one that refuses led, its last word was told before its death.
  const settled = await swarm.directive("i-1", "it is settled", ({ outcome }) => outcome !== "open");
  const willing = agentIds.filter((agentId) => agentId !== unwilling);
  assert.equal(settled.outcome, "met", "four of five are 80 %");
  assert.deepEqual(
    swarm.effects().toSorted(),
    willing.map((agentId) => `${settled.decisionId}/${agentId}`),
    "each did it once",
  );
  for (const agentId of willing) {
    const attempts = agentId === leader || agentId === victim ? 2 : 1;
    assert.equal(statesOf(settled)[agentId], `done ${attempts}`);
  }
  const [{ directive } = {}] = (await swarm.store.ledger.list(1)).entries;
  assert.deepEqual(directive, settled, "the ledger lists it with its decision");
  assert.deepEqual(await swarm.store.directives.figures(), { open: 0, met: 1, missed: 0, escalated: 1 });
});

test("when the leader dies before the deadline the next one settles, and tells who is lacking", async () => {
  await using swarm = await startSwarm();
  await swarm.propagate(3_000);
  swarm.meet("i-1");
  await swarm.directive("i-1", "it is open", () => true);
  const leader = await swarm.leader();
  await swarm.running.get(leader)?.kill();
  const settled = await swarm.directive("i-1", "the next leader has settled it", ({ outcome }) => outcome !== "open");
  assert.equal(settled.outcome, "missed");
  assert.ok(
    settled.targets.every(({ state }) => state !== "done"),
    "nobody was let",
  );
  assert.ok((settled.settledAtMs ?? 0) >= settled.dueAtMs, "not before the deadline");
  for (const carrier of swarm.running.values()) carrier.tell("let");
  const lacking = await waitFor(
    "somebody tells who is lacking",
    () => [...swarm.running.values()].flatMap(({ lines }) => lines).find((line) => line.startsWith("escalation ")),
    patienceMs,
  );
  const { met, done, targets } = JSON.parse(lacking.slice("escalation ".length)) as Record<string, unknown>;
  assert.deepEqual({ met, done, targets }, { met: false, done: 0, targets: 5 });
  assert.deepEqual(swarm.effects(), [], "an old order is not carried out");
});
