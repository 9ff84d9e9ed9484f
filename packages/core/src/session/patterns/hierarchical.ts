/** Hierarchical: teams by name, each a pattern of its own, and what they came to brought together above them. */
import { EntrainError, membersOf } from "@entrain/kernel";
import { type Pattern, type PatternNode } from "../node.ts";
import { checkMerge, collect, merged } from "./parallel-merge.ts";

const teamsMax = 100;

export const hierarchical: Pattern = {
  name: "hierarchical",
  check(node, field, world) {
    const { teams, merge } = membersOf(node, field, ["pattern", "name", "teams", "merge"]);
    if (typeof teams !== "object" || teams === null || Array.isArray(teams))
      throw EntrainError.invalid(`${field}.teams`, teams, "give an object: team name to pattern");
    const names = Object.keys(teams);
    if (names.length === 0 || names.length > teamsMax)
      throw EntrainError.invalid(`${field}.teams`, `${names.length} teams`, `give 1 to ${teamsMax}`);
    for (const [name, team] of Object.entries(teams)) world.node(team, `${field}.teams.${name}`);
    checkMerge(merge, `${field}.merge`, world);
  },
  work(node, path, value, world) {
    const teams = Object.entries(node["teams"] as unknown as Readonly<Record<string, PatternNode>>);
    const branches = teams.map(([name, team]) => ({ name, node: team, value, variables: {} }));
    const collected = collect(branches, path, world, branches.length, teamsMax);
    if (collected === undefined || "ok" in collected) return collected;
    return merged(node["merge"] ?? "object", path, collected, world);
  },
};
