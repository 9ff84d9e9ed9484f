/** Directives in Redis: see lua/include/directive.lua and the commands over it. */
import { directiveLimits, type Decision, type Directive, type DirectiveTarget } from "@entrain/core/decision";
import { compareIds, EntrainError } from "@entrain/kernel";
import type { DirectiveStore, OpenTarget } from "@entrain/ports";
import type { CommandPlane } from "./command-plane.ts";
import type { StoreKeys } from "./keys.ts";
import type { MessageHub } from "./message-hub.ts";

type Fields = readonly string[];

/** Targets that are looked at in one look, and open directives in one command of it. */
const lookedMax = 100_000;
const partMax = 100;

/** The directives of a swarm. */
export function createDirectiveStore(options: {
  readonly keys: StoreKeys;
  readonly commands: CommandPlane;
  readonly hub: MessageHub;
}): DirectiveStore {
  const { keys, commands, hub } = options;
  const { decisions, directivesOpen, directivesPrefix: prefix, ledger } = keys;
  const channel = keys.channels.directives;

  /** Where the next look goes on: open directives come before it. */
  let turn = 0;

  async function look(agentIds: readonly string[], before: number) {
    const reply = await commands.run("find-directives", [directivesOpen], [prefix, before, ...agentIds]);
    const [next, found] = reply as readonly [number, readonly Fields[]];
    const targets = found.map(([agentId = "", incidentId = "", decisionId = ""]) => ({
      ...{ agentId, incidentId, decisionId },
    }));
    return { next, targets };
  }

  /** The first part each time, for it has the oldest deadlines; of the others as many as may be, by turns. */
  async function find(agentIds: readonly string[]): Promise<readonly OpenTarget[]> {
    if (agentIds.length === 0) return [];
    const first = await look(agentIds, 0);
    const found = [...first.targets];
    const partsMax = Math.max(2, Math.floor(lookedMax / partMax / agentIds.length));
    turn = first.next === 0 ? 0 : Math.max(turn, first.next);
    for (let parts = 1; parts < partsMax && turn > 0; parts++) {
      const { next, targets } = await look(agentIds, turn);
      found.push(...targets);
      turn = next;
    }
    return found;
  }

  async function read(incidentIds: readonly string[]): Promise<readonly Directive[]> {
    if (incidentIds.length === 0) return [];
    const reply = await commands.run("read-directives", [], [prefix, ...incidentIds]);
    return (reply as readonly Fields[]).flatMap(
      (fields, index) => directiveFrom(incidentIds[index] ?? "", fields) ?? [],
    );
  }

  return {
    find,
    async begin({ incidentId, decisionId, agentId, run }) {
      const args = [prefix, incidentId, decisionId, agentId, run];
      const reply = (await commands.run("begin-directive", [decisions], args)) as Fields;
      const [kind, detail = "", leftMs = "", decision = ""] = reply;
      if (kind === "over" || kind === "unknown") return { kind };
      if (kind === "ended") return { kind, state: detail as DirectiveTarget["state"] };
      if (kind !== "begun") throw strange(kind);
      return { kind, attempt: Number(detail), leftMs: Number(leftMs), decision: JSON.parse(decision) as Decision };
    },
    async report({ incidentId, decisionId, agentId, run, outcome, note }) {
      const said = note.slice(0, directiveLimits.noteMax);
      const args = [channel, prefix, incidentId, decisionId, agentId, run, outcome, said];
      const [kind, state] = (await commands.run("report-directive", [directivesOpen, ledger], args)) as Fields;
      if (kind === "told") return { kind, state: state as DirectiveTarget["state"] };
      if (kind === "repeated" || kind === "lost" || kind === "unknown") return { kind };
      throw strange(kind);
    },
    async settleDue() {
      const reply = await commands.run("settle-directives", [directivesOpen, ledger], [channel, prefix]);
      const [nextInMs, settled] = reply as readonly [string, Fields];
      return { settled: await read(settled), nextInMs: nextInMs === "" ? null : Number(nextInMs) };
    },
    read,
    async figures() {
      const reply = await commands.run("read-directive-figures", [directivesOpen, ledger], []);
      const [open = 0, met = 0, missed = 0, escalated = 0] = (reply as Fields).map(Number);
      return { open, met, missed, escalated };
    },
    watch: (onSettled) => hub.watch(channel, onSettled),
  };
}

/** The directive in the fields of its hash; undefined where there are none. */
export function directiveFrom(incidentId: string, fields: Fields): Directive | undefined {
  const own = new Map<string, string>();
  const targets: DirectiveTarget[] = [];
  for (let at = 0; at < fields.length; at += 2) {
    const [name = "", value = ""] = fields.slice(at, at + 2);
    if (name.startsWith("#")) own.set(name, value);
    else targets.push(targetFrom(name, value));
  }
  if (targets.length === 0) return undefined;
  const settledAtMs = own.get("#settledAtMs");
  return {
    decisionId: own.get("#decisionId") ?? "",
    incidentId,
    action: own.get("#action") ?? "",
    scope: own.get("#scope") === "fleet" ? "fleet" : "swarm",
    complianceMin: Number(own.get("#complianceMin")),
    openedAtMs: Number(own.get("#openedAtMs")),
    dueAtMs: Number(own.get("#dueAtMs")),
    outcome: (own.get("#outcome") ?? "open") as Directive["outcome"],
    settledAtMs: settledAtMs === undefined ? null : Number(settledAtMs),
    missing: (own.get("#missing") ?? "")
      .split(" ")
      .filter((agentId) => agentId !== "")
      .sort(compareIds),
    targets: targets.sort((a, b) => compareIds(a.agentId, b.agentId)),
  };
}

/** `<state> <attempts> <changed at> <run or -> <note>`; a note may hold anything. */
function targetFrom(agentId: string, text: string): DirectiveTarget {
  const [state, attempts, changedAtMs, run = "-", ...note] = text.split(" ");
  return {
    agentId,
    state: state as DirectiveTarget["state"],
    attempts: Number(attempts),
    run: run === "-" ? "" : run,
    note: note.join(" "),
    changedAtMs: Number(changedAtMs),
  };
}

const strange = (kind: string | undefined): EntrainError =>
  new EntrainError("internal", `a command of the directives answered ${kind ?? "nothing"}`);
