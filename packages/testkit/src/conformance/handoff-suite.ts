/** What every TaskStore does with handoffs (P3). */
import assert from "node:assert/strict";
import { queuesFor, taskDefinition, type HeldTask } from "@entrain/core/task";
import type { TaskStore } from "@entrain/ports";
import { caseNamed, registerCases, type ConformanceCase } from "./conformance-case.ts";
import type { StoreUnderTest } from "./store-under-test.ts";
import { waitFor } from "./wait-for.ts";

async function claim(store: TaskStore, agentId: string) {
  const queues = queuesFor(["work"], agentId, false);
  const answer = await store.apply({ kind: "claim", agentId, queues, capabilities: ["work"], max: 1 });
  assert.ok(answer.kind === "claimed");
  return answer;
}

/** A task in the hands of agent a. */
async function heldByA(store: TaskStore, wish: { leaseMs?: number; triesMax?: number } = {}): Promise<HeldTask> {
  await store.apply({ kind: "offer", task: taskDefinition({ taskId: "t", capability: "work", ...wish }) });
  return (await claim(store, "a")).tasks[0]!;
}

const hand = (store: TaskStore, { token }: HeldTask, to = "b", forMs = 60_000) =>
  store.apply({ kind: "hand", taskId: "t", token, to, reason: "load", forMs });
const answer = (store: TaskStore, agentId: string, accepted: boolean, number = 1) =>
  store.apply({ kind: "answer", taskId: "t", number, agentId, accepted, cause: accepted ? "" : "no hand free" });
const transfer = (store: TaskStore, { token }: HeldTask, number = 1) =>
  store.apply({ kind: "transfer", taskId: "t", token, number, carry: { done: 3 } });
const confirm = (store: TaskStore, agentId: string, number = 1) =>
  store.apply({ kind: "confirm", taskId: "t", number, agentId });
const complete = (store: TaskStore, token: number) =>
  store.apply({ kind: "complete", taskId: "t", token, result: "good" });

const over = { kind: "handoff-over" };

/** The cases; each gets a swarm of its own. */
export const handoffCases: readonly ConformanceCase<StoreUnderTest>[] = [
  {
    name: "a task passes from its holder to another, who gets what was handed over, and alone may finish it (P3)",
    async run(swarm) {
      const { tasks } = await swarm.client();
      const held = await heldByA(tasks);
      assert.deepEqual(await hand(tasks, held), { kind: "handing", number: 1 });
      const [offer] = (await claim(tasks, "b")).offers;
      assert.deepEqual([offer?.taskId, offer?.from, offer?.reason, offer?.state], ["t", "a", "load", "offered"]);
      assert.deepEqual(await answer(tasks, "b", true), { kind: "answered" });
      assert.equal((await tasks.apply({ kind: "renew", taskId: "t", token: held.token })).kind, "renewed", "still a's");
      assert.deepEqual(await transfer(tasks, held), { kind: "transferred" });
      assert.deepEqual(await transfer(tasks, held), { kind: "transferred" }, "the answer may have been lost");
      assert.deepEqual(await complete(tasks, held.token), { kind: "lost", state: "running" });
      assert.equal((await claim(tasks, "b")).offers[0]?.state, "transferred");
      const confirmed = await confirm(tasks, "b");
      assert.ok(confirmed.kind === "confirmed");
      assert.deepEqual(confirmed.task.handedOver, { from: "a", reason: "load", carry: { done: 3 } });
      assert.deepEqual(await confirm(tasks, "b"), over, "its token is given once");
      assert.deepEqual((await claim(tasks, "b")).offers, []);
      assert.deepEqual(await complete(tasks, confirmed.task.token), { kind: "done" });
      const [task] = await tasks.read(["t"]);
      assert.deepEqual([task?.holder, task?.tries, task?.handoff?.state], ["b", 1, "confirmed"]);
    },
  },
  {
    name: "what is rejected, too late, withdrawn or another agent's changes no owner",
    async run(swarm) {
      const { tasks } = await swarm.client();
      const held = await heldByA(tasks);
      await hand(tasks, held);
      assert.deepEqual(await answer(tasks, "c", true), over);
      assert.deepEqual(await transfer(tasks, held), over, "nobody has accepted it");
      assert.deepEqual(await answer(tasks, "b", false), { kind: "answered" });
      assert.equal((await tasks.read(["t"]))[0]?.handoff?.cause, "no hand free");
      assert.deepEqual(await transfer(tasks, held), over);
      await hand(tasks, held);
      assert.deepEqual(await answer(tasks, "b", true, 1), over, "another offer is in force");
      await answer(tasks, "b", true, 2);
      await hand(tasks, held, "c");
      assert.deepEqual(await answer(tasks, "c", true, 3), { kind: "answered" });
      assert.deepEqual(await transfer(tasks, held, 2), over, "the third offer has succeeded it");
      assert.deepEqual((await claim(tasks, "b")).offers, []);
      await hand(tasks, held, "c", 50);
      await answer(tasks, "c", true, 4);
      await waitFor("the offer is over", async () => {
        const [task] = await tasks.read(["t"]);
        return Date.now() > (task?.handoff?.untilMs ?? Infinity) + 5;
      });
      assert.deepEqual(await transfer(tasks, held, 4), over);
      assert.deepEqual(await confirm(tasks, "c", 4), over);
      assert.deepEqual(await complete(tasks, held.token), { kind: "done" });
    },
  },
  {
    name: "a transfer that nobody confirms goes back to its line with what was handed over, even after the last try",
    async run(swarm) {
      const { tasks } = await swarm.client();
      const held = await heldByA(tasks, { leaseMs: 100, triesMax: 1 });
      await hand(tasks, held);
      await answer(tasks, "b", true);
      assert.deepEqual(await transfer(tasks, held), { kind: "transferred" });
      const found: HeldTask[] = [];
      await waitFor("the lease is over", async () => {
        found.push(...(await claim(tasks, "c")).tasks);
        return found.length > 0;
      });
      assert.deepEqual(found[0]?.handedOver?.carry, { done: 3 });
      assert.deepEqual(await confirm(tasks, "b"), over);
      assert.deepEqual(await complete(tasks, held.token), { kind: "lost", state: "running" });
    },
  },
  {
    name: "a holder that vanishes leaves no offer behind",
    async run(swarm) {
      const { tasks } = await swarm.client();
      const held = await heldByA(tasks, { leaseMs: 100 });
      await hand(tasks, held);
      const found: HeldTask[] = [];
      await waitFor("the lease is over", async () => {
        found.push(...(await claim(tasks, "c")).tasks);
        return found.length > 0;
      });
      assert.deepEqual(await answer(tasks, "b", true), over);
      assert.deepEqual((await claim(tasks, "b")).offers, []);
      assert.equal(found[0]?.handedOver, null);
      assert.deepEqual(await hand(tasks, held), { kind: "lost", state: "running" });
    },
  },
];

/** The case that a transfer without its fences fails. */
export const onlyWhatIsAcceptedIsTransferred = caseNamed(
  handoffCases,
  "what is rejected, too late, withdrawn or another agent's changes no owner",
);

/** Registers the cases for an implementation. */
export function testHandoffs(open: () => Promise<StoreUnderTest>): void {
  registerCases("TaskStore's handoffs", handoffCases, open);
}
