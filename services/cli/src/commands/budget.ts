/** `entrain budget`: the budgets of a running swarm, and the audit of their books, from its console. */
import { EntrainError } from "@entrain/kernel";
import { table } from "../account/table.ts";
import type { AuditView, BudgetView } from "../console/console-views.ts";
import { exitCodes } from "../exit-code.ts";
import { readFlags } from "../flags.ts";
import type { Command } from "./command.ts";
import { consoleAt } from "./console-flags.ts";

const flagTable = { url: "text", json: "switch" } as const;

export const budget: Command = async (argv, world) => {
  const { stdout } = world;
  const flags = readFlags("entrain budget", flagTable, argv, 1);
  const console = consoleAt(flags.text("url"), world);
  const write = (lines: readonly string[]): void => {
    stdout.write(lines.map((line) => `${line}\n`).join(""));
  };
  const [what = "list"] = flags.words;
  if (what === "list") {
    const budgets = await console.budgets();
    write(
      flags.given("json") ? budgets.map((one) => JSON.stringify({ kind: "budget", ...one })) : budgetLines(budgets),
    );
    return exitCodes.done;
  }
  if (what !== "audit")
    throw new EntrainError(
      "invalid-argument",
      `${JSON.stringify(what)} is nothing that entrain budget does: list or audit`,
    );
  const report = await console.auditBudgets();
  write(flags.given("json") ? [JSON.stringify({ kind: "audit", ...report })] : auditLines(report));
  return report.faults.length === 0 ? exitCodes.done : exitCodes.failed;
};

/** The lines of the account: a row for each resource of each budget. */
export function budgetLines(budgets: readonly BudgetView[]): readonly string[] {
  if (budgets.length === 0) return ["no budget yet"];
  const rows = budgets.flatMap(({ budgetId, parentId, strategy, limits, used, granted, available, leases }) =>
    Object.keys(limits).map((resource) => [
      budgetId,
      parentId ?? "-",
      strategy,
      resource,
      ...[limits, used, granted, available].map((amounts) => String(amounts[resource] ?? "-")),
      String(leases),
    ]),
  );
  return table([["budget", "of", "strategy", "resource", "limit", "used", "granted", "available", "leases"], ...rows]);
}

/** What an audit found, for people. */
export function auditLines({ entries, from, complete, faults, presumed }: AuditView): readonly string[] {
  const start = from === 0 ? "the first change" : `the checkpoint after change ${from}`;
  const scope = complete
    ? `${entries} changes replayed from ${start} on`
    : `the log no longer reaches back to ${start}: of ${entries} changes only the present balance was looked at`;
  const open = presumed.map(
    ({ budgetId, resource, amount }) => `presumed spent by holders who vanished: ${amount} ${resource} of ${budgetId}`,
  );
  return [scope, ...open, ...faults, faults.length === 0 ? "the books are right" : `${faults.length} faults`];
}
