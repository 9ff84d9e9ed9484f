/**
 * How likely an agent is to fail at what it is given to do, 0 (none) to 1. Where the health score says how well an agent does now,
 * the risk also counts what keeps coming back: an agent that meets one anomaly after the other is not one to lean on, however
 * well it answers each. The load of its host is left out: that is the same for all who share the machine.
 */
import { agentHealth, type HealthSignals } from "./health.ts";

/** What one agent's risk is made of. */
export interface RiskSignals extends Omit<HealthSignals, "loadPerCore"> {
  /** Anomalies that its own telemetry showed of late, each incident once; see `createAnomalyWindow`. */
  readonly anomalies: number;
}

/** Anomalies at which the risk is 1. */
const anomaliesFull = 10;

/** One agent's risk from its own signals: whatever speaks against it adds to the rest as independent chances do. */
export function agentRisk({ anomalies, ...signals }: RiskSignals): number {
  const recurrence = Math.min(1, Math.max(0, anomalies) / anomaliesFull);
  return 1 - agentHealth({ ...signals, loadPerCore: 0 }) * (1 - recurrence);
}

/** The mean over everybody; undefined for an empty swarm. */
export function swarmRisk(risks: readonly number[]): number | undefined {
  return risks.length === 0 ? undefined : risks.reduce((sum, risk) => sum + risk, 0) / risks.length;
}
