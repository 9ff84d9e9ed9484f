/** The patterns by name. One of your own is one file, and an entry in the option `patterns` of whoever makes or drives sessions. */
import { checkId, EntrainError } from "@entrain/kernel";
import type { Pattern } from "../node.ts";
import { competitive } from "./competitive.ts";
import { consensus } from "./consensus.ts";
import { hierarchical } from "./hierarchical.ts";
import { leaderFollower } from "./leader-follower.ts";
import { parallelMerge } from "./parallel-merge.ts";
import { pipeline } from "./pipeline.ts";
import { reactive } from "./reactive.ts";
import { subSession } from "./sub-session.ts";

/** Those that come with Entrain. */
export const patterns: readonly Pattern[] = [
  leaderFollower,
  consensus,
  pipeline,
  parallelMerge,
  competitive,
  hierarchical,
  reactive,
  subSession,
];

/**
 * All patterns by name, those of the user among them.
 * @throws EntrainError `invalid-argument` for a name that is none; `already-exists` for one that is taken
 */
export function patternsByName(own: readonly Pattern[] = []): ReadonlyMap<string, Pattern> {
  const byName = new Map(patterns.map((pattern) => [pattern.name, pattern]));
  for (const pattern of own) {
    checkId("patterns.name", pattern.name);
    if (byName.has(pattern.name))
      throw new EntrainError("already-exists", `there is a pattern ${pattern.name}: give yours another name`, {
        field: "patterns.name",
        value: pattern.name,
      });
    byName.set(pattern.name, pattern);
  }
  return byName;
}
