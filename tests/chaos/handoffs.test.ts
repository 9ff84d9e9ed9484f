/** Both sides of a handoff die before and after each of its messages: the task is done once, and never in two hands (P3). */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createRandom } from "@entrain/kernel";
import { taskDefinition, type TaskCommand } from "@entrain/core/task";
import type { TaskStore } from "@entrain/ports";
import { createRedisStore, type RedisStore } from "@entrain/redis";
import { createCapabilityWorker, createSystemClock, systemTimers, type TaskContext } from "@entrain/runtime";
import { waitFor } from "@entrain/testkit/conformance";
import { openStoreLab, type StoreLab } from "@entrain/testkit/store-lab";

let lab: StoreLab<RedisStore>;
before(async () => {
  lab = await openStoreLab(createRedisStore);
});
after(() => lab[Symbol.asyncDispose]());

type Message = Extract<TaskCommand["kind"], "hand" | "answer" | "transfer" | "confirm">;
interface Death {
  readonly message: Message;
  readonly when: "before" | "after";
}
/** Who sends which message. */
const senders: Readonly<Record<Message, "giver" | "taker">> = {
  hand: "giver",
  answer: "taker",
  transfer: "giver",
  confirm: "taker",
};

/** The store as a process sees it that dies at a message. */
function mortal(tasks: TaskStore, death: Death | undefined, onDeath: () => void): TaskStore {
  let dead = false;
  const gone = (): Promise<never> => Promise.reject(new Error("this process is dead"));
  return {
    ...tasks,
    read: (taskIds) => (dead ? gone() : tasks.read(taskIds)),
    figures: (deadMax) => (dead ? gone() : tasks.figures(deadMax)),
    async apply(command) {
      if (dead) return gone();
      if (command.kind !== death?.message) return tasks.apply(command);
      dead = true;
      onDeath();
      if (death.when === "after") await tasks.apply(command);
      return gone();
    },
  };
}

/** Who works on the task, from when until when. */
function createShifts() {
  const shifts: { readonly who: string; readonly fromMs: number; untilMs: number }[] = [];
  const end = (who: string): void => {
    const open = shifts.findLast((shift) => shift.who === who);
    if (open !== undefined) open.untilMs = Math.min(open.untilMs, performance.now());
  };
  return {
    begin(who: string, signal: AbortSignal): void {
      shifts.push({ who, fromMs: performance.now(), untilMs: Infinity });
      signal.addEventListener("abort", () => {
        end(who);
      });
    },
    end,
    overlaps: () =>
      shifts.flatMap((one, at) =>
        shifts
          .slice(at + 1)
          .filter((other) => one.fromMs < other.untilMs && other.fromMs < one.untilMs)
          .map((other) => `${one.who} and ${other.who}`),
      ),
    who: () => shifts.map(({ who }) => who),
  };
}

interface Half {
  readonly next: number;
  readonly sum: number;
}

function sumFrom(next: number, until: number, sum: number): number {
  return next > until ? sum : sumFrom(next + 1, until, sum + next);
}

/** Sums 1 to 10: the giver hands over after 5, and whoever gets it goes on from there. */
async function sumByTwo(death: Death | undefined) {
  await using swarm = lab.swarm();
  const store = await swarm.client();
  const shifts = createShifts();
  const begun = Promise.withResolvers<undefined>();
  const dead = new Set<string>();

  async function sum(who: string, context: TaskContext): Promise<number> {
    begun.resolve(undefined);
    if (dead.has(who)) throw new Error("this process is dead");
    shifts.begin(who, context.signal);
    const half = (context.handedOver?.carry ?? { next: 1, sum: 0 }) as unknown as Half;
    if (who !== "giver" || half.next > 1) return sumFrom(half.next, 10, half.sum);
    const carry = { next: 6, sum: sumFrom(1, 5, 0) };
    shifts.end(who);
    try {
      return await context.handOff({ reason: "load", to: "taker", carry, withinMs: 600 });
    } catch (thrown) {
      if (context.signal.aborted || dead.has(who)) throw thrown;
      shifts.begin(who, context.signal);
      return sumFrom(carry.next, 10, carry.sum);
    }
  }

  const workers = ["giver", "taker", "third"].map((who) => {
    const dies = death !== undefined && senders[death.message] === who ? death : undefined;
    const tasks = mortal(store.tasks, dies, () => {
      dead.add(who);
      shifts.end(who);
    });
    const around = { clock: createSystemClock(), timers: systemTimers, events: () => undefined };
    return createCapabilityWorker(
      { ...around, store: tasks, random: createRandom(who), agentId: who, isLeader: () => false },
      {
        ...{ name: "sum", concurrency: 1, checkInput: () => undefined, checkResult: () => undefined },
        handler: (_, context) => sum(who, context),
      },
    );
  });
  const [giver, taker, third] = workers;
  giver?.start();
  await store.tasks.apply({
    kind: "offer",
    task: taskDefinition({ taskId: "t", capability: "sum", leaseMs: 400, triesMax: 3 }),
  });
  await begun.promise;
  taker?.start();
  third?.start();
  await waitFor("the task is over", async () => (await store.tasks.read(["t"]))[0]?.endedAtMs !== null, 20_000);
  const [task] = await store.tasks.read(["t"]);
  const { counts } = await store.tasks.figures(0);
  await Promise.all(workers.map((worker) => worker.stop(0)));
  return { task, counts, shifts, died: dead.size > 0 };
}

describe("a handoff", () => {
  test("without a death the second half is the taker's", async () => {
    const { task, shifts } = await sumByTwo(undefined);
    assert.deepEqual([task?.result, task?.holder, task?.tries], [55, "taker", 1]);
    assert.deepEqual(shifts.who(), ["giver", "taker"]);
    assert.deepEqual(shifts.overlaps(), []);
  });

  for (const message of ["hand", "answer", "transfer", "confirm"] as const)
    for (const when of ["before", "after"] as const)
      test(`whose ${senders[message]} dies ${when} the ${message} is done once, and never in two hands`, async () => {
        const { task, counts, shifts, died } = await sumByTwo({ message, when });
        assert.ok(died, "it died");
        assert.deepEqual([task?.state, task?.result, counts["done"]], ["done", 55, 1], task?.cause ?? "");
        assert.deepEqual(shifts.overlaps(), []);
      });
});
