/**
 * D1 over a whole swarm in virtual time: whatever the order of events, the delays, the losses and the outages, one incident
 * has one committed decision, everybody who reaches the ledger does the same, and everybody answers within the budget.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRandom, type Random } from "@entrain/kernel";
import { isDivergent, type Reading } from "@entrain/core/decision";
import type { DecideOutcome, Reasoner } from "@entrain/ports";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import type { Fate } from "./oracle-store.ts";
import { createOracleWorld, hotPolicy } from "./oracle-world.ts";

/** One swarm's fortune. */
interface Fortune {
  readonly seed: number;
  readonly agents: number;
  /** Longest way there or back, ms. */
  readonly delayMaxMs: number;
  /** Share of commands that are lost, half of them after they took effect. */
  readonly loss: number;
  /** From when to when the store answers nobody, ms. */
  readonly outage: readonly [number, number];
  /** When the leadership moves, ms; the old leader goes on believing in it. */
  readonly movesMs: number;
  /** Health that readers see at their turn. */
  readonly health: readonly number[];
}

const fortunes: fc.Arbitrary<Fortune> = fc.record({
  seed: fc.nat(),
  agents: fc.integer({ min: 1, max: 9 }),
  delayMaxMs: fc.integer({ min: 0, max: 80 }),
  loss: fc.constantFrom(0, 0, 0.05, 0.3),
  outage: fc.tuple(fc.nat(3_000), fc.nat(3_000)),
  movesMs: fc.nat(3_000),
  health: fc.array(fc.constantFrom(0.2, 0.45, 0.55, 1), { minLength: 1, maxLength: 6 }),
});

/** Every agent thinks otherwise, some break, some are slow: agreement must not rest on agreeing minds. */
function quarrelsome(index: number, random: Random, sleep: (ms: number) => Promise<void>): Reasoner {
  const action = hotPolicy.actions[index % hotPolicy.actions.length] ?? "throttle";
  const verdict = { type: "ANOMALY_RESPONSE", action, confidence: 0.5, reasoning: `agent ${index}` } as const;
  return {
    name: `mind-${index}`,
    reason() {
      const mood = random.int(10);
      if (mood === 0) throw new Error("broken");
      if (mood === 1) return Promise.withResolvers<never>().promise;
      if (mood < 5) return sleep(random.int(200)).then(() => verdict);
      return verdict;
    },
  };
}

/** Lives through one fortune and returns what every agent did about every incident. */
async function live(fortune: Fortune) {
  const time = createVirtualTime();
  const world = createOracleWorld(time.clock, time.timers);
  const random = createRandom(fortune.seed);
  const [outageFromMs, outageForMs] = fortune.outage;
  const fate = (): Fate => {
    const nowMs = time.clock.monoMs();
    const isOut = nowMs >= outageFromMs && nowMs < outageFromMs + outageForMs;
    const lost = isOut || random.next() < fortune.loss ? (random.int(2) === 0 ? "request" : "answer") : undefined;
    return { thereMs: random.int(fortune.delayMaxMs + 1), backMs: random.int(fortune.delayMaxMs + 1), lost };
  };
  const pushMs = (): number | undefined => (random.next() < 0.2 ? undefined : random.int(fortune.delayMaxMs + 1));
  const agents = Array.from({ length: fortune.agents }, (_, index) => ({
    agentId: `a${index}`,
    loop: world.join({ fate, pushMs, reasoner: quarrelsome(index, random, time.sleep) }),
  }));
  let believed = world.elect("a0");
  time.timers.after(fortune.movesMs, () => {
    const heir = world.elect(`a${fortune.agents - 1}`);
    // The old leader wakes up from its belief a while later.
    time.timers.after(500, () => (believed = heir));
  });
  fortune.health.forEach((health, index) => {
    time.timers.after(index * 600, () => (world.store.health = health));
  });
  const readings: Reading[] = [{ temperature: 85 }, { temperature: 85, subject: "rack-7" }, { temperature: 20 }];
  const acts = await time.until(
    Promise.all(
      agents.flatMap(({ agentId, loop }) =>
        Array.from({ length: 6 }, async (_, turn): Promise<DecideOutcome & { agentId: string }> => {
          await time.sleep(random.int(3_500));
          const leadership = believed.agentId === agentId ? { leadership: believed } : {};
          const named = turn % 2 === 0 ? { incidentId: `drill-${turn}` } : {};
          const reading = readings[random.int(readings.length)]!;
          return { agentId, ...(await loop.decide({ agentId, incarnation: 1, reading, ...leadership, ...named })) };
        }),
      ),
    ),
  );
  return { world, acts };
}

test("whatever happens, an incident has one decision, and everybody in reach of the ledger does the same", async () => {
  await fc.assert(
    fc.asyncProperty(fortunes, async (fortune) => {
      const { world, acts } = await live(fortune);
      const decided = world.store.commits.map(({ incidentId }) => incidentId);
      assert.equal(new Set(decided).size, decided.length, "one commit per incident");
      const incidents = Map.groupBy(acts, ({ decision }) => decision.incidentId);
      for (const [incidentId, ofOne] of incidents) {
        assert.ok(!isDivergent(ofOne.map(({ decision, source }) => ({ action: decision.action, source }))), incidentId);
        for (const { decision, source } of ofOne)
          if (source !== "safe-alone") assert.deepEqual(decision, world.store.decisions.get(incidentId));
          else assert.equal(decision.action, hotPolicy.safeAction);
      }
      for (const { latencyMs } of acts) assert.ok(latencyMs <= hotPolicy.budgetMs + 1, String(latencyMs));
    }),
    { numRuns: 150 },
  );
});

test("without losses and outages nobody is left alone", async () => {
  const calm = fortunes.map((fortune) => ({ ...fortune, loss: 0, outage: [0, 0] as const, delayMaxMs: 20 }));
  await fc.assert(
    fc.asyncProperty(calm, async (fortune) => {
      const { acts } = await live(fortune);
      assert.ok(acts.every(({ source }) => source !== "safe-alone"));
    }),
    { numRuns: 50 },
  );
});

test("a fortune lived twice gives the same acts", async () => {
  const fortune: Fortune = {
    seed: 7,
    agents: 5,
    delayMaxMs: 30,
    loss: 0.1,
    outage: [900, 700],
    movesMs: 1_500,
    health: [1, 0.3],
  };
  const [once, twice] = [await live(fortune), await live(fortune)];
  assert.deepEqual(once.acts, twice.acts);
});
