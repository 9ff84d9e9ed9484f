/**
 * The rules that ship: units and bands are part of each rule's reasoning, and docs/rules.md lists them. All critical rules
 * stand before all warnings, so that a warning never hides something worse in the same reading. Host load alone asks
 * for relief; it never brings the swarm into safe mode.
 */
import type { Policy, Rule } from "./policy.ts";

/** A number as a CEL double: readings are doubles, and a literal of the same type says so. */
function celDouble(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** A reading over two thresholds: the one farther out is critical. A state stays until the reading is `margin` back. */
function bands(
  name: string,
  unit: string,
  kind: string,
  limits: { readonly warning: number; readonly critical: number; readonly margin: number; readonly below?: boolean },
  actions: { readonly warning: string; readonly critical: string },
  type: Rule["type"] = "ANOMALY_RESPONSE",
): Rule[] {
  const sign = limits.below === true ? "<=" : ">=";
  const inwards = limits.below === true ? limits.margin : -limits.margin;
  const worded = limits.below === true ? "at or under" : "at or over";
  return (["critical", "warning"] as const).map((band) => ({
    id: `${kind}-${band}`,
    when: `has(t.${name}) && t.${name} ${sign} ${celDouble(limits[band])}`,
    // Rounded: 0.97 - 0.02 is not the double that people write.
    holdsWhile: `has(t.${name}) && t.${name} ${sign} ${celDouble(Number((limits[band] + inwards).toPrecision(12)))}`,
    kind,
    band,
    type,
    action: actions[band],
    confidence: band === "critical" ? 0.95 : 0.8,
    reasoning: `${name} ${worded} ${limits[band]} ${unit} (${band})`,
  }));
}

const bandedRules: readonly Rule[] = [
  ...bands(
    "temperature",
    "°C",
    "overheating",
    { warning: 70, critical: 80, margin: 3 },
    { warning: "throttle", critical: "cool_down" },
  ),
  ...bands(
    "power",
    "W",
    "overload",
    { warning: 900, critical: 1_200, margin: 50 },
    { warning: "reduce_power", critical: "shed_load" },
  ),
  ...bands(
    "radiation",
    "mSv/h",
    "radiation",
    { warning: 2, critical: 10, margin: 0.5 },
    { warning: "shield", critical: "enter_safe_mode" },
  ),
  ...bands(
    "signal",
    "dBm",
    "weak-signal",
    { warning: -100, critical: -110, margin: 3, below: true },
    { warning: "switch_antenna", critical: "switch_antenna" },
  ),
  ...bands(
    "cpu",
    "share of all cores",
    "cpu",
    { warning: 0.95, critical: 0.99, margin: 0.03 },
    { warning: "throttle", critical: "shed_load" },
    "RESOURCE_OPTIMIZATION",
  ),
  ...bands(
    "memory",
    "share in use",
    "memory",
    { warning: 0.9, critical: 0.97, margin: 0.02 },
    { warning: "free_memory", critical: "shed_load" },
    "RESOURCE_OPTIMIZATION",
  ),
  ...bands(
    "loopDelayMs",
    "ms p99",
    "loop-delay",
    { warning: 200, critical: 1_000, margin: 50 },
    { warning: "slow_intake", critical: "shed_load" },
    "RESOURCE_OPTIMIZATION",
  ),
  ...bands(
    "loadPerCore",
    "runnable processes per core",
    "load",
    { warning: 8, critical: 32, margin: 1 },
    { warning: "throttle", critical: "shed_load" },
    "RESOURCE_OPTIMIZATION",
  ),
  ...bands(
    "disk",
    "share in use",
    "disk",
    { warning: 0.9, critical: 0.97, margin: 0.02 },
    { warning: "free_disk", critical: "free_disk" },
    "RESOURCE_OPTIMIZATION",
  ),
];

/** The policy of a new swarm. */
export const defaultPolicy: Policy = {
  actions: [
    "enter_safe_mode",
    "cool_down",
    "throttle",
    "shed_load",
    "reduce_power",
    "shield",
    "switch_antenna",
    "free_memory",
    "free_disk",
    "slow_intake",
  ],
  safeAction: "enter_safe_mode",
  safeModeHealth: 0.5,
  cooldownMs: 30_000,
  leaderFirstMs: 60,
  budgetMs: 1_000,
  rules: [
    ...bandedRules.filter(({ band }) => band === "critical"),
    ...bandedRules.filter(({ band }) => band === "warning"),
  ],
};
