/**
 * One agent's decision with the swarm mode off: its own rules and reasoner about its own reading, and nothing of the swarm:
 * no ledger, no leader, no health of others but where the safety gate asks for it. It is committed nowhere, so two agents may well decide differently.
 */
import { canonicalJson } from "@entrain/kernel";
import { loneIncidentId, type DecisionInput } from "@entrain/core/decision";
import { gatedVerdict } from "./gated-verdict.ts";
import type { RunOutcome, RunSurroundings, RunTask } from "./run-contract.ts";
import { reasonedVerdict } from "./reasoned-verdict.ts";

/** Decides within the policy's budget; never rejects. */
export async function runLocally(surroundings: RunSurroundings, task: RunTask): Promise<RunOutcome> {
  const { agentId, reading, basis, classification, startedMs } = task;
  const { policy, contextVersion, policyHash } = basis;
  const over = new AbortController();
  const untilMs = startedMs + policy.budgetMs;
  const reasoned = await reasonedVerdict(surroundings, task, untilMs, over.signal);
  over.abort();
  const { verdict, fleet } = await gatedVerdict(surroundings, task, reasoned, untilMs);
  const input: DecisionInput = {
    reading,
    health: null,
    safeMode: false,
    contextVersion,
    policyHash,
    ...(fleet && { fleet }),
  };
  const decisionId = surroundings.newId();
  const decision = {
    decisionId,
    incidentId: task.incidentId ?? loneIncidentId(classification.fingerprint, decisionId),
    ...verdict,
    term: 0,
    contextVersion,
    policyHash,
    input,
    inputHash: surroundings.sha256Hex(canonicalJson(input)),
    committedBy: agentId,
    committedAtMs: 0,
  };
  return { decision, source: "local", placed: task.incidentId !== undefined };
}
