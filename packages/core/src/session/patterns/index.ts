/** The patterns by name. One of your own is one file, and an entry here or in `patterns` of whoever drives sessions. */
import type { Pattern } from "../node.ts";
import { competitive } from "./competitive.ts";
import { consensus } from "./consensus.ts";
import { hierarchical } from "./hierarchical.ts";
import { leaderFollower } from "./leader-follower.ts";
import { parallelMerge } from "./parallel-merge.ts";
import { pipeline } from "./pipeline.ts";

/** Those that come with Entrain. */
export const patterns: readonly Pattern[] = [
  leaderFollower,
  consensus,
  pipeline,
  parallelMerge,
  competitive,
  hierarchical,
];
