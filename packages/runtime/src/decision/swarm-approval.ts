/**
 * Asks the voters of the swarm to approve a decision: one round, two thirds of all of them (M2), within the decision's budget. Silence
 * is no vote (P2): where too few answer in time nothing is approved.
 */
import { EntrainError } from "@entrain/kernel";
import { ballotQuestion, type Approval, type DecisionBallot } from "@entrain/core/decision";
import type { VoteDesk } from "../vote/vote-desk.ts";

/** Asks for approval; answers what the voters said, or why they could not be asked. Never rejects. */
export type AskApproval = (
  ballot: DecisionBallot,
  options: { readonly proposalId: string; readonly withinMs: number; readonly signal: AbortSignal },
) => Promise<Approval | string>;

/** Votes are taken for at least this long, which is the least that a proposal may say, ms. */
const voteLeastMs = 100;

/** Approval by the votes of this desk. */
export function createSwarmApproval(desk: Pick<VoteDesk, "propose" | "outcome">): AskApproval {
  return async (ballot, { proposalId, withinMs, signal }) => {
    const giveUpMs = Math.max(voteLeastMs, Math.floor(withinMs));
    try {
      await desk.propose({ proposalId, question: ballotQuestion(ballot), policy: "two-thirds", rounds: 1, giveUpMs });
      const { choice, counts, electorate } = await desk.outcome(proposalId, { timeoutMs: giveUpMs, signal });
      return { proposalId, passed: choice === "yes", yes: counts["yes"] ?? 0, voters: electorate.length };
    } catch (thrown) {
      return EntrainError.from(thrown).message;
    }
  };
}
