/** `entrain decisions`: the newest decisions of a running swarm, from its console. */
import { table } from "../account/table.ts";
import type { DecisionView } from "../console/console-views.ts";
import { exitCodes } from "../exit-code.ts";
import { readFlags } from "../flags.ts";
import { readWholeNumber } from "../numbers.ts";
import type { Command } from "./command.ts";
import { consoleAt } from "./console-flags.ts";

const flagTable = { url: "text", limit: "text", json: "switch" } as const;
const limitMax = 1_000;

export const decisions: Command = async (argv, { env, stdout }) => {
  const flags = readFlags("entrain decisions", flagTable, argv);
  const limit = readWholeNumber("--limit", flags.text("limit") ?? "20", 1, limitMax);
  const newest = await consoleAt(flags.text("url"), env).decisions(limit);
  const lines = flags.given("json")
    ? newest.map((decision) => JSON.stringify({ kind: "decision", ...decision }))
    : decisionLines(newest);
  stdout.write(lines.map((line) => `${line}\n`).join(""));
  return exitCodes.done;
};

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

/** `4/5 missed`; nothing where the action goes to nobody. */
function carriedOut(directive: DecisionView["directive"]): string {
  if (directive === undefined || directive === null) return "-";
  return `${directive.done}/${directive.targets} ${directive.outcome}`;
}

/** Those who did not carry a settled action out, one line each. */
function escalatedLines({ action, incidentId, directive }: DecisionView): readonly string[] {
  if (directive === undefined || directive === null || directive.outcome === "open") return [];
  return directive.lacking.map(
    ({ agentId, state, note }) =>
      `${agentId} has not carried ${action} out for ${incidentId}: ${state}${note === "" ? "" : ` (${note})`}`,
  );
}
