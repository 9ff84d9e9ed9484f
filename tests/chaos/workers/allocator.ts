/**
 * A process that takes, uses, moves and gives back parts of budgets at random, as fast as it is answered, until its
 * standard input ends or it is killed. It goes to Redis, or to coordinators: to the next where one does not answer.
 *
 * What is not answered is sent again as it is, under the same request id; and now and then so is what was answered, as if the
 * answer had been lost: a grant must then be the same one, or that one's end (B3).
 */
import { setTimeout } from "node:timers/promises";
import { createRandom, EntrainError } from "@entrain/kernel";
import type { BudgetCommand, BudgetOutcome } from "@entrain/core/budget";
import type { BudgetStore } from "@entrain/ports";
import { assembleRedisStore } from "@entrain/redis/testing";
import { createBudgetClient } from "@entrain/rpc";
import { createSystemClock, seekGrant, systemTimers } from "@entrain/runtime";
import { createAllocatorMind } from "./allocator-mind.ts";
import { allocatorSettings, type AllocatorLine } from "./allocator-settings.ts";
import { brokenScripts } from "./broken-scripts.ts";

/** Commands in one line of what it writes. */
const perLine = 100;
/** Share of the answers that are treated as lost. */
const lostShare = 0.05;

const { redisUrl, coordinators, swarmId, seed, leaseMs, mutation } = allocatorSettings();
const random = createRandom(seed);
const clock = createSystemClock();
const ending = new AbortController();
process.stdin
  .on("end", () => {
    ending.abort();
  })
  .resume();

type Door = Pick<BudgetStore, "apply" | "watch">;
const closing = new AsyncDisposableStack();

async function openDoors(): Promise<readonly Door[]> {
  if (coordinators.length > 0)
    return coordinators.map((address) => {
      const client = createBudgetClient(address, { swarmId, insecure: false, deadlineMs: 5_000 });
      closing.defer(() => {
        client.close();
      });
      return client.budgets;
    });
  const store = assembleRedisStore(
    { redis: redisUrl, swarmId, clock, timers: systemTimers, recoveryWindowMs: 200 },
    brokenScripts(mutation),
  );
  closing.defer(() => store.close());
  await store.connect();
  return [store.budgets];
}

const doors = await openDoors();
let at = random.int(doors.length);
let line: { -readonly [Name in keyof AllocatorLine]: AllocatorLine[Name] } = freshLine();

function freshLine(): AllocatorLine {
  return { commands: 0, again: 0, repeated: 0, waited: 0, violations: [] };
}

/** Sends a command until it is answered, at the next door where one fails. @throws the abort's reason at the end */
async function send(command: BudgetCommand): Promise<BudgetOutcome> {
  for (;;) {
    ending.signal.throwIfAborted();
    try {
      return await doors[at % doors.length]!.apply(command);
    } catch (thrown) {
      const { retryable, code } = EntrainError.from(thrown);
      if (!retryable) throw thrown;
      line.again += 1;
      if (code !== "recovering") at += 1;
      await setTimeout((code === "recovering" ? 500 : 20) * (1 + random.next()));
    }
  }
}

/** Asks and, where the budget's policy lets it wait, stands in line. */
async function carryOut(command: BudgetCommand): Promise<BudgetOutcome> {
  if (command.kind !== "allocate" || command.request.budgetId !== "line") return send(command);
  let asks = 0;
  const store = {
    apply(asked: BudgetCommand) {
      asks += 1;
      return send(asked);
    },
    watch: doors[at % doors.length]!.watch,
  };
  const { outcome } = await seekGrant({ store, clock, timers: systemTimers, random }, command.request);
  if (asks > 1) line.waited += 1;
  return outcome;
}

/** The same request again, as if its answer had been lost. */
async function repeat(command: BudgetCommand, first: BudgetOutcome): Promise<void> {
  if (command.kind !== "allocate" || first.kind !== "granted") return;
  line.repeated += 1;
  const second = await send(command);
  const { allocationId } = first.grant;
  const isSame =
    second.kind === "granted"
      ? second.grant.allocationId === allocationId
      : second.kind === "refused" && second.refusal.kind === "ended" && second.refusal.allocationId === allocationId;
  const { requestId } = command.request;
  if (!isSame) line.violations = [...line.violations, `B3: ${requestId} was granted, and again ${second.kind}`];
}

const mind = createAllocatorMind(random, leaseMs);
try {
  while (!ending.signal.aborted) {
    const command = mind.next();
    const outcome = await carryOut(command);
    mind.learn(command, outcome);
    if (random.next() < lostShare) await repeat(command, outcome);
    line.commands += 1;
    if (line.commands < perLine) continue;
    process.stdout.write(`${JSON.stringify(line)}\n`);
    line = freshLine();
  }
} catch (thrown) {
  if (!ending.signal.aborted) throw thrown;
}
await closing.disposeAsync();
