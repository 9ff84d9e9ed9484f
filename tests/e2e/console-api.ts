/** The console's HTTP API as a program outside the repository would use it: by its contract alone. */

/** The goal record. */
export interface Goal {
  readonly goalVersion: number;
  readonly kind: string;
  readonly periodMs: number;
  readonly groups?: number;
  readonly anchorUnixMs: number;
  readonly effectiveBeat: number;
}

/** `GET /api/v1/rhythm` */
export interface Rhythm {
  readonly goal: Goal;
  readonly strategy: string;
  readonly coherence: number | null;
  readonly maxGapRatio: number | null;
  readonly peakLoad: number | null;
  readonly spreadMs: { readonly p50: number | null; readonly p99: number | null };
  readonly cadenceErrorPpm: number | null;
  readonly converged: boolean;
  readonly convergedAfterMs: number | null;
}

/** `GET /api/v1/leader` */
export interface Leader {
  readonly agentId: string | null;
  readonly term: number | null;
  readonly leaseUntil: number | null;
}

/** One of `GET /api/v1/agents` */
export interface Agent {
  readonly agentId: string;
  readonly incarnation: number;
  readonly state: string;
  readonly role: string;
  readonly health: number | null;
  readonly pid: number;
  readonly phaseRad: number | null;
  readonly lastBeatAt: number | null;
  readonly opsUrl: string;
}

/** `GET /api/v1/swarm` */
export interface Swarm {
  readonly swarmId: string;
  readonly agents: number;
  readonly leader: Leader;
  readonly rhythm: Rhythm;
  readonly context: { readonly version: number };
  readonly decisions: { readonly count: number; readonly divergence: number; readonly safeAlone: number };
  readonly store: { readonly up: boolean; readonly generation: number };
  readonly stale?: boolean;
}

/** `POST /api/v1/telemetry` */
export interface Injection {
  readonly incidentId: string;
  readonly divergence: number;
  readonly missing: readonly string[];
  readonly decisions: readonly {
    readonly agentId: string;
    readonly action: string;
    readonly decisionId: string;
    readonly type: string;
    readonly term: number;
    readonly contextVersion: number;
    readonly policyHash: string;
    readonly source: string;
  }[];
}

/** One of `GET /api/v1/decisions` */
export interface CommittedDecision {
  readonly decisionId: string;
  readonly incidentId: string;
  readonly action: string;
  readonly term: number;
  readonly acts: readonly { readonly agentId: string; readonly action: string; readonly source: string }[];
}

/** The calls. Each rejects where the answer is not 200. */
export interface ConsoleApi {
  swarm(): Promise<Swarm>;
  agents(): Promise<readonly Agent[]>;
  rhythm(): Promise<Rhythm>;
  setGoal(goal: Readonly<Record<string, unknown>>): Promise<Goal>;
  leader(): Promise<Leader>;
  decisions(limit: number): Promise<readonly CommittedDecision[]>;
  inject(telemetry: Readonly<Record<string, unknown>>, incident?: string): Promise<Injection>;
}

const deadlineMs = 5_000;

/** The API at `url`. */
export function consoleApi(url: string): ConsoleApi {
  const call = async <T>(path: string, init: RequestInit = {}): Promise<T> => {
    const response = await fetch(new URL(path, url), { ...init, signal: AbortSignal.timeout(deadlineMs) });
    const body: unknown = await response.json();
    if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${JSON.stringify(body)}`);
    return body as T;
  };
  return {
    swarm: () => call<Swarm>("/api/v1/swarm"),
    agents: async () => (await call<{ readonly agents: readonly Agent[] }>("/api/v1/agents?limit=1000")).agents,
    rhythm: () => call<Rhythm>("/api/v1/rhythm"),
    setGoal: (goal) =>
      call<Goal>("/api/v1/rhythm/goal", {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(goal),
      }),
    leader: () => call<Leader>("/api/v1/leader"),
    decisions: async (limit) => {
      const page = await call<{ readonly decisions: readonly CommittedDecision[] }>(`/api/v1/decisions?limit=${limit}`);
      return page.decisions;
    },
    inject: (telemetry, incident) =>
      call<Injection>("/api/v1/telemetry", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ telemetry, ...(incident === undefined ? {} : { incident }) }),
      }),
  };
}
