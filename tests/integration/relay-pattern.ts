/** A pattern of one's own, in one file: the same step several times, each with what the one before came to. */
import { EntrainError, type Pattern, type PatternNode } from "entrain";

export const relay: Pattern = {
  name: "relay",
  check(node, field, world) {
    world.node(node["step"], `${field}.step`);
    if (!(typeof node["times"] === "number" && Number.isInteger(node["times"]) && node["times"] >= 1))
      throw EntrainError.invalid(`${field}.times`, node["times"], "give a whole number from 1");
  },
  work(node, path, value, world) {
    let passed = value;
    for (let leg = 0; leg < Number(node["times"]); leg++) {
      const outcome = world.run(`${path}/${leg}`, node["step"] as unknown as PatternNode, passed);
      if (outcome?.ok !== true) return outcome;
      passed = outcome.value;
    }
    return { ok: true, value: passed };
  },
};
