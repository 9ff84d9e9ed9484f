/** The records in the sample events. */
import type { Decision } from "@entrain/core/decision";
import type { MemberRecord } from "@entrain/core/membership";

/** A decision. */
export const decision: Decision = {
  decisionId: "d-1",
  incidentId: "i-1",
  type: "ANOMALY_RESPONSE",
  action: "cool_down",
  confidence: 0.95,
  reasoning: "temperature at or over 80 °C (critical)",
  term: 1_700_000_000_000,
  contextVersion: 3,
  policyHash: "ab12",
  input: {
    reading: { temperature: 85 },
    health: 1,
    safeMode: false,
    contextVersion: 3,
    policyHash: "ab12",
  },
  inputHash: "cd34",
  committedBy: "a-1",
  committedAtMs: 1_700_000_000_000,
};

/** A member that died. */
export const member: MemberRecord = {
  agentId: "a-2",
  incarnation: 7,
  state: "dead",
  processId: "p-2",
  host: "host-2",
  pid: 42,
  address: "10.0.0.2:50051",
  opsUrl: "http://10.0.0.2:9100",
  health: 0.5,
  joinedAtMs: 1_700_000_000_000,
  changedAtMs: 1_700_000_060_000,
};
