/**
 * One ACL user of Redis for each role: the commands, keys and channels that its processes need, and no others. Which keys an
 * area has is said here; which commands, the Lua files themselves: what they call is read out of them.
 *
 * Areas that a role only reads are reached by EVAL_RO, so that reading is all that it may do there. What a command that
 * writes declares as a key has to be written by its user, even where the command only compares it.
 */
import { storeKeys } from "./keys.ts";
import { loadScripts, type ScriptName } from "./scripts.ts";

/** The roles that have a user. */
export const storeRoles = ["agent", "decision-loop", "coordinator", "console"] as const;

/** A role with a user. */
export type StoreRole = (typeof storeRoles)[number];

/** Keys that are used together. */
export interface Area {
  /** Patterns, after the swarm's prefix. */
  readonly keys: readonly string[];
  /** Patterns of channels, after the swarm's prefix and `channel:`. */
  readonly channels?: readonly string[];
  readonly reads?: readonly ScriptName[];
  readonly writes?: readonly ScriptName[];
}

/** Each group of keys; every Lua command belongs to one at least. */
export const areas = {
  store: { keys: ["store"], writes: ["open-generation"] },
  members: {
    keys: ["membership", "member-*", "members-*", "voters", "voters-dead"],
    channels: ["membership"],
    reads: ["read-members", "read-member-changes", "read-fleet", "read-global-state", "read-voters", "sample-members"],
    writes: ["register", "heartbeat", "report-members", "refute-suspicion", "leave", "remove-voter"],
  },
  votes: {
    keys: ["voter-*", "proposal*"],
    channels: ["proposals"],
    reads: ["read-proposals"],
    writes: ["enroll-voter", "evict-voter", "open-proposal", "cast-vote", "next-round"],
  },
  elections: {
    keys: ["leader:*", "term:*", "leader-reports"],
    channels: ["leader:*", "leader-reports"],
    reads: ["read-leader"],
    writes: ["campaign", "renew", "release", "succeed-leader", "assign-roles"],
  },
  // The record that decisions are fenced by.
  fence: { keys: ["leader:swarm"] },
  ledger: {
    keys: ["ledger", "decision*", "incidents*", "acts:*", "directive*"],
    channels: ["decisions", "directives"],
    reads: [
      "read-decision",
      "list-decisions",
      "read-ledger-stats",
      "find-directives",
      "read-directives",
      "read-directive-figures",
    ],
    writes: [
      "open-incident",
      "commit-decision",
      "record-acts",
      "reoffer-decisions",
      "begin-directive",
      "report-directive",
      "settle-directives",
    ],
  },
  goal: { keys: ["goal"], channels: ["goal"], writes: ["read-or-create-goal", "set-goal"] },
  context: {
    keys: ["context*"],
    channels: ["context"],
    reads: ["read-context", "find-context-request", "read-context-changes", "list-context-versions"],
    writes: ["read-or-create-context", "commit-context", "hint-context"],
  },
  rates: { keys: ["rate:*"], writes: ["lease-rate", "renew-rate", "release-rate"] },
  budgets: {
    keys: ["budget*", "allocation:*"],
    channels: ["budgets"],
    reads: ["read-budgets", "read-budget-log", "read-budget-checkpoint", "read-allocation-holder"],
    writes: [
      "create-budget",
      "close-budget",
      "transfer-budget",
      "amend-budget",
      "prolong-budget",
      "set-budget-defaults",
      "allocate-budget",
      "consume-allocation",
      "extend-allocation",
      "release-allocation",
      "reclaim-budgets",
      "compact-budget-log",
    ],
  },
  work: {
    keys: ["task*", "capabilit*", "session*"],
    channels: ["tasks", "sessions"],
    reads: ["read-tasks", "read-task-figures", "read-session", "list-sessions"],
    writes: [
      "offer-task",
      "claim-tasks",
      "renew-task",
      "complete-task",
      "fail-task",
      "cancel-tasks",
      "hand-task",
      "transfer-task",
      "answer-handoff",
      "confirm-handoff",
      "replay-task",
      "create-session",
      "append-session",
      "cancel-session",
    ],
  },
  bus: {
    keys: ["bus*"],
    channels: ["bus"],
    reads: ["read-bus", "read-dead-letters", "read-bus-record"],
    writes: [
      "open-group",
      "publish-message",
      "take-messages",
      "renew-message",
      "acknowledge-message",
      "fail-message",
      "replay-message",
      "drop-group",
    ],
  },
  schedules: {
    keys: ["schedule*"],
    reads: ["list-schedules"],
    writes: ["define-schedule", "claim-run", "renew", "settle-run", "claim-slot", "record-slot"],
  },
  pools: {
    keys: ["pool*"],
    channels: ["pool:*"],
    reads: ["look-contribution"],
    writes: ["contribute", "claim-round", "renew", "settle-round"],
  },
  locks: {
    keys: ["lock*"],
    channels: ["lock:*"],
    reads: ["read-leader", "read-fenced"],
    writes: ["campaign", "renew", "release", "save-fenced"],
  },
  barriers: { keys: ["barrier*"], channels: ["barrier:*"], writes: ["arrive", "depart"] },
} as const satisfies Readonly<Record<string, Area>>;

type StoreArea = keyof typeof areas;

/** Where each role writes, and where it only reads. */
const access: Readonly<Record<StoreRole, { writes: readonly StoreArea[]; reads: readonly StoreArea[] }>> = {
  // An agent is a user's program: the library gives it all of the swarm.
  agent: { writes: (Object.keys(areas) as StoreArea[]).filter((area) => area !== "fence"), reads: [] },
  "decision-loop": { writes: ["store", "fence", "ledger", "context"], reads: ["members"] },
  coordinator: { writes: ["store", "context", "rates", "budgets", "work"], reads: [] },
  // An operator removes a dead voter by it.
  console: {
    writes: ["store", "members", "goal", "context", "budgets", "work"],
    reads: ["elections", "ledger", "schedules"],
  },
};

/** What any connection sends of itself. */
const ownCommands = [
  "client|setname",
  "info",
  "time",
  "ping",
  "select",
  "exists",
  "subscribe",
  "unsubscribe",
  "eval_ro",
  "evalsha_ro",
  "eval",
  "evalsha",
];

/** What a user may do, as `ACL SETUSER` takes it; without a password. */
export interface StoreUser {
  /** Its name: `entrain-<role>`. */
  readonly name: string;
  readonly rules: string;
}

/**
 * The user of a role in a swarm.
 * @throws EntrainError `invalid-argument` that names `swarmId`
 */
export function storeUser(role: StoreRole, swarmId: string): StoreUser {
  const { prefix } = storeKeys(swarmId);
  const { writes, reads } = access[role];
  const all: Readonly<Record<StoreArea, Area>> = areas;
  const written = writes.map((area) => all[area]);
  const read = reads.map((area) => all[area]);
  const keys = [
    ...written.flatMap((area) => area.keys.map((key) => `~${prefix}${key}`)),
    ...read.flatMap((area) => area.keys.map((key) => `%R~${prefix}${key}`)),
  ];
  const channels = [...written, ...read].flatMap((area) => area.channels ?? []);
  const scripts = [
    ...[...written, ...read].flatMap((area) => area.reads ?? []),
    ...written.flatMap((area) => area.writes ?? []),
  ];
  const commands = new Set([...ownCommands, ...scripts.flatMap(commandsOf)]);
  const rules = [
    ...["resetkeys", "resetchannels", ...keys],
    ...channels.map((channel) => `&${prefix}channel:${channel}`),
    ...["-@all", ...[...commands].map((command) => `+${command}`)],
  ];
  return { name: `entrain-${role}`, rules: rules.join(" ") };
}

/** What a Lua file calls. */
function commandsOf(name: ScriptName): readonly string[] {
  const calls = loadScripts()[name].text.matchAll(/redis\.call\('([A-Z]+)'/g);
  return [...calls].map(([, command = ""]) => command.toLowerCase());
}
