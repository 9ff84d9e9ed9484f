/** The decision loop over a real Redis: one decision per incident across processes' stores, and what happens without it. */
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { Leadership } from "@entrain/core/election";
import { defaultPolicy, isDivergent } from "@entrain/core/decision";
import type { RuntimeEvent } from "@entrain/ports";
import { compilePolicy, createRulesReasoner } from "@entrain/reasoners";
import { createRedisStore, type RedisStore } from "@entrain/redis";
import { ContextFollower, createDecisionLoop, initialDocument, type DecisionLoop } from "@entrain/runtime";
import { waitFor } from "@entrain/testkit/conformance";
import { openStoreLab, realClock, realTimers, type StoreLab } from "@entrain/testkit/store-lab";

let lab: StoreLab<RedisStore>;
before(async () => {
  lab = await openStoreLab(createRedisStore);
});
after(async () => {
  await lab[Symbol.asyncDispose]();
});

interface Member {
  readonly agentId: string;
  readonly store: RedisStore;
  readonly context: ContextFollower;
  readonly loop: DecisionLoop;
  readonly events: RuntimeEvent[];
}

async function join(swarm: ReturnType<typeof lab.swarm>, agentId: string): Promise<Member> {
  const store = await swarm.client();
  const events: RuntimeEvent[] = [];
  const context = new ContextFollower({
    store: store.context,
    health: store.health,
    timers: realTimers,
    events: () => undefined,
    initial: initialDocument(),
    seed: agentId,
  });
  context.start();
  const loop = createDecisionLoop({
    context,
    clock: realClock,
    timers: realTimers,
    ledger: store.ledger,
    health: store.health,
    globalState: store.globalState,
    registry: store.registry,
    reasoner: createRulesReasoner(),
    compile: compilePolicy,
    events: (event) => events.push(event),
    sha256Hex: (text) => createHash("sha256").update(text).digest("hex"),
    newId: () => `d-${randomUUID()}`,
  });
  await loop.start();
  return { agentId, store, context, loop, events };
}

async function leave({ loop, context }: Member): Promise<void> {
  await loop.stop();
  context.stop();
}

async function lead({ store, agentId }: Member): Promise<Leadership> {
  const answer = await store.election().campaign({ agentId, incarnation: 1, highestTerm: 0, leaseMs: 2_000 });
  if (answer.kind !== "granted") assert.fail("the leadership of an empty swarm was not granted");
  return answer.held;
}

test("five processes that meet the same incidents at once take the same decision on each, and the ledger agrees", async () => {
  const swarm = lab.swarm();
  const members = await Promise.all(["a", "b", "c", "d", "e"].map((agentId) => join(swarm, agentId)));
  const [leader] = members;
  const leadership = await lead(leader!);
  const subjects = Array.from({ length: 20 }, (_, index) => `rack-${index}`);
  const acts = await Promise.all(
    members.flatMap(({ agentId, loop }) =>
      subjects.map(async (subject) => {
        const request = { agentId, incarnation: 1, reading: { temperature: 85, subject } };
        const held = agentId === leader?.agentId ? { leadership } : {};
        return { agentId, ...(await loop.decide({ ...request, ...held })) };
      }),
    ),
  );
  const byIncident = Map.groupBy(acts, ({ decision }) => decision.incidentId);
  assert.equal(byIncident.size, subjects.length);
  for (const ofOne of byIncident.values()) {
    assert.equal(new Set(ofOne.map(({ decision }) => decision.decisionId)).size, 1);
    assert.equal(isDivergent(ofOne.map(({ decision, source }) => ({ action: decision.action, source }))), false);
    assert.equal(ofOne.filter(({ source }) => source === "committed").length, 1);
    assert.ok(ofOne.every(({ decision }) => decision.term === leadership.term));
  }
  const { entries } = await leader!.store.ledger.list(100);
  assert.equal(entries.length, subjects.length);
  await Promise.all(members.map(leave));
});

test("a leader that was deposed is refused by its term and adopts what the new one decides", async () => {
  const swarm = lab.swarm();
  const [old, next] = await Promise.all([join(swarm, "old"), join(swarm, "next")]);
  const stale = await lead(old);
  await old.store.election().release(stale);
  const leadership = await lead(next);
  const request = { incarnation: 1, reading: { temperature: 85 } };
  const deposed = old.loop.decide({ agentId: "old", ...request, leadership: stale });
  await waitFor("the refusal", () => old.events.some(({ kind }) => kind === "effect.refused"));
  const [ofOld, ofNext] = await Promise.all([deposed, next.loop.decide({ agentId: "next", ...request, leadership })]);
  assert.equal(ofOld.decision.decisionId, ofNext.decision.decisionId);
  assert.notEqual(ofOld.source, "safe-alone");
  await Promise.all([old, next].map(leave));
});

test("a Redis that hangs means the safe action alone within the budget, compared with the ledger afterwards", async () => {
  await using own = await openStoreLab(createRedisStore);
  const member = await join(own.swarm(), "a");
  const { loop, events } = member;
  await own.redis.pause();
  const { source, latencyMs, decision } = await loop.decide({
    agentId: "a",
    incarnation: 1,
    reading: { temperature: 85 },
    incidentId: "drill-1",
  });
  assert.deepEqual([source, decision.action], ["safe-alone", "enter_safe_mode"]);
  assert.ok(latencyMs < defaultPolicy.budgetMs + 400, String(latencyMs));
  await own.redis.resume();
  const reconciled = await waitFor("the comparison", () =>
    events.find((event) => event.kind === "decision.reconciled"),
  );
  assert.deepEqual(reconciled, {
    kind: "decision.reconciled",
    agentId: "a",
    incidentId: "drill-1",
    acted: "enter_safe_mode",
    ledgerAction: null,
  });
  await leave(member);
});
