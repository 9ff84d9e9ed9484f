/** The strategies, each in a small swarm in virtual time: what it promises, and what switching between them keeps. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { strategyBookWith } from "./built-in-strategies.ts";
import { energyAt } from "./energy.ts";
import { firstGoal, type GoalRequest } from "./goal.ts";
import { activeStrategy } from "./rhythm-state.ts";
import type { Strategy } from "./strategy.ts";
import { beatFaults, strangers, type VirtualSwarm } from "./virtual-swarm.ts";

const second = 1e9;
const goalOf = (request: Partial<GoalRequest>) => firstGoal({ kind: "sync", periodMs: 200, ...request }, 0);

/** Simulated seconds until R stays at 0.99 for half a second; undefined if it does not within `limitS`. */
function secondsToSync(swarm: VirtualSwarm, limitS: number): number | undefined {
  let since: number | undefined;
  for (let at = 0; at <= limitS; at += 0.05) {
    swarm.run(at * second);
    if (swarm.coherence() < 0.99) since = undefined;
    else if (at - (since ??= at) >= 0.5) return since;
  }
  return undefined;
}

const strategyOf = (swarm: VirtualSwarm): string[] =>
  [...new Set([...swarm.agents.values()].map(({ state }) => activeStrategy(state).name))].sort();

test("every strategy brings ten strangers into step, and names their beats alike", () => {
  const within = {
    "flooded-reference": 2.2,
    "phase-nudge": 6,
    "frequency-lock": 6,
    "pulse-coupling": 8,
    "energy-aware": 12,
    adaptive: 8,
    robust: 6,
    "wall-clock": 3,
  };
  for (const [strategy, limitS] of Object.entries(within)) {
    const swarm = strangers(10, `all/${strategy}`, goalOf({ strategies: [strategy] }));
    const seconds = secondsToSync(swarm, limitS + 0.5);
    assert.ok(seconds !== undefined, `${strategy} is at R ${swarm.coherence()} after ${limitS} s`);
    swarm.run(15 * second);
    assert.ok(swarm.disagreement() < 0.1, `${strategy} disagrees by ${swarm.disagreement()} beats`);
    assert.deepEqual(beatFaults(swarm), []);
    assert.deepEqual(strategyOf(swarm), [strategy]);
  }
});

test("golden tickets leave no gap above 1.9 times the even one, and nobody moves when others leave", () => {
  const swarm = strangers(9, "golden", goalOf({ kind: "spread", strategies: ["golden-ticket"] }));
  swarm.run(4 * second);
  assert.ok(swarm.maxGapRatio() < 1.91, `the ratio is ${swarm.maxGapRatio()}`);
  const offsets = () => new Map([...swarm.agents].map(([id, { fired }]) => [id, fired.at(-1)?.offsetNs ?? -1]));
  const before = offsets();
  swarm.kill("agent-3", "agent-6");
  swarm.run(6 * second);
  for (const [id, offset] of offsets()) assert.ok(Math.abs(offset - (before.get(id) ?? 0)) < 0.1e6);
  swarm.join("newcomer", 1);
  swarm.join("another", 1);
  swarm.run(8 * second);
  assert.ok(swarm.maxGapRatio() < 1.91, "free tickets are dealt again");
});

test("with the registry away DESYNC closes the hole of those who fell silent, and rank slots come back with it", () => {
  const swarm = strangers(8, "desync", goalOf({ kind: "spread" }));
  swarm.run(4 * second);
  assert.deepEqual(strategyOf(swarm), ["rank-slots"]);
  swarm.setRegistryAway(true);
  swarm.run(10 * second);
  assert.deepEqual(strategyOf(swarm), ["rank-slots"], "nobody is missing yet");
  swarm.silence("agent-2");
  swarm.silence("agent-5");
  swarm.run(10.5 * second);
  assert.ok(swarm.maxGapRatio() > 1.4);
  swarm.run(40 * second);
  assert.deepEqual(strategyOf(swarm), ["desync-repair"]);
  assert.ok(swarm.maxGapRatio() < 1.1, `the ratio is ${swarm.maxGapRatio()}`);
  swarm.setRegistryAway(false);
  swarm.kill();
  swarm.run(45 * second);
  assert.deepEqual(strategyOf(swarm), ["rank-slots"]);
  assert.ok(swarm.maxGapRatio() < 1.05);
  const causes = [...swarm.agents.values()].flatMap(({ switches }) => switches.map(({ cause }) => cause));
  assert.deepEqual([...new Set(causes)].sort(), ["better-ready", "not-ready"]);
  assert.deepEqual(beatFaults(swarm), []);
});

test("a strategy of one's own is used, and one that does nothing is left for one that works", () => {
  const idle: Strategy = {
    name: "idle",
    serves: ["sync"],
    entry: "number",
    price: { perUpdate: 0, perRad: 0 },
    propose: () => ({ moveCycles: 0 }),
  };
  const book = strategyBookWith([idle]);
  const swarm = strangers(6, "own", goalOf({ strategies: ["idle", "phase-nudge"] }), { book });
  swarm.run(4 * second);
  assert.deepEqual(strategyOf(swarm), ["idle"]);
  assert.ok(swarm.coherence() < 0.99);
  swarm.run(20 * second);
  assert.ok(swarm.coherence() > 0.99, `R is ${swarm.coherence()}`);
  const switches = [...swarm.agents.values()].flatMap((agent) => agent.switches);
  assert.ok(switches.some(({ from, to, cause }) => from === "idle" && to === "phase-nudge" && cause === "stalled"));
});

test("a strategy that throws or proposes no number is left at once", () => {
  const broken = (name: string, propose: Strategy["propose"]): Strategy => ({
    name,
    serves: ["sync"],
    entry: "number",
    price: { perUpdate: 0, perRad: 0 },
    propose,
  });
  const thrower = broken("thrower", () => {
    throw new Error("no idea");
  });
  const book = strategyBookWith([thrower, broken("dreamer", () => ({ moveCycles: Number.NaN }))]);
  const swarm = strangers(4, "broken", goalOf({ strategies: ["thrower", "dreamer", "flooded-reference"] }), { book });
  swarm.run(3 * second);
  assert.ok(swarm.coherence() > 0.999);
  for (const { switches } of swarm.agents.values())
    assert.deepEqual(
      switches.slice(0, 2).map(({ to, cause }) => [to, cause]),
      [
        ["dreamer", "failed"],
        ["flooded-reference", "failed"],
      ],
    );
});

test("a strategy that throws when asked whether it can work is left at once, and elsewhere on the list harms nobody", () => {
  const doubter = (name: string): Strategy => ({
    name,
    serves: ["sync"],
    entry: "number",
    price: { perUpdate: 0, perRad: 0 },
    ready() {
      throw new Error("no idea");
    },
    propose: () => ({ moveCycles: 0.01 }),
  });
  const book = strategyBookWith([doubter("first"), doubter("last")]);
  const swarm = strangers(4, "doubters", goalOf({ strategies: ["first", "flooded-reference", "last"] }), { book });
  swarm.run(10 * second);
  assert.ok(swarm.coherence() > 0.999);
  for (const { switches } of swarm.agents.values())
    assert.deepEqual(switches, [{ from: "first", to: "flooded-reference", cause: "failed" }]);
});

test("a strategy that keeps all beats in one place is left under a spread, though the references agree", () => {
  const heap: Strategy = {
    name: "heap",
    serves: ["spread"],
    entry: "adopt",
    price: { perUpdate: 0, perRad: 0 },
    propose: () => ({ moveCycles: 0, offsetCycles: 0 }),
  };
  const book = strategyBookWith([heap]);
  const swarm = strangers(6, "heap", goalOf({ kind: "spread", strategies: ["heap", "rank-slots"] }), { book });
  swarm.run(30 * second);
  const switches = [...swarm.agents.values()].flatMap((agent) => agent.switches);
  assert.ok(switches.some(({ from, to, cause }) => from === "heap" && to === "rank-slots" && cause === "stalled"));
});

test("a strategy's own error is its measure of progress, and one that is no number is its failure", () => {
  const claims = (name: string, error: () => number): Strategy => ({
    ...{ name, serves: ["sync"], entry: "adopt", price: { perUpdate: 0, perRad: 0 }, error },
    propose: () => ({ moveCycles: 0 }),
  });
  const book = strategyBookWith([claims("unsure", () => Number.NaN), claims("unhappy", () => 0.4)]);
  const swarm = strangers(3, "claims", goalOf({ strategies: ["unsure", "unhappy", "flooded-reference"] }), { book });
  swarm.run(12 * second);
  for (const { switches } of swarm.agents.values())
    assert.deepEqual(
      switches.slice(0, 2).map(({ to, cause }) => [to, cause]),
      [
        ["unhappy", "failed"],
        ["flooded-reference", "stalled"],
      ],
    );
});

test("R2: a price that is no number or below nothing is a failure, and the store stays what it is", () => {
  for (const perRad of [Number.NaN, Infinity, -1]) {
    const haggler: Strategy = {
      name: "haggler",
      serves: ["sync"],
      entry: "number",
      price: { perUpdate: 0, perRad: 1 },
      propose: () => ({ moveCycles: 0.01, price: { perUpdate: 0, perRad } }),
    };
    assert.throws(() => strategyBookWith([{ ...haggler, price: { perUpdate: perRad, perRad: 0 } }]), {
      field: "strategy.price",
    });
    const book = strategyBookWith([haggler]);
    const swarm = strangers(3, "haggler", goalOf({ strategies: ["haggler", "phase-nudge"] }), { book });
    swarm.run(3 * second);
    for (const { state, switches } of swarm.agents.values()) {
      assert.deepEqual(switches[0], { from: "haggler", to: "phase-nudge", cause: "failed" });
      assert.ok(state.energy.level >= 0 && state.energy.level <= state.energy.budget.capacity, `${state.energy.level}`);
    }
  }
});

test("R2: agents without energy move no phase, and come into step as it comes back", () => {
  const energy = { capacity: 2, recoveryPerS: 1 };
  const swarm = strangers(6, "poor", goalOf({ strategies: ["phase-nudge"] }), { energy });
  swarm.run(2.6 * second);
  assert.ok(swarm.coherence() < 0.99, "the others of this file would be there by now");
  for (const { state } of swarm.agents.values()) {
    const level = energyAt(state.energy, state.energy.atNs);
    assert.ok(level >= 0 && level <= energy.capacity);
  }
  swarm.run(60 * second);
  assert.ok(swarm.coherence() > 0.99, `R is ${swarm.coherence()}`);
});

test("the stubborn move seldom, the uncoupled never, and the influential are followed", () => {
  const swarm = strangers(5, "temperament", goalOf({ strategies: ["phase-nudge"] }));
  swarm.join("rock", 0.37, { temperament: { stubbornness: 1, influence: 10 } });
  swarm.run(2.5 * second);
  const rock = swarm.agents.get("rock");
  const before = rock?.fired.map(({ atNs }) => atNs % 200e6) ?? [];
  swarm.run(12 * second);
  assert.ok(swarm.coherence() > 0.99, `R is ${swarm.coherence()}`);
  const phases = rock?.fired.map(({ atNs }) => atNs % 200e6) ?? [];
  const drift = Math.abs((phases.at(-1) ?? 0) - (before[0] ?? phases[0] ?? 0));
  assert.ok(Math.min(drift, 200e6 - drift) < 3e6, "the rock stood: the others came to it");
});
