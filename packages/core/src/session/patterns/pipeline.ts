/**
 * Pipeline: each stage gets the value of the one before. Where a stage fails after its tries, the compensations of the stages
 * that were done run backwards, each with what its stage had come to, and the pipeline has failed (Garcia-Molina and Salem,
 * "Sagas", 1987).
 */
import { EntrainError, type Json, membersOf } from "@entrain/kernel";
import { checkStep, isComposite, listOf, type Pattern, type PatternNode, type StepNode } from "../node.ts";

const stagesMax = 100;

interface Done {
  readonly stage: number;
  readonly value: Json;
}

export const pipeline: Pattern = {
  name: "pipeline",
  check(node, field, world) {
    const { stages } = membersOf(node, field, ["pattern", "name", "stages"]);
    for (const [index, stage] of listOf(stages, `${field}.stages`, 1, stagesMax).entries()) {
      const at = `${field}.stages[${index}]`;
      const checked = world.node(stage, at);
      const { compensate } = checked as { readonly compensate?: unknown };
      if (compensate === undefined) continue;
      if (isComposite(checked)) throw EntrainError.invalid(`${at}.compensate`, compensate, "only a step has one");
      checkStep(compensate, `${at}.compensate`, world);
    }
  },
  work(node, path, value, world) {
    const done: Done[] = [];
    let passed = value;
    for (const [index, stage] of (node["stages"] as unknown as readonly PatternNode[]).entries()) {
      const outcome = world.run(`${path}/${index}`, stage, passed);
      if (outcome === undefined) return undefined;
      if (!outcome.ok) {
        for (const { stage: at, value: made } of done.toReversed()) {
          const { compensate } = (node["stages"] as unknown as readonly { compensate?: StepNode }[])[at] ?? {};
          if (compensate === undefined) continue;
          const undone = world.step(`${path}/undo-${at}`, compensate, made, { undoes: true });
          if (undone === undefined) return undefined;
          if (!undone.outcome.ok)
            return { ok: false, cause: `${outcome.cause}; and stage ${at} was not undone: ${undone.outcome.cause}` };
        }
        return { ok: false, cause: `stage ${index}: ${outcome.cause}` };
      }
      done.push({ stage: index, value: outcome.value });
      passed = outcome.value;
    }
    return { ok: true, value: passed };
  },
};
