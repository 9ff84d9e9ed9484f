/**
 * The console's HTTP API from the caller's side. Every call has a deadline; nothing is retried here, because the callers
 * poll. A refusal of the console (RFC 9457) is passed on in its own words.
 */
import { EntrainError } from "@entrain/kernel";
import { httpRequest, readBody, type HttpQuestion } from "./http-request.ts";
import type {
  AgentView,
  AuditView,
  BudgetView,
  DecisionAuditView,
  DecisionView,
  GoalShape,
  GoalView,
  InjectionView,
  LeaderView,
  RhythmView,
  SessionDetail,
  SessionView,
  SwarmView,
  VotersView,
} from "./console-views.ts";

/**
 * Errors of every call: `unavailable` where nobody answers in time, `invalid-argument` where the console says what is wrong
 * with the request, `not-found` and `conflict` where it says so, `internal` where it refuses otherwise.
 */
export interface ConsoleClient {
  readonly url: string;
  /** What every request brings. */
  readonly headers: Readonly<Record<string, string>>;
  swarm(): Promise<SwarmView>;
  agents(): Promise<readonly AgentView[]>;
  rhythm(): Promise<RhythmView>;
  /** Sets the swarm's goal. */
  setGoal(goal: GoalShape): Promise<GoalView>;
  leader(): Promise<LeaderView>;
  /** The newest decisions, at most `limit`. */
  decisions(limit: number): Promise<readonly DecisionView[]>;
  /** The audit of the newest decisions, at most `limit`. */
  auditDecisions(limit: number): Promise<DecisionAuditView>;
  /** All budgets, in the order of their creation. */
  budgets(): Promise<readonly BudgetView[]>;
  /** The audit of the budgets; a long log takes seconds. */
  auditBudgets(): Promise<AuditView>;
  /** Whose votes count. */
  voters(): Promise<VotersView>;
  /** Takes a dead voter's vote away; `not-found` where it has none, `conflict` where it lives. */
  removeVoter(agentId: string): Promise<void>;
  /** The newest sessions, at most `limit`. */
  sessions(limit: number): Promise<readonly SessionView[]>;
  session(sessionId: string): Promise<SessionDetail>;
  createSession(wish: object): Promise<SessionDetail>;
  /** Asks for its end. */
  cancelSession(sessionId: string): Promise<void>;
  /** Gives one reading to every agent alive and waits for their decisions. */
  inject(telemetry: Readonly<Record<string, number | string | boolean>>, incident?: string): Promise<InjectionView>;
}

const readDeadlineMs = 2_000;
/** The console itself waits up to 2 s for the agents, or for the store. */
const writeDeadlineMs = 5_000;
const auditDeadlineMs = 60_000;
const pageMax = 1_000;

/**
 * A client of the console at `url` (without a path), with the caller's token where it has one.
 * @param onStale hears of each answer that is what the console knew last, because Redis is away
 */
export function createConsoleClient(url: string, token?: string, onStale?: () => void): ConsoleClient {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const ask = async <View>(path: string, question: HttpQuestion): Promise<View> => {
    const answer = await call<View & Staleness>(url, path, {
      ...question,
      headers: { ...headers, ...question.headers },
    });
    if ((answer as Staleness | null)?.stale === true) onStale?.();
    return answer;
  };
  const get = <View>(path: string) => ask<View>(path, { signal: AbortSignal.timeout(readDeadlineMs) });
  return {
    url,
    headers,
    swarm: () => get<SwarmView>("/api/v1/swarm"),
    rhythm: () => get<RhythmView>("/api/v1/rhythm"),
    leader: () => get<LeaderView>("/api/v1/leader"),
    setGoal: (goal) =>
      ask<GoalView>("/api/v1/rhythm/goal", {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(goal),
        signal: AbortSignal.timeout(writeDeadlineMs),
      }),
    agents: () => pages<AgentView>("agents", get),
    budgets: () => pages<BudgetView>("budgets", get),
    auditBudgets: () => ask<AuditView>("/api/v1/budget-audit", { signal: AbortSignal.timeout(auditDeadlineMs) }),
    async decisions(limit) {
      const page = await get<{ readonly decisions: readonly DecisionView[] }>(`/api/v1/decisions?limit=${limit}`);
      return page.decisions;
    },
    auditDecisions: (limit) =>
      ask<DecisionAuditView>(`/api/v1/decision-audit?limit=${limit}`, { signal: AbortSignal.timeout(auditDeadlineMs) }),
    voters: () => get<VotersView>("/api/v1/voters"),
    async removeVoter(agentId) {
      const signal = AbortSignal.timeout(writeDeadlineMs);
      await ask<unknown>(`/api/v1/voters/${encodeURIComponent(agentId)}`, { method: "DELETE", signal });
    },
    async sessions(limit) {
      return (await get<{ readonly sessions: readonly SessionView[] }>(`/api/v1/sessions?limit=${limit}`)).sessions;
    },
    session: (sessionId) => get<SessionDetail>(`/api/v1/sessions/${encodeURIComponent(sessionId)}`),
    createSession: (wish) =>
      ask<SessionDetail>("/api/v1/sessions", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(wish),
        signal: AbortSignal.timeout(writeDeadlineMs),
      }),
    async cancelSession(sessionId) {
      const signal = AbortSignal.timeout(writeDeadlineMs);
      await ask<unknown>(`/api/v1/sessions/${encodeURIComponent(sessionId)}`, { method: "DELETE", signal });
    },
    inject: (telemetry, incident) =>
      ask<InjectionView>("/api/v1/telemetry", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ telemetry, ...(incident === undefined ? {} : { incident }) }),
        signal: AbortSignal.timeout(writeDeadlineMs),
      }),
  };
}

/** What an answer may say beside its own fields; a deletion has none. */
interface Staleness {
  readonly stale?: true;
}

/** RFC 9457, as far as it is read here. */
interface Refusal {
  readonly title?: string;
  readonly detail?: string;
  readonly pointer?: string;
  readonly nearest?: unknown;
}

type Page<Name extends string, View> = Readonly<Record<Name, readonly View[]>> & { readonly next?: string | null };

/** All of the list `name`, page after page. */
async function pages<View>(name: "agents" | "budgets", get: <T>(path: string) => Promise<T>): Promise<readonly View[]> {
  const all: View[] = [];
  let cursor: string | undefined;
  do {
    const query = cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page: Page<typeof name, View> = await get(`/api/v1/${name}?limit=${pageMax}${query}`);
    all.push(...page[name]);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return all;
}

async function call<View>(url: string, path: string, question: HttpQuestion): Promise<View> {
  let status: number;
  let body: unknown;
  try {
    const response = await httpRequest(new URL(path, url), question);
    status = response.statusCode ?? 0;
    const text = await readBody(response);
    body = text === "" ? null : JSON.parse(text);
  } catch (thrown) {
    const why = question.signal.aborted ? "it took too long" : EntrainError.from(thrown).message;
    throw new EntrainError("unavailable", `the console at ${url} does not answer: ${why}`, { cause: thrown });
  }
  if (status >= 200 && status < 300) return body as View;
  const { title, detail, pointer, nearest } = body as Refusal;
  if (status === 422 && detail !== undefined) {
    const instead = nearest === undefined ? "" : `; the nearest possible is ${JSON.stringify(nearest)}`;
    throw new EntrainError("invalid-argument", detail + instead, { field: pointer ?? path, nearest });
  }
  if (status === 404 && detail !== undefined) throw new EntrainError("not-found", detail);
  if (status === 409 && detail !== undefined) throw new EntrainError("conflict", detail);
  const words = [title, detail].filter((part) => part !== undefined).join(": ");
  throw new EntrainError("internal", `the console refused ${path}: ${status} ${words}`);
}
