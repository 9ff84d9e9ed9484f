/**
 * Gives one reading to every agent that is alive now, one call per process, and gathers what they decided. It waits for
 * all of them, but not beyond its deadline: who has not answered by then is missing, whatever the cause.
 */
import { compareIds, EntrainError } from "@entrain/kernel";
import { isDivergent, type Reading } from "@entrain/core/decision";
import type { AgentDecision, Timers } from "@entrain/ports";
import type { TelemetryAnswer } from "../contract/decision-view.ts";
import { withDeadline } from "../deadline.ts";
import type { SwarmFollower } from "../swarm-follower.ts";
import type { AgentProcessView } from "../swarm-model/swarm-model.ts";

/** How long agents have, ms: the caller is promised an answer within 2 s. */
const waitMs = 1_950;
/** Before each further try to reach a process, ms; a lost connection is dialled again after 50. */
const retryPausesMs = [100, 200, 400] as const;

/**
 * What the swarm decided about `reading`.
 * @throws EntrainError `invalid-argument` where the agents refuse the reading or the incident's name
 */
export async function injectTelemetry(
  swarm: Pick<SwarmFollower, "model" | "connection">,
  timers: Timers,
  reading: Reading,
  incidentId: string | undefined,
): Promise<TelemetryAnswer> {
  const processes = swarm.model.processes();
  const answers = await Promise.all(
    processes.map((process) => askProcess(swarm, timers, process, reading, incidentId)),
  );
  const decisions = answers.flat().toSorted((a, b) => compareIds(a.agentId, b.agentId));
  const answered = new Set(decisions.map(({ agentId }) => agentId));
  const about = incidentOf(decisions) ?? incidentId ?? null;
  const acts = decisions
    .filter(({ decision }) => decision.incidentId === about)
    .map(({ decision, source }) => ({ action: decision.action, source }));
  const known = about === null ? [] : swarm.model.actsOn(about);
  return {
    incidentId: about,
    divergence: isDivergent([...acts, ...known]) ? 1 : 0,
    missing: processes
      .flatMap(({ agentIds }) => agentIds)
      .filter((agentId) => !answered.has(agentId))
      .sort(compareIds),
    decisions: decisions.map(({ agentId, decision, source }) => {
      const { action, decisionId, type, term, contextVersion, policyHash } = decision;
      return { agentId, action, decisionId, type, term, contextVersion, policyHash, source };
    }),
  };
}

/** One answer for each agent of the process that is asked for; none for those that are missing. */
async function askProcess(
  swarm: Pick<SwarmFollower, "connection">,
  timers: Timers,
  { processId, agentIds }: AgentProcessView,
  reading: Reading,
  incidentId: string | undefined,
): Promise<readonly AgentDecision[]> {
  const expired = new AbortController();
  try {
    const answer = askUntilReached(swarm, timers, processId, reading, incidentId, expired.signal);
    const decisions = await withDeadline(timers, waitMs, `process ${processId}`, answer);
    const byAgent = new Map(decisions.map((decision) => [decision.agentId, decision]));
    return agentIds.map((agentId) => byAgent.get(agentId)).filter((decision) => decision !== undefined);
  } catch (thrown) {
    // Wrong input is wrong for everybody; any other fault leaves this process's agents missing.
    if (isRefusal(thrown)) throw thrown;
    return [];
  } finally {
    expired.abort();
  }
}

/**
 * Asks again where the connection was lost under the question, as happens to a process that is short of time: agents that
 * had decided already answer with the decision that stands (D1).
 */
async function askUntilReached(
  swarm: Pick<SwarmFollower, "connection">,
  timers: Timers,
  processId: string,
  reading: Reading,
  incidentId: string | undefined,
  expired: AbortSignal,
): Promise<readonly AgentDecision[]> {
  for (let pauses = [...retryPausesMs]; ;) {
    try {
      return (await swarm.connection(processId)?.inject(reading, incidentId, waitMs)) ?? [];
    } catch (thrown) {
      const [pauseMs, ...rest] = pauses;
      if (isRefusal(thrown) || pauseMs === undefined || expired.aborted) throw thrown;
      pauses = rest;
      const withJitterMs = pauseMs * (0.5 + Math.random());
      await new Promise<void>((resolve) => void timers.after(withJitterMs, resolve));
    }
  }
}

function isRefusal(thrown: unknown): boolean {
  return thrown instanceof EntrainError && thrown.code === "invalid-argument";
}

/** The incident that most answers are about; those of agents that acted alone count only where there are no others. */
function incidentOf(decisions: readonly AgentDecision[]): string | undefined {
  const shared = decisions.filter(({ source }) => source !== "safe-alone");
  const counts = Map.groupBy(shared.length > 0 ? shared : decisions, ({ decision }) => decision.incidentId);
  return [...counts].toSorted(([, a], [, b]) => b.length - a.length)[0]?.[0];
}
