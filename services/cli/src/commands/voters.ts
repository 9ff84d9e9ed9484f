/** `entrain voters`: whose votes count in a running swarm, and an operator's way to end dead ones' (M2), from its console. */
import { EntrainError } from "@entrain/kernel";
import { table } from "../account/table.ts";
import type { ConsoleClient } from "../console/console-client.ts";
import type { VotersView } from "../console/console-views.ts";
import { exitCodes } from "../exit-code.ts";
import { readFlags } from "../flags.ts";
import type { Command } from "./command.ts";
import { consoleAt } from "./console-flags.ts";

const flagTable = { url: "text", dead: "switch", json: "switch" } as const;

export const voters: Command = async (argv, world) => {
  const { stdout } = world;
  const flags = readFlags("entrain voters", flagTable, argv, 2);
  const [what = "list", agentId] = flags.words;
  const isAllDead = flags.given("dead");
  checkWords(what, agentId, isAllDead);
  const console = consoleAt(flags.text("url"), world);
  const write = (lines: readonly string[]): void => {
    stdout.write(lines.map((line) => `${line}\n`).join(""));
  };
  const removed = what === "remove" ? await remove(console, agentId) : [];
  const view = await console.voters();
  if (flags.given("json")) write([JSON.stringify({ kind: "voters", ...view, removed })]);
  else write([...removed.map((one) => `${one} is no voter any more`), ...voterLines(view)]);
  return exitCodes.done;
};

function checkWords(what: string, agentId: string | undefined, isAllDead: boolean): void {
  if (what !== "list" && what !== "remove")
    throw new EntrainError(
      "invalid-argument",
      `${JSON.stringify(what)} is nothing that entrain voters does: list or remove`,
    );
  if (what === "list" && (agentId !== undefined || isAllDead))
    throw new EntrainError(
      "invalid-argument",
      "entrain voters list takes neither a name nor --dead: they are for remove",
    );
  if (what === "remove" && (agentId !== undefined) === isAllDead)
    throw new EntrainError(
      "invalid-argument",
      "entrain voters remove takes the name of one dead voter, or --dead for all",
    );
}

/** One after the other, as the record is changed (M2). Who came back meanwhile keeps its vote; without a name, all dead ones. */
async function remove(console: ConsoleClient, agentId: string | undefined): Promise<readonly string[]> {
  if (agentId !== undefined) {
    await console.removeVoter(agentId);
    return [agentId];
  }
  const removed: string[] = [];
  for (const voter of (await console.voters()).voters.filter(({ dead }) => dead)) {
    try {
      await console.removeVoter(voter.agentId);
      removed.push(voter.agentId);
    } catch (thrown) {
      const { code } = EntrainError.from(thrown);
      if (code !== "conflict" && code !== "not-found") throw thrown;
    }
  }
  return removed;
}

/** The lines of the account: what can be decided, then a row a voter. */
export function voterLines({ quorum, voters: all }: VotersView): readonly string[] {
  if (all.length === 0) return [`no voter yet; a quorum is ${quorum}`];
  const dead = all.filter((voter) => voter.dead).length;
  const alive = all.length - dead;
  const isWedged = alive < quorum && dead > 0;
  return [
    `${all.length} voters, ${alive} alive, ${dead} dead; a quorum is ${quorum}`,
    ...(isWedged ? ["nothing can be decided: where the dead stay away, entrain voters remove --dead"] : []),
    "",
    ...table([
      ["voter", "state", "since"],
      ...all.map((voter) => [voter.agentId, voter.dead ? "dead" : "alive", sinceText(voter.since)]),
    ]),
  ];
}

function sinceText(since: number | null): string {
  return since === null ? "-" : new Date(since).toISOString();
}
