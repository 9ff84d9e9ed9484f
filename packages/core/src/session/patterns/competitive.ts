/**
 * Competitive: the same step for several agents. `choose: best` waits for all that can finish and takes the highest score, the
 * lowest contestant where they are equal; `choose: first` takes the first that succeeds, and the others are cancelled.
 */
import { EntrainError, membersOf } from "@entrain/kernel";
import { checkWhole } from "../../task/index.ts";
import { checkStep, type Pattern, type StepNode, type StepOutcome } from "../node.ts";

const contestantsMax = 50;

export const competitive: Pattern = {
  name: "competitive",
  check(node, field, world) {
    const { task, contestants, choose, score } = membersOf(node, field, [
      "pattern",
      "name",
      "task",
      "contestants",
      "choose",
      "score",
    ]);
    checkStep(task, `${field}.task`, world);
    checkWhole(`${field}.contestants`, contestants as number, 2, contestantsMax);
    if (choose !== undefined && choose !== "best" && choose !== "first")
      throw EntrainError.invalid(`${field}.choose`, choose, "use best or first");
    if (choose === "first" && score !== undefined)
      throw EntrainError.invalid(`${field}.score`, score, "the first one wins: leave the score out, or choose best");
    if (choose !== "first") world.expression(score, `${field}.score`);
  },
  work(node, path, value, world) {
    const task = node["task"] as unknown as StepNode;
    const agents = world.roster(path, task.capability, node["contestants"] as number);
    if (agents === undefined) return undefined;
    if (agents.length < 2)
      return { ok: false, cause: `${agents.length} agents offer ${task.capability}: a competition needs 2` };
    const outcomes = agents.map((agentId, index) => world.step(`${path}/${index}`, task, value, { agentId }));
    const ended = outcomes.filter((each) => each !== undefined);
    const good = ended.filter(({ outcome }) => outcome.ok);
    const isOver = ended.length === agents.length;
    if (node["choose"] === "first" ? good.length === 0 && !isOver : !isOver) return undefined;
    const won = node["choose"] === "first" ? good.toSorted((a, b) => a.order - b.order)[0] : best(good);
    if (won === undefined) return { ok: false, cause: `no contestant succeeded: ${ended.map(causeOf).join("; ")}` };
    return { ok: true, value: { winner: won.agentId, value: valueOf(won) } };

    function best(entries: readonly StepOutcome[]): StepOutcome | undefined {
      const scored = entries.map((entry) => {
        const score = world.evaluate(node["score"] as string, valueOf(entry), { result: valueOf(entry) });
        return { entry, score: typeof score === "number" && Number.isFinite(score) ? score : Number.NEGATIVE_INFINITY };
      });
      return scored.reduce<(typeof scored)[number] | undefined>(
        (top, each) => (top === undefined || each.score > top.score ? each : top),
        undefined,
      )?.entry;
    }
  },
};

const valueOf = ({ outcome }: StepOutcome) => (outcome.ok ? outcome.value : null);
const causeOf = ({ outcome, agentId }: StepOutcome): string => `${agentId}: ${outcome.ok ? "" : outcome.cause}`;
