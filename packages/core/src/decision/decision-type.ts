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

/** True where it answers something that is wrong; resources that are short and a whole swarm that is unwell are no agent's fault. */
export function isAnomaly(type: DecisionType): boolean {
  return type === "ANOMALY_RESPONSE" || type === "FAILOVER";
}

/** True where a value from outside is one of them. */
export function isDecisionType(candidate: unknown): candidate is DecisionType {
  return decisionTypes.some((type) => type === candidate);
}
