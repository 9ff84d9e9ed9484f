/** What an agent's temperament makes of its strategy's moves. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { energyAt } from "./energy.ts";
import { firstGoal } from "./goal.ts";
import { shifted } from "./oscillator.ts";
import { strangers } from "./virtual-swarm.ts";

const second = 1e9;

for (const strategy of ["flooded-reference", "wall-clock"])
  for (const couplingStrength of [0.5, 1, 2])
    test(`under ${strategy}, coupled by ${couplingStrength}, an agent whose clock stood still comes back into step`, () => {
      const goal = firstGoal({ kind: "sync", periodMs: 200, strategies: [strategy] }, 0);
      const swarm = strangers(5, "frozen", goal, { temperament: { couplingStrength } });
      swarm.run(5 * second);
      const frozen = swarm.agents.get("agent-2")!;
      const localNs = (swarm.nowNs - frozen.startNs) * frozen.rate;
      frozen.state = { ...frozen.state, oscillator: shifted(frozen.state.oscillator, localNs, -0.3) };
      swarm.run(8 * second);
      assert.ok(swarm.coherence() > 0.999, `R is ${swarm.coherence()}`);
      const { energy } = frozen.state;
      assert.ok(energyAt(energy, energy.atNs) > energy.budget.capacity / 2, "it spent no more than it had to");
    });
