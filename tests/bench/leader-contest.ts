/**
 * Candidates for one leadership whose leader can be hit, and how long nobody leads then. What the candidates are, and over
 * which store they contend, is the contest's own: the same blows fall on each kind.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "@entrain/kernel";
import { waitFor } from "@entrain/testkit/conformance";

/** What happens to a leader. */
export type Blow = "killed" | "paused" | "stopped";

/** One process that stands for the leadership. Disposed of, it ends in order and gives up what it leads. */
export interface Candidate extends AsyncDisposable {
  kill(): void;
  pause(): void;
  resume(): void;
}

/** The leadership was given up or had run out, or somebody has it: when an onlooker of the same store knew, monotonic ms. */
export interface Turn {
  readonly kind: "free" | "won";
  readonly atMs: number;
}

/** A leadership with those who stand for it. */
export interface LeaderContest {
  readonly candidates: ReadonlyMap<string, Candidate>;
  /** All that was seen, oldest first. */
  readonly turns: readonly Turn[];
  /** Waits until all candidates stand, and answers who leads. */
  settled(): Promise<string>;
  /** Starts this candidate, again if it ended. */
  start(name: string): Promise<void>;
}

/** How long a successor may take to be there at all, ms. */
const patienceMs = 30_000;

/**
 * Hits the leader at any moment of its lease, and answers how many ms nobody else led: from the signal for one that is killed
 * or paused, from the release for one that is stopped.
 */
export async function hitLeader(contest: LeaderContest, blow: Blow, random: Random): Promise<number> {
  const leader = await contest.settled();
  const candidate = contest.candidates.get(leader);
  if (candidate === undefined) throw new Error(`${leader} leads and is no candidate of ours`);
  await delay(300 + random.int(600));
  const known = contest.turns.length;
  const seen = (kind: Turn["kind"]): Turn | undefined => contest.turns.slice(known).find((turn) => turn.kind === kind);
  const sentMs = performance.now();
  if (blow === "killed") candidate.kill();
  else if (blow === "paused") candidate.pause();
  const stopped = blow === "stopped" ? candidate[Symbol.asyncDispose]() : Promise.resolve();
  const next = await waitFor("the successor", () => Promise.resolve(seen("won")), patienceMs);
  await stopped;
  if (blow === "paused") candidate.resume();
  else await contest.start(leader);
  return next.atMs - (blow === "stopped" ? (seen("free")?.atMs ?? sentMs) : sentMs);
}
