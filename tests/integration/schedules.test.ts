/** Scheduled jobs in real processes, some of which are killed in the middle of a run. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { createAgent, EntrainError } from "entrain";
import type { RunEntry } from "@entrain/core/schedule";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { realClock, realTimers } from "@entrain/testkit/store-lab";
import { createRedisStore } from "@entrain/redis";
import type { RunLine, ScheduleTask } from "./schedule-party.ts";

let redis: TestRedis;
before(async () => {
  redis = await acquireTestRedis();
});
after(() => redis.stop());

interface Party extends AsyncDisposable {
  readonly agentId: string;
  readonly lines: readonly RunLine[];
  kill(): Promise<void>;
}

async function join(task: Omit<ScheduleTask, "redis">): Promise<Party> {
  const main = path.join(import.meta.dirname, "schedule-party.ts");
  const args = [main, JSON.stringify({ ...task, redis: redis.url })];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const reader = createInterface({ input: child.stdout });
  await once(reader, "line");
  const lines: RunLine[] = [];
  reader.on("line", (line) => lines.push(JSON.parse(line) as RunLine));
  return {
    agentId: task.agentId,
    lines,
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
    },
  };
}

/** The runs in a job's history, oldest first. */
async function historyOf(swarmId: string): Promise<readonly RunEntry[]> {
  const store = createRedisStore({ redis: redis.url, swarmId, clock: realClock, timers: realTimers });
  await store.connect();
  try {
    const [job] = await store.schedules.list(1, undefined, 1_000);
    return [...(job?.latest ?? [])].reverse();
  } finally {
    await store.close();
  }
}

const runsOf = (history: readonly RunEntry[]) => history.filter((entry) => entry.kind === "run");
const lastBegun = ({ lines }: Party): RunLine | undefined =>
  lines.at(-1)?.kind === "begun" ? lines.at(-1) : undefined;

test("of three processes one runs each fire time; one that is killed in mid-run is succeeded under a higher token, and every fire time is completed once", async () => {
  const swarm = `j-${randomUUID()}`;
  const when = { every: 1_000, missed: "run-once" } as const;
  const parties: Party[] = [];
  await using stack = new AsyncDisposableStack();
  for (const agentId of ["a", "b", "c"]) parties.push(stack.use(await join({ swarm, agentId, when, workMs: 400 })));
  const completed = async () => runsOf(await historyOf(swarm)).filter(({ outcome }) => outcome === "completed");
  await waitFor("three runs are done", async () => (await completed()).length >= 3, 20_000);
  let killed: (RunLine & { agentId: string }) | undefined;
  await waitFor("one is killed in mid-run", async () => {
    const victim = parties.find((party) => lastBegun(party) !== undefined);
    const run = victim && lastBegun(victim);
    if (victim === undefined || run === undefined) return false;
    await victim.kill();
    killed = { ...run, agentId: victim.agentId };
    return true;
  });
  assert.ok(killed !== undefined);
  const { fireTime, token, agentId } = killed;
  await waitFor(
    "others have gone on",
    async () => (await completed()).filter((run) => run.fireAtMs > fireTime).length >= 2,
    20_000,
  );
  const history = await historyOf(swarm);
  const ofKilled = runsOf(history).filter((run) => run.fireAtMs === fireTime);
  assert.deepEqual(
    ofKilled.map(({ outcome, attempt }) => [outcome, attempt]),
    [
      ["lost", 1],
      ["completed", 2],
    ],
  );
  assert.equal(ofKilled[0]?.agentId, agentId);
  assert.ok(ofKilled[1]!.token > token && ofKilled[1]!.agentId !== agentId);
  const done = (await completed()).map((run) => run.fireAtMs);
  assert.equal(new Set(done).size, done.length, "no fire time was completed twice");
  const missed = history.reduce((sum, entry) => sum + (entry.kind === "missed" ? entry.count : 0), 0);
  assert.equal(
    done.length + missed,
    (done.at(-1)! - done[0]!) / 1_000 + 1,
    "each was completed, or is said to be missed",
  );
  const said = parties.flatMap(({ lines }) => lines.filter(({ kind }) => kind === "done").map((line) => line.fireTime));
  assert.equal(new Set(said).size, said.length, "no handler ended twice for a fire time");
});

test("a process that stops in mid-run hands the run on, and one that starts again runs nothing twice", async () => {
  const swarm = `j-${randomUUID()}`;
  const when = { every: 60_000, graceMs: 60_000 } as const;
  // A fire time that is due now: the job was settled until a minute ago.
  const store = createRedisStore({ redis: redis.url, swarmId: swarm, clock: realClock, timers: realTimers });
  await store.connect();
  const { storeMs } = await store.schedules.define({ job: "clock", text: "-", nextAtMs: undefined }, 1);
  await store.schedules.define({ job: "report", text: "every 60000 ms", nextAtMs: undefined }, storeMs - 60_000);
  await store.close();
  const first = await join({ swarm, agentId: "a", when, workMs: 60_000 });
  await waitFor("it has begun", () => lastBegun(first) !== undefined, 10_000);
  const begun = lastBegun(first)!;
  await first[Symbol.asyncDispose]();
  {
    await using second = await join({ swarm, agentId: "b", when, workMs: 1 });
    await waitFor("it was taken over", () => second.lines.length === 2, 10_000);
    assert.equal(second.lines[1]?.kind, "done");
    assert.deepEqual([second.lines[0]?.fireTime, second.lines[0]?.attempt], [begun.fireTime, 1]);
    assert.ok((second.lines[0]?.token ?? 0) > begun.token);
  }
  await using again = await join({ swarm, agentId: "b", when, workMs: 1 });
  const own = createAgent({ swarm, redis: redis.url });
  await own.start();
  await own.stop();
  assert.deepEqual(
    again.lines.filter(({ fireTime }) => fireTime === begun.fireTime),
    [],
  );
});

test("agents run a spread job once a period each, at instants that are evenly spread", async () => {
  const swarm = `j-${randomUUID()}`;
  const periodMs = 1_500;
  const runs = new Map<string, number[]>();
  const agents = ["a", "b", "c", "d", "e"].map((agentId) => {
    const agent = createAgent({ swarm, agentId, redis: redis.url });
    runs.set(agentId, []);
    agent.schedule("refresh", { every: periodMs, spread: true }, ({ fireTime }) => runs.get(agentId)?.push(fireTime));
    return agent;
  });
  await using stack = new AsyncDisposableStack();
  for (const agent of agents) stack.use(agent);
  await Promise.all(agents.map((agent) => agent.start()));
  await waitFor("all have run four times", () => [...runs.values()].every((times) => times.length >= 4), 20_000);
  const phases = [...runs.values()].map((times) => (times.at(-1)! / periodMs) % 1).sort((a, b) => a - b);
  for (const [index, phase] of phases.entries()) {
    const next = phases[index + 1] ?? phases[0]! + 1;
    assert.ok(Math.abs(next - phase - 0.2) < 0.01, `slots at ${phases.join(", ")}`);
  }
  for (const times of runs.values()) {
    const cycles = times.map((ms) => Math.floor(ms / periodMs));
    assert.equal(new Set(cycles).size, cycles.length, "nobody runs twice in a period");
  }
});

test("wrong options of a job are refused by name", async () => {
  const agent = createAgent({ swarm: "jobs", redis: redis.url });
  const refused = (when: object, field: string): void => {
    assert.throws(
      () => agent.schedule("j", when as never, () => undefined),
      (thrown) => thrown instanceof EntrainError && thrown.code === "invalid-argument" && thrown.field === field,
      JSON.stringify(when),
    );
  };
  refused({ cron: "61 * * * *" }, "cron");
  refused({ cron: "0 0 30 2 *" }, "cron");
  refused({ cron: "2027-01-01T00:00:00" }, "cron");
  refused({ cron: "* * * * *", timeZone: "Mars/Olympus" }, "timeZone");
  refused({ cron: "* * * * *", every: "1h" }, "every");
  refused({ every: "1 fortnight" }, "every");
  refused({ every: 99 }, "every");
  refused({ every: "1h", spread: true, missed: "run-once" }, "missed");
  refused({ every: "1h", missed: "never" }, "missed");
  refused({ every: "1h", timeoutMs: 0 }, "timeoutMs");
  const job = agent.schedule("nightly", { cron: "30 3 * * *", timeZone: "Europe/Berlin" }, () => undefined);
  assert.ok(new Date(job.nextAt!).toISOString().endsWith(":30:00.000Z"));
  assert.throws(() => agent.schedule("nightly", { every: "1h" }, () => undefined), { code: "already-exists" });
  await agent.stop();
});
