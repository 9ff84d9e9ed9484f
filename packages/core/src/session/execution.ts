/**
 * What runs, as the shared document tells of it under `/execution`: `runs` by session, the `teams` that work on them, which `agents` do,
 * and a `status`. An account for those who look on; the sessions themselves are in their logs. What others keep in the section
 * is left as it is: Entrain's own entries are marked by `kind: "session"`.
 *
 * Bounded: of sessions that have ended the last ones are told, of those that run the newest.
 */
import type { Json } from "@entrain/kernel";
import { memberAt, type Change, type ContextEntry } from "../context/index.ts";
import { isComposite } from "./node.ts";
import type { SessionRecord } from "./session-record.ts";
import { isEnded, type SessionSpec, type SessionState } from "./session.ts";

/** How much is told. */
export const executionLimits = {
  /** Sessions that run. */
  running: 100,
  /** Sessions that have ended. */
  ended: 20,
  /** Agents of one session. */
  agents: 50,
  /** Characters of a cause. */
  cause: 200,
} as const;

/** One session as it is told of. */
export interface SessionRun {
  readonly pattern: string;
  readonly state: SessionState;
  /** Who drives it, or did. */
  readonly by: string;
  /** The store's clock, Unix ms. */
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  readonly score: number | null;
  readonly cause: string;
  /** Who has worked on it. */
  readonly agents: readonly string[];
}

/** Whose changes the document tells of as `author` where sessions write it. */
export const executionNote = { author: "entrain", reason: "sessions" } as const;

type JsonObject = Readonly<Record<string, Json>>;

/** A session by its log, as far as that is known. */
export function runOfRecord(
  spec: Pick<SessionSpec, "pattern">,
  record: SessionRecord,
  { by, createdAtMs }: Pick<SessionRun, "by" | "createdAtMs">,
): SessionRun {
  const worked = [...record.ended.values()].flatMap(({ agentId }) => (agentId === null ? [] : [agentId]));
  const agents = [...new Set([...[...record.rosters.values()].flat(), ...worked])].sort();
  const { state, changedAtMs, end } = record;
  const [score, cause] = [end?.score ?? null, end?.cause ?? ""];
  return { pattern: patternName(spec), state, by, createdAtMs, changedAtMs, score, cause, agents };
}

/** What a session's pattern is called. */
export function patternName({ pattern }: Pick<SessionSpec, "pattern">): string {
  return isComposite(pattern) ? pattern.pattern : "step";
}

/**
 * The section after the notes: sessions as they are now, or null for one of which nothing is known any more.
 * @param present the section as the document has it
 */
export function nextExecution(present: Json | undefined, notes: ReadonlyMap<string, SessionRun | null>): JsonObject {
  const section = isObject(present) ? present : {};
  const runs = new Map(Object.entries(objectAt(section, "runs")));
  const teams = new Map(Object.entries(objectAt(section, "teams")));
  for (const [sessionId, run] of notes) {
    tell(runs, sessionId, run === null ? undefined : runEntry(run));
    const works = run !== null && !isEnded(run.state) && run.agents.length > 0;
    tell(
      teams,
      sessionId,
      works ? { kind: "session", agents: run.agents.slice(0, executionLimits.agents) } : undefined,
    );
  }
  for (const sessionId of surplusOf(runs)) {
    runs.delete(sessionId);
    tell(teams, sessionId, undefined);
  }
  const agents = agentsOf(objectAt(section, "agents"), teams);
  const isRunning = [...runs.values()].some((run) => isOurs(run) && isRunningRun(run));
  return {
    ...section,
    ...(isOwnStatus(section["status"]) ? { status: isRunning ? "running" : "idle" } : {}),
    runs: Object.fromEntries(runs),
    teams: Object.fromEntries(teams),
    agents: Object.fromEntries(agents),
  };
}

/** The sessions that the section says are running. */
export function runningSessions(execution: Json | undefined): readonly string[] {
  const runs = isObject(execution) ? objectAt(execution, "runs") : {};
  return Object.entries(runs).flatMap(([sessionId, run]) => (isOurs(run) && isRunningRun(run) ? [sessionId] : []));
}

/** True where a version does nothing but tell of sessions: no session reacts to what is told of itself. */
export function tellsOfSessions({
  author,
  reason,
  changes,
}: Pick<ContextEntry, "author" | "reason" | "changes">): boolean {
  const isTold = ({ pointer }: Change): boolean => `${pointer}/`.startsWith("/execution/");
  return author === executionNote.author && reason === executionNote.reason && changes.every(isTold);
}

function runEntry({ pattern, state, by, createdAtMs, changedAtMs, score, cause }: SessionRun): JsonObject {
  const told = { kind: "session", pattern, state, by, createdAtMs, changedAtMs };
  return isEnded(state) ? { ...told, score, cause: cause.slice(0, executionLimits.cause) } : told;
}

/** Puts an entry in its place, unless somebody else's is there. */
function tell(entries: Map<string, Json>, name: string, entry: JsonObject | undefined): void {
  const there = entries.get(name);
  if (there !== undefined && !isOurs(there)) return;
  if (entry === undefined) entries.delete(name);
  else entries.set(name, entry);
}

/** Of those that have ended, and of those that run, what is beyond the limits, oldest first. */
function surplusOf(runs: ReadonlyMap<string, Json>): readonly string[] {
  const ours = [...runs].filter(([, run]) => isOurs(run));
  const beyond = (wanted: boolean, instant: string, most: number): readonly string[] => {
    const at = (run: Json): number => Number(memberAt(run, [instant]));
    const those = ours.filter(([, run]) => isRunningRun(run) === wanted).sort(([, a], [, b]) => at(b) - at(a));
    return those.slice(most).map(([sessionId]) => sessionId);
  };
  return [
    ...beyond(false, "changedAtMs", executionLimits.ended),
    ...beyond(true, "createdAtMs", executionLimits.running),
  ];
}

/** Which agent works on what, by the teams. */
function agentsOf(known: JsonObject, teams: ReadonlyMap<string, Json>): ReadonlyMap<string, Json> {
  const agents = new Map(Object.entries(known).filter(([, agent]) => !isOurs(agent)));
  const working = new Map<string, string[]>();
  for (const [sessionId, team] of teams) {
    const members = isOurs(team) ? memberAt(team, ["agents"]) : undefined;
    if (!Array.isArray(members)) continue;
    for (const agentId of members as readonly Json[])
      if (typeof agentId === "string") working.set(agentId, [...(working.get(agentId) ?? []), sessionId]);
  }
  for (const [agentId, sessions] of working) tell(agents, agentId, { kind: "session", runs: sessions });
  return agents;
}

const isOwnStatus = (status: Json | undefined): boolean =>
  status === undefined || status === "running" || status === "idle";

const isRunningRun = (run: Json): boolean => !isEnded(memberAt(run, ["state"]) as SessionState);

const isOurs = (entry: Json): boolean => memberAt(entry, ["kind"]) === "session";

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function objectAt(section: JsonObject, name: string): JsonObject {
  const value = section[name];
  return isObject(value) ? value : {};
}
