import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "@entrain/kernel";
import { dueRun, everyTimes } from "./due-run.ts";
import {
  claimRun,
  defineJob,
  settleRun,
  type HeldRun,
  type JobTable,
  type RunClaim,
  type RunEntry,
} from "./run-table.ts";

const times = everyTimes(1_000);
const claimOf = (agentId: string, fireAtMs: number, more: Partial<RunClaim> = {}): RunClaim => ({
  text: times.text,
  settledMs: fireAtMs - 1_000,
  missed: undefined,
  fireAtMs,
  agentId,
  incarnation: 1,
  highestToken: 0,
  leaseMs: 200,
  attemptsMax: 2,
  ...more,
});

function granted(table: JobTable | undefined, claim: RunClaim, nowMs: number): { table: JobTable; run: HeldRun } {
  const next = claimRun(table, claim, nowMs);
  assert.ok(next.answer.kind === "granted" && next.table !== undefined, next.answer.kind);
  return { table: next.table, run: next.answer.run };
}

const outcomes = (history: readonly RunEntry[]): string[] =>
  history.map((entry) => (entry.kind === "run" ? entry.outcome : entry.kind));

test("a run that kills its holders is given up after the attempts it is allowed", () => {
  let table: JobTable | undefined = defineJob(undefined, times.text, 0, 0);
  table = granted(table, claimOf("a", 1_000), 1_000).table;
  table = granted(table, claimOf("b", 1_000), 1_300).table;
  const given = claimRun(table, claimOf("c", 1_000), 1_600);
  assert.deepEqual(given.answer, { kind: "settled", settledMs: 1_000 });
  assert.deepEqual(outcomes(given.table?.history ?? []), ["lost", "abandoned"]);
});

test("a run that is handed on is taken at once, and that is no further attempt", () => {
  const first = granted(defineJob(undefined, times.text, 0, 0), claimOf("a", 1_000), 1_000);
  const { table } = settleRun(first.table, first.run, "released", "", 1_050);
  const second = granted(table, claimOf("b", 1_000), 1_050);
  assert.equal(second.run.attempt, 1);
  assert.ok(second.run.token > first.run.token);
});

test("what a process knows to be settled is settled again where the store has lost it (S1)", () => {
  const before = defineJob(undefined, times.text, 0, 0);
  const { answer } = claimRun(defineJob(before, times.text, 5_000, 6_000), claimOf("a", 5_000), 6_000);
  assert.deepEqual(answer, { kind: "settled", settledMs: 5_000 });
});

test("agents that crash, pause and lose answers complete no fire time twice, and account for every one", () => {
  for (let seed = 0; seed < 20; seed++) {
    const random = createRandom(`runs ${seed}`);
    let table: JobTable | undefined = defineJob(undefined, times.text, 0, 0);
    const known = new Map<string, number>();
    const held = new Map<string, HeldRun>();
    let highestToken = 0;
    for (let nowMs = 0; nowMs < 120_000; nowMs += 1 + random.int(150)) {
      const agentId = `agent-${random.int(4)}`;
      const run = held.get(agentId);
      if (run !== undefined && random.next() < 0.5) {
        held.delete(agentId);
        if (random.next() < 0.2) continue; // It died.
        const next = settleRun(table, run, random.next() < 0.1 ? "failed" : "completed", "", nowMs);
        table = next.table;
      } else if (run === undefined) {
        const due = dueRun(times, known.get(agentId) ?? 0, nowMs, { graceMs: 500, missed: "run-once" });
        if (due.kind === "wait") continue;
        const more = {
          settledMs: known.get(agentId) ?? 0,
          missed: due.missed,
          fireAtMs: due.fireAtMs,
          attemptsMax: 99,
        };
        const next = claimRun(table, claimOf(agentId, 0, more), nowMs);
        table = next.table;
        if (next.answer.kind === "settled" || next.answer.kind === "missed") known.set(agentId, next.answer.settledMs);
        if (next.answer.kind !== "granted" || random.next() < 0.1) continue; // Or its answer was lost.
        assert.ok(next.answer.run.token >= highestToken);
        highestToken = next.answer.run.token;
        held.set(agentId, next.answer.run);
      }
    }
    const history = table?.history ?? [];
    const ends = history.flatMap((entry) =>
      entry.kind === "run" && (entry.outcome === "completed" || entry.outcome === "failed") ? [entry.fireAtMs] : [],
    );
    const missed = history.reduce((sum, entry) => sum + (entry.kind === "missed" ? entry.count : 0), 0);
    assert.equal(new Set(ends).size, ends.length);
    assert.equal(ends.length + missed, (table?.settledMs ?? 0) / 1_000);
    assert.ok(ends.length > 30, `${ends.length} runs`);
  }
});
