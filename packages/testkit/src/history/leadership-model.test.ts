import assert from "node:assert/strict";
import { test } from "node:test";
import {
  leadershipModel,
  resolveCampaigns,
  type HeldTerm,
  type LeadershipInput,
  type LeadershipOutput,
} from "./leadership-model.ts";
import { checkLinearizable } from "./linearizability.ts";
import type { Operation } from "./operation.ts";

type LeadershipOperation = Operation<LeadershipInput, LeadershipOutput>;

const held = (agentId: string, term: number, generation = 1): HeldTerm => ({
  agentId,
  incarnation: 1,
  term,
  generation,
});
const a5 = held("a", 5);
const b6 = held("b", 6);

/** One operation after the other, each takes one tick; `at` moves the next one. */
function history(...operations: (readonly [LeadershipInput, LeadershipOutput | undefined])[]): LeadershipOperation[] {
  return operations.map(([input, output], index) => ({
    process: "p",
    input,
    output,
    calledNs: 2 * index,
    returnedNs: output === undefined ? Infinity : 2 * index + 1,
  }));
}

const judge = (...operations: (readonly [LeadershipInput, LeadershipOutput | undefined])[]) =>
  checkLinearizable(leadershipModel, resolveCampaigns(history(...operations))).kind;

const campaign = (agentId: string): LeadershipInput => ({ kind: "campaign", agentId, incarnation: 1 });
const granted = (of: HeldTerm): LeadershipOutput => ({ kind: "granted", held: of });
const seen = (leader: HeldTerm | null): LeadershipOutput => ({ kind: "seen", leader });
const on = (kind: "renew" | "release" | "effect" | "believe", of: HeldTerm): LeadershipInput => ({ kind, held: of });
const done: LeadershipOutput = { kind: "done" };
const refused: LeadershipOutput = { kind: "refused" };
const elected = [campaign("a"), granted(a5)] as const;
const succeeded = [campaign("b"), granted(b6)] as const;

test("a leader acts in its term, and its successor in the next", () => {
  const tail = [[on("effect", a5), refused] as const, [on("effect", b6), done] as const];
  assert.equal(
    judge(elected, [on("effect", a5), done], [on("renew", a5), granted(a5)], succeeded, ...tail),
    "linearizable",
  );
});

test("L1, L3: an effect of a term that is over is a violation", () => {
  assert.equal(judge(elected, succeeded, [on("effect", a5), done]), "violated");
});

test("L4: a leader that still believes in itself when another leads is a violation", () => {
  assert.equal(judge(elected, [on("believe", a5), done], succeeded), "linearizable");
  assert.equal(judge(elected, succeeded, [on("believe", a5), done]), "violated");
});

test("L2: a term that does not grow is a violation", () => {
  assert.equal(judge(elected, [campaign("b"), granted(held("b", 5))]), "violated");
  assert.equal(judge(elected, succeeded, [campaign("a"), granted(a5)]), "violated");
});

test("L3: a renewal that creates a record is a violation; one that carries it into a new generation is not", () => {
  const over = [{ kind: "read" }, seen(null)] as const;
  assert.equal(judge(elected, over, [on("renew", a5), granted(a5)]), "violated");
  assert.equal(judge(elected, over, [on("renew", a5), granted(held("a", 5, 2))]), "linearizable");
  assert.equal(judge(elected, [on("release", a5), done], [on("renew", a5), granted(held("a", 5, 2))]), "violated");
});

test("a leadership that was given up is seen by nobody", () => {
  assert.equal(judge(elected, [{ kind: "read" }, seen(a5)], [on("release", a5), done]), "linearizable");
  assert.equal(judge(elected, [on("release", a5), done], [{ kind: "read" }, seen(a5)]), "violated");
});

test("the same leadership is granted again to whoever lost the answer", () => {
  assert.equal(judge([campaign("a"), undefined], elected, [on("effect", a5), done]), "linearizable");
});

test("a campaign without an answer was granted where somebody saw its term", () => {
  const lost = [campaign("a"), undefined] as const;
  assert.equal(judge(lost, [{ kind: "read" }, seen(a5)]), "linearizable");
  assert.equal(judge(lost, [{ kind: "read" }, seen(null)]), "linearizable");
  assert.equal(judge([{ kind: "read" }, seen(a5)], lost), "violated");
});

const report = (by: string, of: HeldTerm): LeadershipInput => ({
  kind: "report",
  agentId: by,
  incarnation: 1,
  leader: of,
});
const counted = (reports: number): LeadershipOutput => ({ kind: "counted", reports });
const reportedBy = (...by: string[]) => by.map((one) => [report(one, a5), counted(1)] as const);
const takenOver = [report("b", a5), granted(b6)] as const;

test("L5: reports of two voters since the last renewal succeed the leader, and no fewer", () => {
  assert.equal(judge(elected, ...reportedBy("c"), takenOver, [on("effect", b6), done]), "linearizable");
  assert.equal(judge(elected, takenOver), "violated");
  assert.equal(judge(elected, ...reportedBy("b"), takenOver), "violated", "twice the same");
  assert.equal(judge(elected, ...reportedBy("c"), [on("renew", a5), granted(a5)], takenOver), "violated");
  assert.equal(judge(elected, ...reportedBy("c"), [{ kind: "read" }, seen(null)], takenOver), "violated");
  assert.equal(judge(elected, [report("c", b6), counted(1)]), "violated", "nobody leads under that term");
  assert.equal(judge(elected, [report("c", a5), counted(2)]), "violated", "more than have reported");
  assert.equal(judge(elected, [report("c", a5), refused], takenOver), "violated", "who has no vote does not count");
});

test("L5: whoever was succeeded by reports may believe in itself until a renewal tells it better, and has no effect", () => {
  const early = [elected, ...reportedBy("c"), takenOver] as const;
  assert.equal(judge(...early, [on("believe", a5), done]), "linearizable");
  assert.equal(judge(...early, [on("effect", a5), done]), "violated");
  assert.equal(judge(...early, [on("renew", a5), seen(b6)], [on("believe", a5), done]), "violated");
  assert.equal(judge(...early, [campaign("c"), granted(held("c", 7))], [on("believe", b6), done]), "violated");
});

test("L5: a report without an answer may have counted, and may have been the one that succeeded", () => {
  assert.equal(judge(elected, [report("c", a5), undefined], takenOver), "linearizable");
  const silent = [report("b", a5), undefined] as const;
  assert.equal(judge(elected, ...reportedBy("c"), silent, [{ kind: "read" }, seen(b6)]), "linearizable");
  assert.equal(judge(elected, silent, [{ kind: "read" }, seen(b6)]), "violated");
});

test("a renewal without an answer may have carried the leadership over, a release may have ended it", () => {
  const over = [{ kind: "read" }, seen(null)] as const;
  assert.equal(judge(elected, over, [on("renew", a5), undefined], [on("effect", a5), done]), "linearizable");
  const lostRelease = [on("release", a5), undefined] as const;
  assert.equal(judge(elected, lostRelease, [{ kind: "read" }, seen(a5)]), "linearizable");
  assert.equal(judge(elected, lostRelease, over), "linearizable");
});
