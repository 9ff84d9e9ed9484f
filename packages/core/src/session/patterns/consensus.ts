/**
 * Consensus: agents vote, in rounds. The electorate is fixed and written down before the first round; each round every voter
 * answers `{choice, reason?}` to `{question, round, options, previous}`, where `previous` is what the round before came to, so
 * that minds can change. A choice passes against the whole electorate (P2); a voter that fails or is late has not voted.
 */
import { EntrainError, type Json, membersOf } from "@entrain/kernel";
import { checkWhole } from "../../task/index.ts";
import { checkVotePolicy, tally, type VotePolicy } from "../../vote/index.ts";
import { checkStep, listOf, type Pattern, type StepNode, type StepOutcome } from "../node.ts";
import { sessionLimits } from "../session.ts";

const votersMax = 100;
const usualRounds = 3;
const usualGiveUpMs = 30_000;

type Tallied = Readonly<Record<string, Json>>;

interface Ballot {
  readonly voter: string;
  readonly choice: string;
  readonly reason: Json;
}

export const consensus: Pattern = {
  name: "consensus",
  check(node, field, world) {
    const { vote, voters, options, policy, rounds, weights } = membersOf(node, field, [
      "pattern",
      "name",
      "vote",
      "voters",
      "options",
      "policy",
      "rounds",
      "weights",
    ]);
    checkStep(vote, `${field}.vote`, world);
    checkWhole(`${field}.voters`, voters as number, 1, votersMax);
    if (options !== undefined)
      for (const [index, option] of listOf(options, `${field}.options`, 2, 100).entries())
        if (typeof option !== "string") throw EntrainError.invalid(`${field}.options[${index}]`, option, "give a text");
    if (policy !== undefined) checkVotePolicy(`${field}.policy`, policy);
    if (rounds !== undefined) checkWhole(`${field}.rounds`, rounds as number, 1, sessionLimits.roundsMax);
    if (weights === undefined) return;
    for (const [voter, weight] of Object.entries(
      membersOf(weights, `${field}.weights`, Object.keys(weights as object)),
    ))
      if (!(typeof weight === "number" && weight >= 0 && weight <= 1_000_000))
        throw EntrainError.invalid(`${field}.weights.${voter}`, weight, "give a number from 0 to 1000000");
  },
  work(node, path, value, world) {
    const vote = node["vote"] as unknown as StepNode;
    const wanted = node["voters"] as number;
    const electorate = world.roster(path, vote.capability, wanted);
    if (electorate === undefined) return undefined;
    if (electorate.length < wanted)
      return {
        ok: false,
        cause: `voters is ${wanted}, and ${electorate.length} agents offer ${vote.capability}: ask for fewer, or start more`,
      };
    const policy = (node["policy"] ?? "majority") as VotePolicy;
    const weights = (node["weights"] ?? {}) as Readonly<Record<string, number>>;
    const options = (node["options"] ?? null) as readonly string[] | null;
    const rounds = (node["rounds"] ?? usualRounds) as number;
    const step: StepNode = { giveUpMs: usualGiveUpMs, ...vote };
    let previous: Json = null;
    for (let round = 1; round <= rounds; round++) {
      const question: Json = { question: value, round, options, previous };
      const answers: readonly (StepOutcome | undefined)[] = electorate.map((agentId, index) =>
        world.step(`${path}/${round}/${index}`, step, question, { agentId }),
      );
      const ballots: readonly Ballot[] = answers.flatMap((answer) =>
        answer === undefined ? [] : ballotOf(answer, options),
      );
      const { counts, passed } = tally(electorate, ballots, policy, { weights });
      const dissent = ballots.filter(({ choice }) => choice !== passed).map((ballot) => ({ ...ballot }));
      const record: Tallied = { round, counts: Object.fromEntries(counts), dissent, voters: electorate };
      // All are heard, also where it is decided before: dissent is part of the result.
      if (answers.includes(undefined)) return undefined;
      if (passed !== null) return { ok: true, value: { choice: passed, ...record } };
      previous = record;
    }
    return { ok: false, cause: `no choice passed (${policy} of ${electorate.length}) in ${rounds} rounds` };
  },
};

/** The vote in an answer; none where it is no answer to the question. */
function ballotOf({ outcome, agentId }: StepOutcome, options: readonly string[] | null): readonly Ballot[] {
  if (!outcome.ok || agentId === null || typeof outcome.value !== "object" || outcome.value === null) return [];
  const { choice, reason = null } = outcome.value as { readonly choice?: Json; readonly reason?: Json };
  if (typeof choice !== "string" || (options !== null && !options.includes(choice))) return [];
  return [{ voter: agentId, choice, reason }];
}
