/** `entrain decisions`: the newest decisions of a running swarm, and the audit of them by replay, from its console. */
import { EntrainError } from "@entrain/kernel";
import { table } from "../account/table.ts";
import type { DecisionAuditView, DecisionView } from "../console/console-views.ts";
import { exitCodes } from "../exit-code.ts";
import { readFlags } from "../flags.ts";
import { readWholeNumber } from "../numbers.ts";
import type { Command } from "./command.ts";
import { consoleAt } from "./console-flags.ts";

const flagTable = { url: "text", limit: "text", json: "switch" } as const;
/** How many are looked at, where that is not said, and at most. */
const limits = { list: { default: "20", max: 1_000 }, audit: { default: "1000", max: 10_000 } } as const;

export const decisions: Command = async (argv, world) => {
  const { stdout } = world;
  const flags = readFlags("entrain decisions", flagTable, argv, 1);
  const [what = "list"] = flags.words;
  if (what !== "list" && what !== "audit")
    throw new EntrainError(
      "invalid-argument",
      `${JSON.stringify(what)} is nothing that entrain decisions does: list or audit`,
    );
  const limit = readWholeNumber("--limit", flags.text("limit") ?? limits[what].default, 1, limits[what].max);
  const console = consoleAt(flags.text("url"), world);
  const write = (lines: readonly string[]): void => {
    stdout.write(lines.map((line) => `${line}\n`).join(""));
  };
  if (what === "audit") {
    const audit = await console.auditDecisions(limit);
    write(flags.given("json") ? [JSON.stringify({ kind: "audit", ...audit })] : auditLines(audit));
    return audit.faults.length === 0 ? exitCodes.done : exitCodes.failed;
  }
  const newest = await console.decisions(limit);
  write(
    flags.given("json")
      ? newest.map((decision) => JSON.stringify({ kind: "decision", ...decision }))
      : decisionLines(newest),
  );
  return exitCodes.done;
};

/** What an audit found, for people. */
export function auditLines({ decisions, rules, policyUnknown, faults }: DecisionAuditView): readonly string[] {
  const unknown =
    policyUnknown === 0 ? [] : [`${policyUnknown} under policies that the history no longer holds: their hash alone`];
  return [
    `${decisions} decisions put to their own policies again`,
    `the rules say the same of ${rules.same}; a reasoner of an agent's own decided ${rules.other}; ` +
      `${rules.fallback} are the safe action for a cause from outside`,
    ...unknown,
    ...faults,
    faults.length === 0 ? "each is what its input gives" : `${faults.length} faults`,
  ];
}

/** The lines of the account, newest first. */
export function decisionLines(newest: readonly DecisionView[]): readonly string[] {
  if (newest.length === 0) return ["no decision yet"];
  const rows = newest.map(({ committedAt, action, type, term, contextVersion, acts, directive, incidentId }) => [
    committedAt === null ? "-" : new Date(committedAt).toISOString(),
    action,
    type,
    String(term ?? "-"),
    String(contextVersion ?? "-"),
    String(acts.length),
    carriedOut(directive),
    incidentId,
  ]);
  return [
    ...table([["at", "action", "type", "term", "context", "acts", "carried out", "incident"], ...rows]),
    ...newest.flatMap(escalatedLines),
  ];
}

/** `4/5 missed`, `4/5 met, 1 missing`; nothing where the action goes to nobody. */
function carriedOut(directive: DecisionView["directive"]): string {
  if (directive === undefined || directive === null) return "-";
  const { done, targets, outcome, missing = [] } = directive;
  return `${done}/${targets} ${outcome}${missing.length === 0 ? "" : `, ${missing.length} missing`}`;
}

/** Those who did not carry a settled action out, and those to whom it did not go, one line each. */
function escalatedLines({ action, incidentId, directive }: DecisionView): readonly string[] {
  if (directive === undefined || directive === null || directive.outcome === "open") return [];
  const { lacking, missing = [] } = directive;
  return [
    ...lacking.map(
      ({ agentId, state, note }) =>
        `${agentId} has not carried ${action} out for ${incidentId}: ${state}${note === "" ? "" : ` (${note})`}`,
    ),
    ...missing.map((agentId) => `${agentId} was missing when ${action} was proposed for ${incidentId}`),
  ];
}
