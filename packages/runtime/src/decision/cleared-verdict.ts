/**
 * A verdict's whole way to the ledger: reasoned; where it reaches the fleet, let pass by the safety gate; where it reaches the swarm,
 * approved by the voters. What does not get through becomes the safe action, with the reason; and what was asked on the way becomes
 * part of the decision's input (D2).
 */
import { EntrainError } from "@entrain/kernel";
import {
  directiveLimits,
  noAction,
  refusalOf,
  safeVerdict,
  type Approval,
  type DecisionInput,
  type DirectiveTerms,
  type FleetMember,
  type Verdict,
} from "@entrain/core/decision";
import { gatedVerdict } from "./gated-verdict.ts";
import { fleetMembers } from "./fleet-members.ts";
import type { RunSurroundings, RunTask } from "./run-contract.ts";
import { reasonedVerdict } from "./reasoned-verdict.ts";

/** One try to come to a decision; instants are monotonic ms. */
interface Attempt {
  readonly incidentId: string;
  readonly decisionId: string;
  readonly untilMs: number;
  /** Aborts when the decision is known without it. */
  readonly signal: AbortSignal;
}

/** What may be proposed, and what it rests on besides the run's own input. */
export interface ClearedVerdict {
  readonly verdict: Verdict;
  readonly rests: Pick<DecisionInput, "fleet" | "approval">;
  /** Who is to carry it out, where the policy propagates. */
  readonly directive?: DirectiveTerms;
}

/** True where the leader alone proposes, and the voters have to approve. */
export function needsVote({ classification }: Pick<RunTask, "classification">): boolean {
  const scope = classification.rule?.scope;
  return scope === "swarm" || scope === "fleet";
}

/** Never rejects. */
export async function clearedVerdict(
  around: RunSurroundings,
  task: RunTask,
  attempt: Attempt,
): Promise<ClearedVerdict> {
  const { untilMs, signal } = attempt;
  const reasoned = await reasonedVerdict(around, task, untilMs, signal);
  const { verdict, fleet } = await gatedVerdict(around, task, reasoned, untilMs);
  const gated = fleet === undefined ? {} : { fleet };
  const { action } = verdict;
  const { policy } = task.basis;
  if (!needsVote(task) || action === noAction || action === policy.safeAction) return { verdict, rests: gated };
  const approval = await ask(around, task, action, attempt);
  const rests = typeof approval === "string" ? gated : { ...gated, approval };
  const refusal = refusalOf(action, approval);
  if (refusal !== undefined) return { verdict: safeVerdict(policy, refusal), rests };
  const directive = await termsOf(around, task, fleet, untilMs);
  if (typeof directive === "string")
    return { verdict: safeVerdict(policy, `${action} cannot be propagated: ${directive}`), rests };
  return { verdict, rests, ...(directive === undefined ? {} : { directive }) };
}

/** To whom an approved action goes: the members that are alive; those that are missing are named. Why it cannot, as a text; undefined where nothing is propagated. */
async function termsOf(
  around: RunSurroundings,
  { basis, classification }: RunTask,
  known: readonly FleetMember[] | undefined,
  untilMs: number,
): Promise<DirectiveTerms | string | undefined> {
  const { propagation } = basis.policy;
  if (propagation === undefined) return undefined;
  const scope = classification.rule?.scope === "fleet" ? "fleet" : "swarm";
  const members =
    known ?? (await fleetMembers(around, untilMs).catch((thrown: unknown) => EntrainError.from(thrown).message));
  if (typeof members === "string") return members;
  if (members.length > directiveLimits.targetsMax)
    return `${members.length} members are more than ${directiveLimits.targetsMax}`;
  const idsOf = (isMissing: boolean): readonly string[] =>
    members.filter(({ missing = false }) => missing === isMissing).map(({ agentId }) => agentId);
  const [targets, missing] = [idsOf(false), idsOf(true)];
  if (targets.length === 0) return "no member is known to be alive";
  const { deadlineMs, complianceMin } = propagation;
  const terms: DirectiveTerms = { scope, targets, deadlineMs, complianceMin: complianceMin[scope] };
  return missing.length === 0 ? terms : { ...terms, missing };
}

/** What the voters said of it, or why they could not be asked. */
async function ask(
  { askApproval, clock, events }: RunSurroundings,
  { agentId, reading, basis }: RunTask,
  action: string,
  { incidentId, decisionId, untilMs, signal }: Attempt,
): Promise<Approval | string> {
  if (askApproval === undefined) return "this process cannot ask the voters";
  const ballot = { incidentId, reading, action, policyHash: basis.policyHash };
  const withinMs = untilMs - clock.monoMs();
  const approval = await askApproval(ballot, { proposalId: `decision-${decisionId}`, withinMs, signal });
  const outcome = typeof approval === "string" ? "unasked" : approval.passed ? "approved" : "refused";
  if (!signal.aborted) events({ kind: "approval.asked", agentId, incidentId, action, outcome });
  return approval;
}
