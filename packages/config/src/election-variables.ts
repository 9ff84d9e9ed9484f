/** The part of the table of variables that says how the leadership is held, and who goes first for it. */
import * as types from "./variable-types.ts";
import { variable } from "./variable.ts";

const servers = ["agent", "decision-loop", "coordinator", "console"] as const;

/** Variables of the leadership by the names of their values in the config. */
export const electionVariables = {
  leaseMs: variable("ENTRAIN_LEASE", types.duration("100ms", "10m"), {
    default: "2s",
    services: servers,
    doc: "How long a leadership holds without renewal; more than renewal, store timeout and margin together.",
  }),
  leaseRenewMs: variable("ENTRAIN_LEASE_RENEW", types.duration("10ms", "5m"), {
    default: "500ms",
    services: servers,
    doc: "Pause between two renewals of a leadership.",
  }),
  leaseMarginMs: variable("ENTRAIN_LEASE_MARGIN", types.duration("1ms", "5m"), {
    default: "300ms",
    services: servers,
    doc: "How long before the end of its lease a leader stops acting.",
  }),
  priority: variable("ENTRAIN_PRIORITY", types.wholeNumber(0, 100), {
    default: "50",
    services: ["agent"],
    doc: "Of this process where the leadership is free: the highest of those present goes first ([who is elected](locks.md#who-is-elected)).",
  }),
} as const;
