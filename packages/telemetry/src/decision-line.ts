/** Decisions as log lines: how they were come to, what became of them, and the mode that they were taken in. */
import type { DecisionEvent } from "@entrain/ports";
import { line, type EventLine } from "./line.ts";

type EventOf<Kind extends DecisionEvent["kind"]> = Extract<DecisionEvent, { readonly kind: Kind }>;

/** Targets in one line; the ledger has all of them. */
const lackingShown = 20;

/** What decisions have to tell. */
export function decisionLine(event: DecisionEvent): EventLine {
  switch (event.kind) {
    case "decision.acted":
      return actedLine(event);
    case "proposal.answered": {
      const { agentId, incidentId, stands } = event;
      return line("trace", stands ? "the proposal stands" : "another proposal stands", { agentId, incidentId, stands });
    }
    case "decision.reconciled": {
      const { kind: _, ...fields } = event;
      const agrees = fields.ledgerAction === null || fields.acted === fields.ledgerAction;
      return line(agrees ? "info" : "warn", "compared an action taken alone with the ledger", fields);
    }
    case "decision.unreachable":
      return line("warn", "no decision loop answered", { agentId: event.agentId, cause: event.message });
    case "decision.reoffered": {
      const { kind: _, ...fields } = event;
      return line(fields.outcome === "restored" ? "debug" : "warn", "the ledger had lost a decision", fields);
    }
    case "gate.judged": {
      const { kind: _, ...fields } = event;
      const passed = fields.outcome === "passed";
      return line(passed ? "info" : "warn", passed ? "the safety gate let an action pass" : fields.message, fields);
    }
    case "approval.asked": {
      const { kind: _, ...fields } = event;
      return line(fields.outcome === "approved" ? "info" : "warn", `the voters' approval: ${fields.outcome}`, fields);
    }
    case "action.attempted": {
      const { kind: _, ...fields } = event;
      const isWell = fields.outcome === "done" && fields.told === "told";
      return line(isWell ? "info" : "warn", `an approved action: ${fields.outcome}`, fields);
    }
    case "directive.settled": {
      const { kind: _, ...fields } = event;
      const isWhole = fields.lacking.length + fields.missing.length === 0;
      return line(isWhole ? "info" : "warn", `a directive is settled: ${fields.outcome}`, {
        ...fields,
        lacking: fields.lacking.slice(0, lackingShown),
        missing: fields.missing.slice(0, lackingShown),
      });
    }
    case "directives.counted": {
      const { kind: _, ...fields } = event;
      return line("trace", "directives counted", fields);
    }
    case "safe-mode.switched":
      return line(event.on ? "warn" : "info", event.on ? "safe mode begins" : "safe mode ends", {
        health: event.health,
      });
    case "safe-mode.held":
      return line("trace", "safe mode goes on", { heldMs: event.heldMs });
    case "reasoner.failed":
      return line("warn", "reasoner failed", { reasoner: event.reasoner, cause: event.cause, error: event.message });
    case "acts.unrecorded": {
      const { pending, dropped, message } = event;
      return line("warn", "acts wait to be recorded", { pending, dropped, cause: message });
    }
    case "decisions.counted": {
      const { committed, divergent, safeAlone } = event;
      return line("trace", "decisions counted", { committed, divergent, safeAlone });
    }
    case "acts.measured": {
      const { kind: _, ...fields } = event;
      return line("trace", "acts measured", fields);
    }
  }
}

/** Not the whole decision: the ledger has it, under these ids. */
function actedLine(event: EventOf<"decision.acted">): EventLine {
  const { agentId, decision, source, role, latencyMs, contextHit, repeatedBecause } = event;
  const { incidentId, decisionId, term, type, action, contextVersion, policyHash } = decision;
  const level = source === "safe-alone" ? "warn" : type === "NORMAL" ? "debug" : "info";
  const acted = source === "safe-alone" ? "took the safe action alone" : `decision ${source}`;
  const message = repeatedBecause === undefined ? acted : `${acted}, as answered before: ${repeatedBecause}`;
  const ids = { agentId, incidentId, decisionId, term, contextVersion, policyHash };
  return line(level, message, { ...ids, type, action, source, role, latencyMs, contextHit });
}
