/**
 * The Lua commands: one file each under lua/, read once. The text that Redis gets is the file's shebang line, the
 * preamble (generation and clock, S1), the files named in its `-- Include:` line, and the file itself.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { EntrainError } from "@entrain/kernel";

const scriptNames = [
  "acknowledge-message",
  "allocate-budget",
  "amend-budget",
  "answer-handoff",
  "append-session",
  "arrive",
  "assign-roles",
  "begin-directive",
  "campaign",
  "cancel-session",
  "cancel-tasks",
  "cast-vote",
  "claim-round",
  "claim-run",
  "claim-slot",
  "claim-tasks",
  "close-budget",
  "commit-context",
  "commit-decision",
  "compact-budget-log",
  "complete-task",
  "confirm-handoff",
  "consume-allocation",
  "contribute",
  "create-budget",
  "create-session",
  "define-schedule",
  "depart",
  "drop-group",
  "enroll-voter",
  "evict-voter",
  "extend-allocation",
  "fail-message",
  "fail-task",
  "find-context-request",
  "find-directives",
  "hand-task",
  "heartbeat",
  "lease-rate",
  "leave",
  "hint-context",
  "list-context-versions",
  "list-decisions",
  "list-schedules",
  "list-sessions",
  "look-contribution",
  "next-round",
  "offer-task",
  "open-generation",
  "open-group",
  "open-incident",
  "open-proposal",
  "prolong-budget",
  "publish-message",
  "read-allocation-holder",
  "read-budget-checkpoint",
  "read-budget-log",
  "read-budgets",
  "read-bus",
  "read-bus-record",
  "read-context",
  "read-context-changes",
  "read-dead-letters",
  "read-decision",
  "read-directive-figures",
  "read-directives",
  "read-fenced",
  "read-fleet",
  "read-global-state",
  "read-leader",
  "read-ledger-stats",
  "read-member-changes",
  "read-members",
  "read-or-create-context",
  "read-or-create-goal",
  "read-proposals",
  "read-session",
  "read-task-figures",
  "read-tasks",
  "read-voters",
  "reclaim-budgets",
  "record-acts",
  "record-slot",
  "refute-suspicion",
  "register",
  "release",
  "release-allocation",
  "release-rate",
  "remove-voter",
  "renew",
  "renew-message",
  "renew-rate",
  "renew-task",
  "reoffer-decisions",
  "replay-message",
  "replay-task",
  "report-directive",
  "report-members",
  "sample-members",
  "save-fenced",
  "set-budget-defaults",
  "set-goal",
  "settle-directives",
  "settle-round",
  "settle-run",
  "succeed-leader",
  "take-messages",
  "transfer-budget",
  "transfer-task",
] as const;

/** The name of a command: its file without the ending. */
export type ScriptName = (typeof scriptNames)[number];

/** One command, ready to be sent. */
export interface Script {
  readonly name: ScriptName;
  /** How many keys it takes, from the `-- KEYS:` line of its header. */
  readonly keyCount: number;
  /** It changes nothing, so it is run as such: whoever may only read may run it. */
  readonly readOnly: boolean;
  readonly text: string;
  /** SHA-1 of the text: its name in the server's script cache. */
  readonly sha: string;
}

/** All commands by name. */
export type Scripts = Readonly<Record<ScriptName, Script>>;

/** Opens the generation, so it cannot be bound to one. */
const withoutPreamble: ReadonlySet<ScriptName> = new Set(["open-generation"]);

const folder = new URL("./lua/", import.meta.url);
let loaded: Scripts | undefined;

/** The commands; read from disk by the first call. */
export function loadScripts(): Scripts {
  loaded ??= Object.fromEntries(scriptNames.map((name) => [name, assembleScript(name, readLua(name))])) as Record<
    ScriptName,
    Script
  >;
  return loaded;
}

/** The commands with the file of one of them replaced, as a test does that breaks it on purpose. */
export function scriptsWith(name: ScriptName, file: string): Scripts {
  return { ...loadScripts(), [name]: assembleScript(name, file) };
}

/**
 * The command `name` made of the text of its file.
 * @throws EntrainError `internal` for a file without its header.
 */
export function assembleScript(name: ScriptName, file: string): Script {
  const lineEnd = file.indexOf("\n");
  const shebang = file.slice(0, lineEnd);
  const keyCount = /^-- KEYS: (\d+)$/m.exec(file)?.[1];
  if (!shebang.startsWith("#!lua") || keyCount === undefined)
    throw new EntrainError("internal", `lua/${name}.lua must begin with #!lua and name its KEYS`);
  const includes = /^-- Include: (.+)$/m.exec(file)?.[1]?.split(", ") ?? [];
  const parts = [...(withoutPreamble.has(name) ? [] : ["preamble"]), ...includes].map((part) =>
    readLua(`include/${part}`),
  );
  const text = [shebang, ...parts, file.slice(lineEnd + 1)].join("\n");
  const readOnly = shebang.includes("no-writes");
  return { name, keyCount: Number(keyCount), readOnly, text, sha: createHash("sha1").update(text).digest("hex") };
}

/** The text of `lua/<name>.lua`. */
export function readLua(name: string): string {
  return readFileSync(new URL(`${name}.lua`, folder), "utf8");
}
