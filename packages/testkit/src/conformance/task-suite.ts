/** What every TaskStore does (P1), beside the pure book of core/task. */
import assert from "node:assert/strict";
import { createRandom, type Random } from "@entrain/kernel";
import {
  createTaskBook,
  queuesFor,
  taskDefinition,
  type Handoff,
  type HeldTask,
  type Task,
  type TaskCommand,
  type TaskWish,
} from "@entrain/core/task";
import type { TaskStore } from "@entrain/ports";
import { caseNamed, registerCases, type ConformanceCase } from "./conformance-case.ts";
import type { StoreUnderTest } from "./store-under-test.ts";
import { waitFor } from "./wait-for.ts";

const offer = (store: TaskStore, wish: TaskWish) => store.apply({ kind: "offer", task: taskDefinition(wish) });

async function claim(
  store: TaskStore,
  agentId: string,
  { max = 10, isLeader = false, load = 0 }: { max?: number; isLeader?: boolean; load?: number } = {},
) {
  const queues = queuesFor(["work"], agentId, isLeader);
  const answer = await store.apply({ kind: "claim", agentId, queues, capabilities: ["work"], max, load });
  assert.ok(answer.kind === "claimed");
  return answer;
}

async function claimOne(store: TaskStore, agentId: string): Promise<HeldTask> {
  const { tasks } = await claim(store, agentId, { max: 1 });
  assert.equal(tasks.length, 1);
  return tasks[0]!;
}

const complete = (store: TaskStore, { definition, token }: HeldTask, result: string) =>
  store.apply({ kind: "complete", taskId: definition.taskId, token, result });

/** A command on a few tasks, so that commands meet; tokens are guessed from those that were given out. */
function anyCommand(random: Random, step: number, known: KnownTasks): TaskCommand {
  const one = <T>(list: readonly T[]): T => list[random.int(list.length)]!;
  const taskId = `t/${random.int(1 + step / 8)}`;
  const token = 1 + random.int(1 + step / 4);
  const agentId = one(["a", "b"]);
  const roll = random.next();
  if (random.next() < 0.5) return anyMessage(random, step, { ...known.of(taskId), taskId, agentId });
  if (roll < 0.3) {
    const target = one([{ kind: "any" }, { kind: "leader" }, { kind: "agent", agentId: "a" }] as const);
    const wish = { taskId, capability: one(["work", "rest"]), target, input: { n: random.int(2) }, leaseMs: 600_000 };
    return { kind: "offer", task: taskDefinition({ ...wish, triesMax: 1 + random.int(3) }) };
  }
  if (roll < 0.55) {
    const capabilities = one([["work"], ["work", "rest"]]);
    const queues = queuesFor(capabilities, agentId, random.next() < 0.5);
    return { kind: "claim", agentId, queues, capabilities, max: random.int(4) };
  }
  const consumed = random.next() < 0.5 ? {} : { consumed: { tokens: step } };
  if (roll < 0.65) return { kind: "renew", taskId, token, progress: random.int(100), ...consumed };
  if (roll < 0.8) return { kind: "complete", taskId, token, result: { n: step }, ...consumed };
  if (roll < 0.92)
    return { kind: "fail", taskId, token, cause: `step ${step}`, again: random.next() < 0.7, delayMs: 0, ...consumed };
  if (roll < 0.96) return { kind: "cancel", taskIds: [taskId, `t/${random.int(5)}`], cause: "not needed" };
  return { kind: "replay", taskId };
}

/** What has been learnt of a task, to guess well. */
interface KnownTasks {
  of(taskId: string): { readonly token: number; readonly handoff: Handoff | null };
}

/** A message of a handoff, mostly one that fits. */
function anyMessage(
  random: Random,
  step: number,
  { taskId, agentId, token, handoff }: { taskId: string; agentId: string } & ReturnType<KnownTasks["of"]>,
): TaskCommand {
  const number = random.next() < 0.9 ? (handoff?.number ?? 1) : 1 + random.int(3);
  const to = random.next() < 0.9 ? (handoff?.to ?? agentId) : agentId;
  const roll = handoff?.state === "transferred" ? 0.4 + 0.6 * random.next() : random.next();
  if (roll < 0.3 && handoff?.state !== "accepted")
    return { kind: "hand", taskId, token, to: agentId, reason: "load", forMs: 600_000 };
  if (roll < 0.5)
    return { kind: "answer", taskId, number, agentId: to, accepted: random.next() < 0.8, cause: `step ${step}` };
  const traceparent = `00-${"a".repeat(32)}-${String(step).padStart(16, "0")}-01`;
  const traced = step % 2 === 0 ? {} : { trace: { traceparent } };
  if (roll < 0.8)
    return { kind: "transfer", taskId, token, number, carry: { step }, consumed: { credits: step }, ...traced };
  return { kind: "confirm", taskId, number, agentId: to };
}

/** The cases; each gets a swarm of its own. */
export const taskCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: "a task is offered once under its id, and refused with another content",
    async run(swarm) {
      const { tasks } = await swarm.client();
      const wish = { taskId: "s/1", capability: "work", input: { text: 'quoted "text", / and ü' } };
      const outcomes = await Promise.all(Array.from({ length: 5 }, () => offer(tasks, wish)));
      assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), ["offered", ...Array<string>(4).fill("repeated")]);
      assert.deepEqual(await offer(tasks, { ...wish, input: null }), { kind: "reused" });
      assert.deepEqual(
        (await tasks.read(["s/1", "none"])).map(({ definition }) => definition),
        [taskDefinition(wish)],
      );
    },
  },
  {
    name: "of a hundred tasks each is claimed once, however many claim at the same time",
    async run(swarm) {
      const clients = await Promise.all(Array.from({ length: 4 }, () => swarm.client()));
      for (let n = 0; n < 100; n++) await offer(clients[0]!.tasks, { taskId: `s/${n}`, capability: "work" });
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, index) => claim(clients[index % 4]!.tasks, `agent-${index}`, { max: 3 })),
      );
      const claimed = answers.flatMap(({ tasks }) => tasks);
      assert.equal(claimed.length, 100);
      assert.equal(new Set(claimed.map(({ definition }) => definition.taskId)).size, 100);
      assert.equal(new Set(claimed.map(({ token }) => token)).size, 100);
    },
  },
  {
    name: "only who holds the latest token completes a task, and once (P1)",
    async run(swarm) {
      const { tasks } = await swarm.client();
      await offer(tasks, { taskId: "s", capability: "work", leaseMs: 100 });
      const first = await claimOne(tasks, "slow");
      const second: HeldTask[] = [];
      await waitFor("the lease is over", async () => {
        second.push(...(await claim(tasks, "quick")).tasks);
        return second.length > 0;
      });
      assert.deepEqual(await complete(tasks, first, "late"), { kind: "lost", state: "running" });
      assert.deepEqual(await complete(tasks, second[0]!, "good"), { kind: "done" });
      assert.deepEqual(await complete(tasks, second[0]!, "again"), { kind: "repeated" });
      assert.deepEqual(await complete(tasks, first, "later"), { kind: "lost", state: "done" });
      const [task] = await tasks.read(["s"]);
      assert.deepEqual([task?.result, task?.tries, task?.holder], ["good", 2, "quick"]);
    },
  },
  {
    name: "who renews keeps its task beyond the lease, and learns that it was cancelled",
    async run(swarm) {
      const { tasks } = await swarm.client();
      await offer(tasks, { taskId: "s", capability: "work", leaseMs: 200 });
      const { token } = await claimOne(tasks, "a");
      const startedAt = performance.now();
      await waitFor("thrice the lease has passed", async () => {
        assert.equal((await tasks.apply({ kind: "renew", taskId: "s", token, progress: { done: 1 } })).kind, "renewed");
        return performance.now() - startedAt > 600;
      });
      assert.deepEqual((await claim(tasks, "b")).tasks, []);
      assert.deepEqual((await tasks.read(["s"]))[0]?.progress, { done: 1 });
      await tasks.apply({ kind: "cancel", taskIds: ["s"], cause: "not needed" });
      assert.deepEqual(await tasks.apply({ kind: "renew", taskId: "s", token }), { kind: "lost", state: "cancelled" });
    },
  },
  {
    name: "a task that fails is tried again after its delay, and is a dead letter after its tries, until it is replayed",
    async run(swarm) {
      const { tasks } = await swarm.client();
      await offer(tasks, { taskId: "s", capability: "work", triesMax: 2 });
      const fail = (token: number, delayMs: number) =>
        tasks.apply({ kind: "fail", taskId: "s", token, cause: "it threw", again: true, delayMs });
      assert.deepEqual(await fail((await claimOne(tasks, "a")).token, 150), { kind: "waiting" });
      const early = await claim(tasks, "a");
      assert.deepEqual(early.tasks, []);
      assert.ok(early.nextInMs !== null && early.nextInMs <= 150);
      const again: HeldTask[] = [];
      await waitFor("the delay is over", async () => {
        again.push(...(await claim(tasks, "a")).tasks);
        return again.length > 0;
      });
      assert.equal(again[0]!.attempt, 2);
      assert.deepEqual(await fail(again[0]!.token, 0), { kind: "failed" });
      assert.deepEqual((await tasks.figures(10)).dead, ["s"]);
      assert.equal((await tasks.read(["s"]))[0]?.cause, "it threw");
      assert.deepEqual(await tasks.apply({ kind: "replay", taskId: "s" }), { kind: "waiting" });
      assert.deepEqual((await tasks.figures(10)).dead, []);
      assert.equal((await claimOne(tasks, "a")).attempt, 1);
    },
  },
  {
    name: "a task for one agent, or for the leader, is nobody else's",
    async run(swarm) {
      const { tasks } = await swarm.client();
      await offer(tasks, { taskId: "for-a", capability: "work", target: { kind: "agent", agentId: "a" } });
      await offer(tasks, { taskId: "for-leader", capability: "work", target: { kind: "leader" } });
      const idsOf = async (agentId: string, isLeader: boolean) =>
        (await claim(tasks, agentId, { isLeader })).tasks.map(({ definition }) => definition.taskId);
      assert.deepEqual(await idsOf("b", false), []);
      assert.deepEqual(await idsOf("b", true), ["for-leader"]);
      assert.deepEqual(await idsOf("a", false), ["for-a"]);
    },
  },
  {
    name: "hints tell what is offered and what has ended, and the figures who offers what",
    async run(swarm) {
      const [one, other] = [(await swarm.client()).tasks, (await swarm.client()).tasks];
      const seen = { offered: new Set<string>(), ended: new Set<string>() };
      const unwatch = other.watch(({ offered, ended }) => {
        for (const queue of offered) seen.offered.add(queue);
        for (const taskId of ended) seen.ended.add(taskId);
      });
      await offer(one, { taskId: "s", capability: "work" });
      await complete(one, await claimOne(one, "a"), "good");
      await claim(one, "b");
      await waitFor("both are hinted", () => Promise.resolve(seen.offered.has("work") && seen.ended.has("s")));
      unwatch();
      await claim(one, "b", { load: 0.5 });
      const { capabilities, counts, loads } = await one.figures(10);
      assert.deepEqual(capabilities, { work: ["a", "b"] });
      assert.deepEqual(loads, { work: { a: 0, b: 0.5 } });
      assert.deepEqual([counts["open"], counts["offered"], counts["done"]], [0, 1, 1]);
    },
  },
  {
    name: "five hundred commands turn out as in the book, and leave the same tasks",
    async run(swarm) {
      const { tasks } = await swarm.client();
      const random = createRandom("tasks");
      const book = createTaskBook();
      const tokens = new Map<string, number>();
      const handoffs = new Set<string | undefined>();
      const known: KnownTasks = {
        of: (taskId) => ({ token: tokens.get(taskId) ?? 1, handoff: book.task(taskId)?.handoff ?? null }),
      };
      for (let step = 0; step < 500; step++) {
        // In one millisecond the names would decide who comes first; the book has an instant for each step.
        const before = Date.now();
        await waitFor("the clock has moved", () => Promise.resolve(Date.now() > before));
        const command = anyCommand(random, step, known);
        const [answer, expected] = [await tasks.apply(command), book.apply(command, 1 + step)];
        assert.deepEqual(withoutTimes(answer), withoutTimes(expected), JSON.stringify(command));
        if (answer.kind === "claimed") for (const task of answer.tasks) tokens.set(task.definition.taskId, task.token);
        if ("taskId" in command) handoffs.add(book.task(command.taskId)?.handoff?.state);
        if (answer.kind === "confirmed") tokens.set(answer.task.definition.taskId, answer.task.token);
      }
      const ids = Array.from({ length: 70 }, (_, n) => `t/${n}`);
      const expected = ids.flatMap((taskId) => book.task(taskId) ?? []);
      assert.deepEqual((await tasks.read(ids)).map(timeless), expected.map(timeless));
      for (const state of ["accepted", "rejected", "transferred", "confirmed"] as const)
        assert.ok(handoffs.has(state), `some handoff was ${state}`);
    },
  },
];

/** A task without its times. */
function timeless({ endedAtMs, handoff, ...task }: Task): unknown {
  return { ...task, isOpen: endedAtMs === null, handoff: handoff && { ...handoff, untilMs: 0 } };
}

/** An outcome without what time does to it: when there is more, and the order of those that came at once. */
function withoutTimes(outcome: Awaited<ReturnType<TaskStore["apply"]>>): unknown {
  if (outcome.kind !== "claimed") return outcome;
  const offers = outcome.offers.map(({ leftMs: _, ...offer }) => offer);
  offers.sort((a, b) => (a.taskId < b.taskId ? -1 : 1));
  return { tasks: outcome.tasks, offers, more: outcome.nextInMs !== null };
}

/** The case that a command without its fence fails. */
export const onlyTheHolderCompletes = caseNamed(
  taskCases,
  "only who holds the latest token completes a task, and once (P1)",
);

/** Registers the cases for an implementation. */
export function testTaskStore(open: () => Promise<StoreUnderTest>): void {
  registerCases("TaskStore", taskCases, open);
}
