/** The question that a decision of the swarm's scope puts to the voters, as it stands in a proposal. */
import { canonicalJson, EntrainError, type Json } from "@entrain/kernel";
import { checkReading, type Reading } from "./reading.ts";

/** What the voters are asked: would they do this about that, by this policy? */
export interface DecisionBallot {
  readonly incidentId: string;
  readonly reading: Reading;
  readonly action: string;
  /** Voters that rest on another policy have no vote on it. */
  readonly policyHash: string;
}

/** What the voters said. */
export interface Approval {
  readonly proposalId: string;
  /** Two thirds of all voters said yes. */
  readonly passed: boolean;
  readonly yes: number;
  /** All whose votes count, also those that said nothing. */
  readonly voters: number;
}

/** Names such questions among others. */
const kind = "entrain.decision";

/** As a proposal carries it. */
export function ballotQuestion({ incidentId, reading, action, policyHash }: DecisionBallot): Json {
  return { kind, incidentId, reading: { ...reading }, action, policyHash };
}

/** True where a proposal's question is one of these, whatever else it holds. */
export function isBallotQuestion(question: Json): boolean {
  return membersOf(question)?.["kind"] === kind;
}

/**
 * The ballot in a proposal's question; anybody may have proposed it.
 * @throws EntrainError `invalid-argument` that names the field.
 */
export function ballotFrom(question: Json): DecisionBallot {
  const given = membersOf(question);
  if (given?.["kind"] !== kind)
    throw EntrainError.invalid("question", canonicalJson(question).slice(0, 100), `give a question of kind ${kind}`);
  const text = (field: string): string => {
    const value = given[field];
    if (typeof value === "string") return value;
    throw EntrainError.invalid(`question.${field}`, value, "give a text");
  };
  const reading = checkReading(given["reading"], "question.reading");
  return { incidentId: text("incidentId"), reading, action: text("action"), policyHash: text("policyHash") };
}

function membersOf(question: Json): Readonly<Record<string, Json>> | undefined {
  return typeof question === "object" && question !== null && !Array.isArray(question)
    ? Object.fromEntries<Json>(Object.entries(question))
    : undefined;
}

/** Why the voters have not approved an action; undefined where they have. */
export function refusalOf(action: string, approval: Approval | string): string | undefined {
  if (typeof approval === "string") return `the swarm has not approved ${action}: ${approval}`;
  if (approval.passed) return undefined;
  return `the swarm has not approved ${action}: ${approval.yes} of ${approval.voters} voters said yes, two thirds are needed`;
}
