/** A reasoner that takes its time, for the benches of decisions: 50 to 100 ms, evenly spread, for what the rule says. */
import { setTimeout as delay } from "node:timers/promises";
import { createRandom } from "@entrain/kernel";
import { ruleVerdict } from "@entrain/core/decision";
import type { Reasoner } from "@entrain/ports";

/** The reasoner; `seed` seeds how long it takes. */
export function createPonderousReasoner(seed: string): Reasoner {
  const random = createRandom(seed);
  return {
    name: "ponderous",
    async reason({ rule }) {
      await delay(50 + 50 * random.next());
      if (rule === undefined) throw new Error("no rule concerns this reading");
      return ruleVerdict(rule);
    },
  };
}
