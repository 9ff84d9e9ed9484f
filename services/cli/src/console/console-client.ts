/**
 * The console's HTTP API from the caller's side. Every call has a deadline; nothing is retried here, because the callers
 * poll. A refusal of the console (RFC 9457) is passed on in its own words.
 */
import { EntrainError } from "@entrain/kernel";
import { httpRequest, readBody, type HttpQuestion } from "./http-request.ts";
import type {
  AgentView,
  DecisionView,
  GoalShape,
  GoalView,
  InjectionView,
  LeaderView,
  RhythmView,
  SwarmView,
} from "./console-views.ts";

/**
 * Errors of every call: `unavailable` where nobody answers in time, `invalid-argument` where the console says what is wrong
 * with the request, `internal` where it refuses otherwise.
 */
export interface ConsoleClient {
  readonly url: string;
  swarm(): Promise<SwarmView>;
  agents(): Promise<readonly AgentView[]>;
  rhythm(): Promise<RhythmView>;
  /** Sets the swarm's goal. */
  setGoal(goal: GoalShape): Promise<GoalView>;
  leader(): Promise<LeaderView>;
  /** The newest decisions, at most `limit`. */
  decisions(limit: number): Promise<readonly DecisionView[]>;
  /** Gives one reading to every agent alive and waits for their decisions. */
  inject(telemetry: Readonly<Record<string, number | string | boolean>>, incident?: string): Promise<InjectionView>;
}

const readDeadlineMs = 2_000;
/** The console itself waits up to 2 s for the agents, or for the store. */
const writeDeadlineMs = 5_000;
const agentsPageMax = 1_000;

/** A client of the console at `url` (without a path). */
export function createConsoleClient(url: string): ConsoleClient {
  const get = <View>(path: string) => call<View>(url, path, { signal: AbortSignal.timeout(readDeadlineMs) });
  return {
    url,
    swarm: () => get<SwarmView>("/api/v1/swarm"),
    rhythm: () => get<RhythmView>("/api/v1/rhythm"),
    leader: () => get<LeaderView>("/api/v1/leader"),
    setGoal: (goal) =>
      call<GoalView>(url, "/api/v1/rhythm/goal", {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(goal),
        signal: AbortSignal.timeout(writeDeadlineMs),
      }),
    async agents() {
      const all: AgentView[] = [];
      let cursor: string | undefined;
      do {
        const query = cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`;
        const page: AgentsPage = await get<AgentsPage>(`/api/v1/agents?limit=${agentsPageMax}${query}`);
        all.push(...page.agents);
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      return all;
    },
    async decisions(limit) {
      const page = await get<{ readonly decisions: readonly DecisionView[] }>(`/api/v1/decisions?limit=${limit}`);
      return page.decisions;
    },
    inject: (telemetry, incident) =>
      call<InjectionView>(url, "/api/v1/telemetry", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ telemetry, ...(incident === undefined ? {} : { incident }) }),
        signal: AbortSignal.timeout(writeDeadlineMs),
      }),
  };
}

interface AgentsPage {
  readonly agents: readonly AgentView[];
  readonly next?: string | null;
}

/** RFC 9457, as far as it is read here. */
interface Refusal {
  readonly title?: string;
  readonly detail?: string;
  readonly pointer?: string;
  readonly nearest?: unknown;
}

async function call<View>(url: string, path: string, question: HttpQuestion): Promise<View> {
  let status: number;
  let body: unknown;
  try {
    const response = await httpRequest(new URL(path, url), question);
    status = response.statusCode ?? 0;
    body = JSON.parse(await readBody(response));
  } catch (thrown) {
    const why = question.signal.aborted ? "it took too long" : EntrainError.from(thrown).message;
    throw new EntrainError("unavailable", `the console at ${url} does not answer: ${why}`, { cause: thrown });
  }
  if (status === 200) return body as View;
  const { title, detail, pointer, nearest } = body as Refusal;
  if (status === 422 && detail !== undefined) {
    const instead = nearest === undefined ? "" : `; the nearest possible is ${JSON.stringify(nearest)}`;
    throw new EntrainError("invalid-argument", detail + instead, { field: pointer ?? path, nearest });
  }
  const words = [title, detail].filter((part) => part !== undefined).join(": ");
  throw new EntrainError("internal", `the console refused ${path}: ${status} ${words}`);
}
