/**
 * The policies that a run over decisions changes between, and what each decision's stored input gives under its own again.
 * They differ in action, safe action and in how long followers wait: with 5 ms they race the leader on every incident.
 */
import { createHash } from "node:crypto";
import { canonicalJson } from "@entrain/kernel";
import { defaultPolicy, type Decision, type Policy } from "@entrain/core/decision";
import { compilePolicy } from "@entrain/reasoners";
import type { ReplayedDecision } from "@entrain/testkit/history";

/** Cooldowns, ms: of the first policy, under which incidents recur, and of all others, longer than a run. */
export const cooldownsMs = { first: 100, others: 600_000 } as const;

/** SHA-256 of a text, hex. */
export const sha256Hex = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The policy of the run's `index`-th change, from 1. */
export function policyAt(index: number, safeModeHealth = defaultPolicy.safeModeHealth): Policy {
  // Incidents recur under a calm one; the run itself begins with a race.
  const calm = index % 2 === 1;
  return {
    ...defaultPolicy,
    safeModeHealth,
    safeAction: calm ? "enter_safe_mode" : "shed_load",
    leaderFirstMs: calm ? 60 : 5,
    cooldownMs: index === 1 ? cooldownsMs.first : cooldownsMs.others,
    rules: [
      {
        id: `hot-${index}`,
        when: "has(t.temperature) && t.temperature >= 80.0",
        kind: "overheating",
        band: "critical",
        type: "ANOMALY_RESPONSE",
        action: calm ? "cool_down" : "throttle",
        confidence: 0.9,
        reasoning: "temperature at or over 80 °C",
      },
    ],
  };
}

/**
 * Puts decisions to the rules again (D2); `policies` are all that were in use.
 * @throws Error for a decision under any other.
 */
export function replayUnder(policies: readonly Policy[]): (decision: Decision) => ReplayedDecision {
  const compiled = new Map(
    policies.map((policy) => {
      const taken = compilePolicy(policy);
      return [sha256Hex(canonicalJson(taken.policy)), taken];
    }),
  );
  return ({ incidentId, input, policyHash, reasoning }) => {
    const taken = compiled.get(policyHash);
    if (taken === undefined) throw new Error(`${incidentId} was decided under a policy that nobody wrote`);
    const inputHash = sha256Hex(canonicalJson(input));
    if (input.safeMode) return { inputHash, verdict: { type: "SAFE_MODE", action: taken.policy.safeAction } };
    // A reasoner that was late on a busy machine, and one that follows its mood, need not say the same again.
    if (input.reading["whim"] === true || reasoning.startsWith("safe action: reasoner"))
      return { inputHash, verdict: undefined };
    const { rule } = taken.classify(input.reading);
    return { inputHash, verdict: rule ?? { type: "NORMAL", action: "none" } };
  };
}
