/**
 * One agent's decision of its own, with the swarm mode off or by a rule of the scope `local`: its rules and reasoner about its
 * own reading, without ledger and leader. It waits for nothing of the swarm but the members that a safety gate asks for. The
 * health is the cached one: in safe mode the decision is the safe one; with the mode off it is unknown. Nothing is
 * committed, so two agents may well decide differently.
 */
import { canonicalJson } from "@entrain/kernel";
import { loneIncidentId, type DecisionInput } from "@entrain/core/decision";
import type { Classification } from "@entrain/ports";
import { gatedVerdict, type GatedVerdict } from "./gated-verdict.ts";
import type { RunOutcome, RunSurroundings, RunTask } from "./run-contract.ts";
import { reasonedVerdict } from "./reasoned-verdict.ts";
import { inputOf, safeModeVerdict } from "./run-input.ts";

/** True where the agent that meets the incident decides alone, also with the swarm mode on. */
export function isLocal({ rule }: Classification): boolean {
  return rule?.scope === "local";
}

/** Decides within the policy's budget; never rejects. */
export async function runLocally(surroundings: RunSurroundings, task: RunTask): Promise<RunOutcome> {
  const { agentId, basis, classification, startedMs } = task;
  const { policy, contextVersion, policyHash } = basis;
  const untilMs = startedMs + policy.budgetMs;
  const basics = inputOf(task);
  const safe = safeModeVerdict(task, basics);
  const { verdict, fleet } =
    safe === undefined ? await ownVerdict(surroundings, task, untilMs) : { verdict: safe, fleet: undefined };
  const input: DecisionInput = { ...basics, ...(fleet && { fleet }) };
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

/** What its own reasoner says, as far as the safety gate lets it pass. */
async function ownVerdict(surroundings: RunSurroundings, task: RunTask, untilMs: number): Promise<GatedVerdict> {
  const over = new AbortController();
  const reasoned = await reasonedVerdict(surroundings, task, untilMs, over.signal);
  over.abort();
  return gatedVerdict(surroundings, task, reasoned, untilMs);
}
