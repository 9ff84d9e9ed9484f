/** Votes: whose count, what is asked, and what the votes come to (M2, P2). */
export {
  checkChoice,
  isNextRoundDue,
  outcomeOf,
  proposalDefinition,
  voteLimits,
  type Proposal,
  type ProposalDefinition,
  type ProposalOutcome,
  type ProposalWish,
} from "./proposal.ts";
export {
  checkVotePolicy,
  quorumOf,
  tally,
  type Tally,
  type TallyOptions,
  type Vote,
  type VotePolicy,
} from "./tally.ts";
export { evictionsBy, voterTimings, type Voter, type VotersRecord, type VoterTimings } from "./voters.ts";
