/**
 * Calls to the console's API, as the page makes them. Every call has a deadline; a refusal becomes an error with the
 * console's own sentence (RFC 9457). Where the console asks for a token, it is kept for this tab alone.
 */
import type { AgentView } from "../../../src/contract/agent-view.ts";
import type { BudgetView } from "../../../src/contract/budget-view.ts";
import type { SessionDetail, SessionView } from "../../../src/contract/session-view.ts";
import type { HistoryEntryView } from "../../../src/contract/context-view.ts";
import type { DecisionEntryView, TelemetryAnswer } from "../../../src/contract/decision-view.ts";
import type { GoalView } from "../../../src/contract/rhythm-view.ts";
import type { SwarmView } from "../../../src/contract/swarm-view.ts";

const deadlineMs = 5_000;
const tokenKey = "entrain-token";

/** An answer that is no success. */
export class ApiProblem extends Error {
  /** The HTTP status; 0 where there was no answer. */
  readonly status: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

/** What an answer may say beside its own fields: Redis is away, this is the last known state. */
export interface Stale {
  readonly stale?: true;
}

/** The shared document. */
export interface ContextView {
  readonly version: number;
  readonly document: Readonly<Record<string, unknown>>;
}

/** A goal as a person asks for it. */
export interface GoalRequest {
  readonly kind: GoalView["kind"];
  readonly periodMs: number;
  readonly coherence?: number;
  readonly groups?: number;
}

/** The console behind the page. Errors: `ApiProblem`. */
export interface ConsoleClient {
  swarm(): Promise<SwarmView & Stale>;
  /** All agents, page after page. */
  agents(): Promise<readonly AgentView[]>;
  decisions(limit: number): Promise<readonly DecisionEntryView[]>;
  /** All budgets, page after page. */
  budgets(): Promise<readonly BudgetView[]>;
  /** The newest sessions. */
  sessions(limit: number): Promise<readonly SessionView[]>;
  session(sessionId: string): Promise<SessionDetail>;
  context(): Promise<ContextView>;
  history(limit: number): Promise<readonly HistoryEntryView[]>;
  setGoal(goal: GoalRequest): Promise<GoalView>;
  resign(): Promise<{ readonly agentId: string; readonly term: number }>;
  report(telemetry: Readonly<Record<string, unknown>>): Promise<TelemetryAnswer>;
  rollback(toVersion: number, baseVersion: number): Promise<{ readonly version: number }>;
  /** The stream of events, from after `lastEventId` on. */
  events(types: readonly string[], lastEventId: string | undefined, signal: AbortSignal): Promise<Response>;
  /** Keeps the token for the calls to come. */
  useToken(token: string): void;
}

/** A client of the console that served the page. */
export function createConsoleClient(): ConsoleClient {
  const authorization = (): Record<string, string> => {
    const token = sessionStorage.getItem(tokenKey);
    return token === null ? {} : { authorization: `Bearer ${token}` };
  };

  async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
    const headers = { ...authorization(), ...(init.headers as Record<string, string> | undefined) };
    const request = { signal: AbortSignal.timeout(deadlineMs), ...init, headers };
    const response = await fetch(path, request).catch((thrown: unknown) => {
      throw new ApiProblem(
        0,
        `The console does not answer (${thrown instanceof Error ? thrown.message : "no reason"}).`,
      );
    });
    if (!response.ok) throw await problemOf(response);
    return (await response.json()) as T;
  }

  async function pages<T>(name: "agents" | "budgets"): Promise<readonly T[]> {
    const all: T[] = [];
    let cursor = "";
    do {
      const page = await call<Record<typeof name, T[]> & { next?: string }>(`api/v1/${name}?limit=1000${cursor}`);
      all.push(...page[name]);
      cursor = page.next === undefined ? "" : `&cursor=${encodeURIComponent(page.next)}`;
    } while (cursor !== "");
    return all;
  }

  const send = <T>(method: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<T> =>
    call(path, { method, body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } });

  return {
    swarm: () => call("api/v1/swarm"),
    agents: () => pages<AgentView>("agents"),
    budgets: () => pages<BudgetView>("budgets"),
    decisions: async (limit) =>
      (await call<{ decisions: DecisionEntryView[] }>(`api/v1/decisions?limit=${limit}`)).decisions,
    sessions: async (limit) => (await call<{ sessions: SessionView[] }>(`api/v1/sessions?limit=${limit}`)).sessions,
    session: (sessionId) => call(`api/v1/sessions/${encodeURIComponent(sessionId)}`),
    context: () => call("api/v1/context"),
    history: async (limit) =>
      (await call<{ versions: HistoryEntryView[] }>(`api/v1/context/history?limit=${limit}`)).versions,
    setGoal: (goal) => send("PUT", "api/v1/rhythm/goal", goal),
    resign: () => call("api/v1/leader/resign", { method: "POST" }),
    report: (telemetry) => send("POST", "api/v1/telemetry", { telemetry }),
    rollback: (toVersion, baseVersion) =>
      send("POST", "api/v1/context/rollback", { toVersion }, { "if-match": `"${baseVersion}"` }),
    async events(types, lastEventId, signal) {
      const resume: Record<string, string> = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
      const headers = { ...authorization(), accept: "text/event-stream", ...resume };
      const response = await fetch(`api/v1/events?types=${types.join(",")}`, { headers, signal, cache: "no-store" });
      if (!response.ok) throw await problemOf(response);
      return response;
    },
    useToken(token) {
      sessionStorage.setItem(tokenKey, token);
    },
  };
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const body = (await response.json().catch(() => ({}))) as { readonly detail?: string; readonly title?: string };
  return new ApiProblem(response.status, body.detail ?? body.title ?? `The console answered ${response.status}.`);
}
