/** What a swarm shares, as log lines: the document, the policy in it, watches, budgets, rates. */
import type { RuntimeEvent } from "@entrain/ports";
import { line, type EventLine } from "./line.ts";

/** Pointers that a line names. */
const pointersMax = 20;

type SharingEvent = Extract<
  RuntimeEvent,
  {
    readonly kind:
      | "context.read"
      | "context.served"
      | "context.changed"
      | "context.resynced"
      | "watch.resynced"
      | "policy.changed"
      | "policy.refused"
      | "mode.switched"
      | "rule.failed"
      | "watches.sampled"
      | "budget.answered"
      | "budgets.audited"
      | "budgets.counted"
      | "rate.refreshed";
  }
>;

/** What became of the shared document, of watches, budgets and rates. */
export function sharingLine(event: SharingEvent): EventLine {
  switch (event.kind) {
    case "context.read":
      return line(event.ok ? "trace" : "warn", event.ok ? "context read" : "context could not be read", {
        roundTripMs: event.roundTripMs,
      });
    case "context.served":
      return line("trace", "context served", { hit: event.hit, stale: event.stale });
    case "context.resynced":
      return line("info", "context taken over as a whole", { version: event.version, fromVersion: event.fromVersion });
    case "watch.resynced": {
      const { cause, fromVersion, version } = event;
      return line("warn", "a watcher of the context begins anew", { cause, fromVersion, version });
    }
    case "context.changed": {
      const { version, baseVersion, author, reason, pointers } = event;
      const named = pointers.slice(0, pointersMax);
      return line("info", "context changed", { version, baseVersion, author, reason, pointers: named });
    }
    case "policy.changed":
      return line("info", "policy in use", { contextVersion: event.contextVersion, policyHash: event.policyHash });
    case "mode.switched":
      return line("info", event.swarmMode ? "decisions are the swarm's" : "decisions are each agent's own", {
        contextVersion: event.contextVersion,
      });
    case "policy.refused":
      return line("warn", "policy refused; the last one stays in use", {
        contextVersion: event.contextVersion,
        cause: event.message,
      });
    case "rule.failed": {
      const { ruleId, contextVersion, message } = event;
      return line("warn", "rule failed on a reading", { ruleId, contextVersion, error: message });
    }
    case "watches.sampled": {
      const { open, waiting, behindMax, told } = event;
      return line("trace", "watches of the context", { open, waiting, behindMax, told });
    }
    case "budget.answered":
      return line("trace", "budget answered", { operation: event.operation, outcome: event.outcome });
    case "budgets.audited": {
      const { entries, from, complete, faults } = event.report;
      const [first] = faults;
      if (first !== undefined)
        return line("error", "the budgets' books are wrong", { entries, from, faults: faults.length, first });
      return complete
        ? line("info", "the budgets' books are right", { entries, from })
        : line("warn", "the budgets' log no longer reaches back far enough to be audited", { entries, from });
    }
    case "budgets.counted":
      return line("trace", "budgets counted", { budgets: event.budgets, leases: event.leases });
    case "rate.refreshed": {
      const { rate, ok, perSecond, waiting, taken } = event;
      return line(ok ? "trace" : "debug", ok ? "rate refreshed" : "rate could not be refreshed", {
        rate,
        perSecond,
        waiting,
        taken,
      });
    }
  }
}
