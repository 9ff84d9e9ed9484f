/**
 * Proposals: questions that the swarm's voters decide, in rounds. The store keeps what was asked, who may vote in the present
 * round, and each vote as it was cast first; what that comes to is a pure function of it, the same for everybody who reads.
 *
 * The electorate of a round is the voters' record at its opening (M2). A round in which nothing can pass any more, because
 * of the votes or because too many of its electorate are no voters by now, is followed by another while rounds are left. A
 * proposal whose time is over has failed, never passed (P2).
 */
import { canonicalJson, checkId, EntrainError, type Json } from "@entrain/kernel";
import { checkWhole } from "../task/index.ts";
import { checkVotePolicy, tally, type Tally, type Vote, type VotePolicy } from "./tally.ts";

/** Bounds of votes. */
export const voteLimits = {
  /** Voters of a swarm. Processes beyond have no vote until one leaves. */
  votersMax: 1_000,
  /** Characters of a question's JSON text. */
  questionMax: 16_384,
  options: { least: 2, most: 20 },
  optionMax: 63,
  rounds: { most: 20, usual: 3 },
  giveUpMs: { least: 100, most: 86_400_000, usual: 600_000 },
  weightMax: 1_000_000,
  /** Proposals that are kept, decided ones included; the oldest go. */
  proposalsMax: 1_000,
} as const;

/** A proposal as it is made. */
export interface ProposalDefinition {
  /** Unique in the swarm. */
  readonly proposalId: string;
  readonly question: Json;
  readonly options: readonly string[];
  readonly policy: VotePolicy;
  /** voter → weight, for `weighted`; 1 where it says nothing. */
  readonly weights: Readonly<Record<string, number>>;
  readonly roundsMax: number;
  /** How long votes are taken, all rounds together, by the store's clock, ms. */
  readonly giveUpMs: number;
}

/** What the caller says of it. */
export interface ProposalWish {
  readonly proposalId: string;
  readonly question?: Json;
  /** Default: yes, no. */
  readonly options?: readonly string[];
  /** Default: majority. */
  readonly policy?: VotePolicy;
  readonly weights?: Readonly<Record<string, number>>;
  /** Default 3. */
  readonly rounds?: number;
  /** Default 600,000. */
  readonly giveUpMs?: number;
}

/** A proposal as it stands in the store. */
export interface Proposal {
  readonly definition: ProposalDefinition;
  /** Who made it. */
  readonly proposedBy: string;
  /** From 1. */
  readonly round: number;
  /** Version of the voters' record at the opening of the round. */
  readonly votersVersion: number;
  /** The same now. */
  readonly votersVersionNow: number;
  /** Who may vote in the round. */
  readonly electorate: readonly string[];
  /** The least number of voters for what passes, however few there are (M2). */
  readonly votersMin: number;
  /** Those of them whose votes the round does not take any more: no voters by now, or of another generation (S1). */
  readonly absent: readonly string[];
  /** The votes of the round, in the order of the voters' names. */
  readonly votes: readonly Vote[];
  /** Whether votes are taken still: false after `giveUpMs`, and once it was withdrawn. */
  readonly taken: boolean;
  /** What the round before came to: choice → weight; undefined in the first. */
  readonly previous: Readonly<Record<string, number>> | undefined;
}

/**
 * What it has come to: `passed` for good; `open` while votes can still pass something in this round; `lost` where they
 * cannot and another round may; `failed` where none may.
 */
export type ProposalOutcome =
  | { readonly kind: "passed"; readonly choice: string; readonly round: number; readonly tally: Tally }
  | { readonly kind: "open" | "lost" | "failed"; readonly round: number; readonly tally: Tally };

/** What the votes come to. */
export function outcomeOf(proposal: Proposal): ProposalOutcome {
  const { definition, electorate, votersMin, absent, votes, round, taken } = proposal;
  const { policy, weights, roundsMax } = definition;
  const counted = tally(electorate, votes, policy, { weights, votersMin, absent });
  if (counted.passed !== null) return { kind: "passed", choice: counted.passed, round, tally: counted };
  if (!taken) return { kind: "failed", round, tally: counted };
  if (counted.open) return { kind: "open", round, tally: counted };
  return { kind: round < roundsMax ? "lost" : "failed", round, tally: counted };
}

/**
 * Whether to open the next round now: minds may change in it, or other voters have come. Where there are too few voters for
 * any round, only the latter helps.
 */
export function isNextRoundDue(proposal: Proposal): boolean {
  const { electorate, votersMin, votersVersion, votersVersionNow } = proposal;
  if (outcomeOf(proposal).kind !== "lost") return false;
  return electorate.length >= votersMin || votersVersion !== votersVersionNow;
}

/** The whole definition. @throws EntrainError `invalid-argument` that names the field. */
export function proposalDefinition(wish: ProposalWish): ProposalDefinition {
  const { question = null, options = ["yes", "no"], policy = "majority", weights = {} } = wish;
  const text = canonicalJson(question);
  if (text.length > voteLimits.questionMax)
    throw EntrainError.invalid(
      "question",
      `JSON of ${text.length} characters`,
      `stay within ${voteLimits.questionMax}, keep what is longer elsewhere, and pass where it is`,
    );
  return {
    proposalId: checkId("proposalId", wish.proposalId),
    question,
    options: checkOptions(options),
    policy: checkVotePolicy("policy", policy),
    weights: checkWeights(weights, policy),
    roundsMax: checkWhole("rounds", wish.rounds ?? voteLimits.rounds.usual, 1, voteLimits.rounds.most),
    giveUpMs: checkWhole(
      "giveUpMs",
      wish.giveUpMs ?? voteLimits.giveUpMs.usual,
      voteLimits.giveUpMs.least,
      voteLimits.giveUpMs.most,
    ),
  };
}

/** @throws EntrainError `invalid-argument` that names the options. */
export function checkChoice({ options }: ProposalDefinition, choice: unknown): string {
  if (typeof choice === "string" && options.includes(choice)) return choice;
  throw EntrainError.invalid("choice", choice, `use ${options.join(", ")}`);
}

function checkOptions(options: readonly string[]): readonly string[] {
  const { least, most } = voteLimits.options;
  const given: unknown = options;
  if (!Array.isArray(given) || options.length < least || options.length > most)
    throw EntrainError.invalid(
      "options",
      Array.isArray(given) ? `a list of ${given.length}` : given,
      `give ${least} to ${most} texts`,
    );
  for (const [index, option] of options.entries()) checkId(`options[${index}]`, option);
  if (new Set(options).size < options.length)
    throw EntrainError.invalid("options", options.join(", "), "name each option once");
  return options;
}

function checkWeights(weights: Readonly<Record<string, number>>, policy: VotePolicy): Readonly<Record<string, number>> {
  if (policy !== "weighted" && Object.keys(weights).length > 0)
    throw EntrainError.invalid("weights", weights, `leave them out: the policy is ${policy}`);
  for (const [voter, weight] of Object.entries(weights)) {
    checkId("weights", voter);
    checkWhole(`weights.${voter}`, weight, 0, voteLimits.weightMax);
  }
  return weights;
}
