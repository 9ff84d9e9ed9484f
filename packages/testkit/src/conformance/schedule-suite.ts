/** What every ScheduleStore does, beside the pure rules of core/schedule. */
import assert from "node:assert/strict";
import { createRandom } from "@entrain/kernel";
import { claimRun, defineJob, settleRun, type JobTable, type RunClaim } from "@entrain/core/schedule";
import type { ClaimedRun, JobNote, ScheduleStore, StoreClaimAnswer } from "@entrain/ports";
import { registerCases, type ConformanceCase } from "./conformance-case.ts";
import type { StoreUnderTest } from "./store-under-test.ts";
import { waitFor } from "./wait-for.ts";

const note: JobNote = { job: "report", text: "every 60000 ms", nextAtMs: undefined };
const leaseMs = 1_000;

function claimOf(agentId: string, more: Partial<RunClaim> = {}): Omit<RunClaim, "text"> {
  return {
    settledMs: 0,
    missed: undefined,
    fireAtMs: undefined,
    agentId,
    incarnation: 1,
    highestToken: 0,
    leaseMs,
    attemptsMax: 3,
    ...more,
  };
}

/** A job that is settled up to an hour ago. */
async function define(store: ScheduleStore): Promise<number> {
  const { storeMs } = await store.define({ ...note, job: "clock" }, 0);
  const { settledMs } = await store.define(note, storeMs - 3_600_000);
  return settledMs;
}

async function grantTo(store: ScheduleStore, agentId: string, more: Partial<RunClaim>): Promise<ClaimedRun> {
  const answer = await store.claim(note, claimOf(agentId, more));
  assert.ok(answer.kind === "granted", JSON.stringify(answer));
  return answer.run;
}

/** Equal but for the instants that the store's clock may have moved on by, and the generation that the rules do not know. */
function assertSame(answer: StoreClaimAnswer, expected: unknown): void {
  const { storeMs: _, ...rest } = answer;
  const shown = rest.kind === "granted" ? { ...rest, run: { ...rest.run, generation: undefined } } : rest;
  assert.deepEqual(JSON.parse(JSON.stringify(shown)), JSON.parse(JSON.stringify(expected)));
}

/** The name of the case that a store without its lease check fails. */
export const heldRunIsNotGivenAway = "a run that is held is given to nobody else, and of fifty claimants one gets it";

/** The cases; each gets a swarm of its own. */
export const scheduleCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: "random claims, misses, ends and redefinitions are answered as the pure rules answer them",
    async run(swarm) {
      const stores = [(await swarm.client()).schedules, (await swarm.client()).schedules];
      const random = createRandom("schedules");
      let table: JobTable | undefined = defineJob(undefined, note.text, await define(stores[0]!), 0);
      const from = table.settledMs;
      const held: ClaimedRun[] = [];
      for (let step = 0; step < 300; step++) {
        const store = stores[random.int(2)]!;
        const dice = random.next();
        const present: JobTable = table ?? assert.fail("it is defined");
        if (dice < 0.08) {
          const floorMs = random.int(2) === 0 ? 0 : present.settledMs + random.int(3) * 1_000;
          const { settledMs, storeMs } = await store.define(note, floorMs);
          table = defineJob(present, note.text, floorMs, storeMs);
          assert.equal(settledMs, table.settledMs);
        } else if (dice < 0.4 && held.length > 0) {
          const run = held[random.int(held.length)]!;
          const outcome = (["completed", "failed", "released"] as const)[random.int(3)]!;
          const settled = await store.settle(note, run, outcome, "why");
          const next = settleRun(present, run, outcome, "why", run.startedAtMs);
          table = next.table;
          assert.equal(settled, next.settled, `step ${step}`);
        } else {
          const base = present.settledMs - (random.int(5) === 0 ? 500 : 0);
          const missed =
            random.int(3) === 0
              ? { count: 2, fromMs: present.settledMs + 200, toMs: present.settledMs + 400 }
              : undefined;
          const fireAtMs = missed !== undefined && random.int(2) === 0 ? undefined : present.settledMs + 500;
          const agentId = `agent-${random.int(3)}`;
          const claim = { settledMs: base, missed, fireAtMs, leaseMs: random.int(4) === 0 ? 1 : leaseMs };
          const asked = claimOf(agentId, claim);
          const answer = await store.claim(note, asked);
          const next = claimRun(present, { ...asked, text: note.text }, answer.storeMs);
          if (answer.kind !== "held" && answer.kind !== "early") assertSame(answer, next.answer);
          else assert.equal(answer.kind, next.answer.kind);
          if (answer.kind === "granted") held.push(answer.run);
          table = next.table;
        }
      }
      assert.ok((table?.settledMs ?? 0) > from + 20_000, "it got on");
      const [job] = await stores[0]!.list(1, "clock", 1_000);
      const told = (job?.latest ?? []).map((line) => ({ ...line, tookMs: 0 }));
      assert.deepEqual(told, (table?.history ?? []).map((line) => ({ ...line, tookMs: 0 })).reverse());
    },
  },
  {
    name: heldRunIsNotGivenAway,
    async run(swarm) {
      const stores = await Promise.all(Array.from({ length: 5 }, async () => (await swarm.client()).schedules));
      const settledMs = await define(stores[0]!);
      const fireAtMs = settledMs + 60_000;
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          stores[n % 5]!.claim(note, claimOf(`agent-${n}`, { settledMs, fireAtMs })),
        ),
      );
      assert.equal(answers.filter(({ kind }) => kind === "granted").length, 1);
      assert.equal(answers.filter(({ kind }) => kind === "held").length, 49);
    },
  },
  {
    name: "a holder whose lease is over is succeeded under a higher token, and ends nothing any more (L2, L3)",
    async run(swarm) {
      const store = (await swarm.client()).schedules;
      const settledMs = await define(store);
      const more = { settledMs, fireAtMs: settledMs + 60_000 };
      const first = await grantTo(store, "a", { ...more, leaseMs: 50 });
      let second: StoreClaimAnswer | undefined;
      await waitFor("another gets it", async () => {
        second = await store.claim(note, claimOf("b", more));
        return second.kind === "granted";
      });
      assert.ok(second?.kind === "granted");
      assert.deepEqual([second.run.attempt, second.run.fireAtMs], [2, more.fireAtMs]);
      assert.ok(second.run.token > first.token);
      assert.equal(await store.renew(note.job, first, leaseMs), undefined);
      assert.equal(await store.settle(note, first, "completed", ""), false);
      assert.equal(await store.settle(note, second.run, "completed", ""), true);
      assert.deepEqual((await store.claim(note, claimOf("a", more))).kind, "settled");
      const [job] = await store.list(10, "clock");
      assert.deepEqual(
        job?.latest.map((line) => (line.kind === "run" ? line.outcome : line.kind)),
        ["completed", "lost"],
      );
    },
  },
  {
    name: "a run that is renewed stays its holder's beyond its first lease",
    async run(swarm) {
      const store = (await swarm.client()).schedules;
      const settledMs = await define(store);
      const more = { settledMs, fireAtMs: settledMs + 60_000 };
      let run = await grantTo(store, "a", { ...more, leaseMs: 300 });
      const untilMs = run.startedAtMs + 700;
      for (let nowMs = 0; nowMs < untilMs;) {
        run = (await store.renew(note.job, run, 300)) ?? assert.fail("it was lost");
        const answer = await store.claim(note, claimOf("b", more));
        assert.equal(answer.kind, "held");
        nowMs = answer.storeMs;
      }
    },
  },
  {
    name: "nobody gets a fire time before the store's clock has reached it",
    async run(swarm) {
      const store = (await swarm.client()).schedules;
      const settledMs = await define(store);
      const answer = await store.claim(note, claimOf("a", { settledMs, fireAtMs: settledMs + 7_200_000 }));
      assert.ok(answer.kind === "early" && answer.waitMs > 3_500_000, JSON.stringify(answer));
    },
  },
  {
    name: "a job that is defined otherwise refuses claims under the old definition, and owes nothing of before",
    async run(swarm) {
      const store = (await swarm.client()).schedules;
      await define(store);
      const { settledMs, storeMs } = await store.define({ ...note, text: "every 1000 ms" }, 0);
      assert.equal(settledMs, storeMs);
      const answer = await store.claim(note, claimOf("a", { fireAtMs: settledMs }));
      assert.deepEqual(
        [answer.kind, (await store.claim({ ...note, job: "none" }, claimOf("a"))).kind],
        ["redefined", "unknown"],
      );
    },
  },
  {
    name: "an agent takes its own run of a period once, also from another process, and its line is written",
    async run(swarm) {
      const stores = [(await swarm.client()).schedules, (await swarm.client()).schedules] as const;
      const claim = { ...note, agentId: "a", cycle: 7, nextAtMs: 1_000 };
      assert.equal((await stores[0].claimSlot(claim)).granted, true);
      for (const store of stores) {
        assert.equal((await store.claimSlot(claim)).granted, false);
        assert.equal((await store.claimSlot({ ...claim, cycle: 6 })).granted, false);
      }
      assert.equal((await stores[1].claimSlot({ ...claim, agentId: "b" })).granted, true);
      assert.equal((await stores[1].claimSlot({ ...claim, cycle: 8 })).granted, true);
      const run = {
        agentId: "a",
        cycle: 7,
        outcome: "completed",
        fireAtMs: 1,
        lateMs: 2,
        tookMs: 3,
        message: "",
      } as const;
      await stores[0].recordSlot("report", run);
      const { agentId, cycle, ...line } = run;
      const [job] = await stores[1].list(10);
      assert.deepEqual(job?.latest, [{ kind: "run", ...line, agentId, token: cycle, attempt: 1 }]);
    },
  },
  {
    name: "jobs are listed by name, with what runs and when they fire next",
    async run(swarm) {
      const store = (await swarm.client()).schedules;
      const settledMs = await define(store);
      const more = { settledMs, fireAtMs: settledMs + 60_000 };
      await store.claim({ ...note, nextAtMs: 4_711 }, claimOf("a", more));
      const listed = await store.list(10);
      assert.deepEqual(
        listed.map(({ job, text, nextAtMs, running }) => [job, text, nextAtMs, running?.agentId, running?.fireAtMs]),
        [
          ["clock", note.text, undefined, undefined, undefined],
          ["report", note.text, 4_711, "a", more.fireAtMs],
        ],
      );
      assert.deepEqual(
        (await store.list(1, "clock")).map(({ job }) => job),
        ["report"],
      );
    },
  },
];

/** Registers the suite. */
export function testScheduleStore(open: () => Promise<StoreUnderTest>): void {
  registerCases("ScheduleStore", scheduleCases, open);
}
