/** What a voter says of a decision that another process proposes: its own reasoning is asked, and must come to the same action. */
import { ballotFrom, isSafeMode, type GlobalContext } from "@entrain/core/decision";
import type { Json } from "@entrain/kernel";
import type { PolicyBasis } from "./policy-in-use.ts";
import type { RunSurroundings } from "./run-contract.ts";
import { reasonedVerdict } from "./reasoned-verdict.ts";

/**
 * Yes, no, or no vote where this process rests on another policy: it cannot judge by what it does not have.
 * @throws EntrainError `invalid-argument` where the question is no decision's.
 */
export async function votersOpinion(
  surroundings: RunSurroundings,
  basis: PolicyBasis,
  context: GlobalContext,
  question: Json,
  signal: AbortSignal,
): Promise<"yes" | "no" | undefined> {
  const { reading, action, policyHash } = ballotFrom(question);
  if (policyHash !== basis.policyHash) return undefined;
  // In safe mode nobody proposes anything else than the safe action, and that needs no vote.
  if (isSafeMode(context.health, basis.policy)) return "no";
  const untilMs = surroundings.clock.monoMs() + basis.policy.budgetMs / 2;
  const task = { reading, classification: basis.classify(reading), context, basis };
  const own = await reasonedVerdict(surroundings, task, untilMs, signal);
  return own.action === action ? "yes" : "no";
}
