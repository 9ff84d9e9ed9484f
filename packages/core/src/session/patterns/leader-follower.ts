/**
 * Leader-follower: whoever leads the swarm takes the work apart (a step that gives a list) and puts it together again; anybody
 * does the parts. When the leader changes, its step goes over to the next one, under a higher token.
 */
import { type Json, membersOf } from "@entrain/kernel";
import { checkWhole } from "../../task/index.ts";
import { checkStep, type Pattern, type PatternNode, type StepNode } from "../node.ts";
import { branchesOver, checkMerge, collect, merged } from "./parallel-merge.ts";

const usualConcurrency = 50;

export const leaderFollower: Pattern = {
  name: "leader-follower",
  check(node, field, world) {
    const { decompose, work, merge, concurrency } = membersOf(node, field, [
      "pattern",
      "name",
      "decompose",
      "work",
      "merge",
      "concurrency",
    ]);
    checkStep(decompose, `${field}.decompose`, world);
    world.node(work, `${field}.work`);
    checkMerge(merge, `${field}.merge`, world);
    if (concurrency !== undefined) checkWhole(`${field}.concurrency`, concurrency as number, 1, 1_000);
  },
  work(node, path, value, world) {
    const { decompose, work, merge, concurrency } = node;
    const byLeader = (step: unknown): StepNode => ({ ...(step as StepNode), by: "leader" });
    const parts = world.step(`${path}/decompose`, byLeader(decompose), value)?.outcome;
    if (parts === undefined) return undefined;
    if (!parts.ok) return { ok: false, cause: `decompose: ${parts.cause}` };
    if (!Array.isArray(parts.value)) return { ok: false, cause: "decompose gave no list" };
    const branches = branchesOver(parts.value as readonly Json[], work as unknown as PatternNode);
    if ("ok" in branches) return branches;
    const most = typeof concurrency === "number" ? concurrency : usualConcurrency;
    const collected = collect(branches, `${path}/work`, world, branches.length, most);
    if (collected === undefined || "ok" in collected) return collected;
    const isNamed = merge === undefined || typeof merge === "string";
    return merged(isNamed ? merge : (byLeader(merge) as never), path, collected, world);
  },
};
