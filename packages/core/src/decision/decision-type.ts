/** The closed set of decision types; policies and verdicts from outside are checked against it. */

/** What sort of decision it is. */
export type DecisionType = "NORMAL" | "ANOMALY_RESPONSE" | "RESOURCE_OPTIMIZATION" | "SAFE_MODE" | "FAILOVER";

/** All of them. */
export const decisionTypes: readonly DecisionType[] = [
  "NORMAL",
  "ANOMALY_RESPONSE",
  "RESOURCE_OPTIMIZATION",
  "SAFE_MODE",
  "FAILOVER",
];

/** True where a value from outside is one of them. */
export function isDecisionType(candidate: unknown): candidate is DecisionType {
  return decisionTypes.some((type) => type === candidate);
}
