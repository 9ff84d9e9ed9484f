/**
 * Reactive: agents react to changes of the shared context. Each reaction is a step or a pattern that is given the change; it begins when
 * the one before has ended. `changes: each` reacts to every version that the filter lets through, one by one and in order;
 * `latest` to all that came meanwhile at once. What is reacted to is written down before it is, under a place of its own, so each
 * change is reacted to once, whoever drives. Ends after `reactions`, or as soon as `until` is true of a reaction.
 */
import { EntrainError, type Json, membersOf } from "@entrain/kernel";
import { createSieve, type ContextFilter } from "../../context/index.ts";
import { checkWhole } from "../../task/index.ts";
import { listOf, type Pattern, type PatternNode } from "../node.ts";
import { checkMerge, merged } from "./parallel-merge.ts";

const reactionsMax = 1_000;
const pointersMax = 100;

export const reactive: Pattern = {
  name: "reactive",
  check(node, field, world) {
    const { watch, react, changes, reactions, until, onFailure, merge } = membersOf(node, field, [
      "pattern",
      "name",
      "watch",
      "react",
      "changes",
      "reactions",
      "until",
      "onFailure",
      "merge",
    ]);
    checkWatch(watch, `${field}.watch`);
    world.node(react, `${field}.react`);
    if (changes !== undefined && changes !== "each" && changes !== "latest")
      throw EntrainError.invalid(`${field}.changes`, changes, "use each or latest");
    if (reactions !== undefined) checkWhole(`${field}.reactions`, reactions as number, 1, reactionsMax);
    if (until !== undefined) world.expression(until, `${field}.until`);
    if (onFailure !== undefined && onFailure !== "fail" && onFailure !== "skip")
      throw EntrainError.invalid(`${field}.onFailure`, onFailure, "use fail or skip");
    checkMerge(merge, `${field}.merge`, world);
  },
  work(node, path, _value, world) {
    const most = typeof node["reactions"] === "number" ? node["reactions"] : 1;
    const filter = node["watch"] as unknown as ContextFilter;
    const policy = node["changes"] === "latest" ? "latest" : "each";
    let after = world.watch(path);
    if (after === undefined) return undefined;
    const values: Json[] = [];
    const names: string[] = [];
    for (let index = 0; index < most; index++) {
      const change = world.change(`${path}/${index}`, { after, filter, policy });
      if (change === undefined) return undefined;
      const given = change as unknown as Json;
      const react = node["react"] as unknown as PatternNode;
      const outcome = world.run(`${path}/${index}/reaction`, react, given, { change: given, index });
      if (outcome === undefined) return undefined;
      after = change.version;
      if (outcome.ok) {
        values.push(outcome.value);
        names.push(String(change.version));
      } else if (node["onFailure"] !== "skip")
        return { ok: false, cause: `the reaction to version ${change.version}: ${outcome.cause}` };
      const result = outcome.ok ? outcome.value : null;
      const isOver =
        typeof node["until"] === "string" &&
        world.evaluate(node["until"], result, { result, change: given, index }) === true;
      if (isOver) break;
    }
    return merged(node["merge"], path, { values, names }, world);
  },
};

/** @throws EntrainError `invalid-argument` that names the field */
function checkWatch(watch: unknown, field: string): void {
  const { pointers, kinds, authors } = membersOf(watch, field, ["pointers", "kinds", "authors"]);
  for (const [name, list] of Object.entries({ pointers, kinds, authors })) {
    if (list === undefined && name !== "pointers") continue;
    for (const [index, entry] of listOf(list, `${field}.${name}`, 1, pointersMax).entries())
      if (typeof entry !== "string") throw EntrainError.invalid(`${field}.${name}[${index}]`, entry, "give a text");
  }
  try {
    createSieve(watch as ContextFilter);
  } catch (thrown) {
    const { field: at, value, remedy } = EntrainError.from(thrown);
    throw EntrainError.invalid(`${field}.${at ?? ""}`, value, remedy ?? "use JSON Pointers");
  }
}
