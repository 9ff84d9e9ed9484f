/**
 * A process that takes, uses, moves and gives back parts of budgets at random, as fast as it is answered, until its
 * standard input ends or it is killed. Some of what it holds it forgets, as a process does that crashes.
 *
 * It writes a line for each hundred commands that were answered.
 */
import { randomUUID } from "node:crypto";
import { createRandom, EntrainError } from "@entrain/kernel";
import { allocationRequest, type BudgetCommand, type Grant } from "@entrain/core/budget";
import { assembleRedisStore } from "@entrain/redis/testing";
import { createSystemClock, systemTimers } from "@entrain/runtime";
import { brokenScripts } from "./broken-scripts.ts";
import { allocatorSettings } from "./allocator-settings.ts";

const { redisUrl, swarmId, seed, budgets, leaseMs, mutation } = allocatorSettings();
const random = createRandom(seed);
const store = assembleRedisStore(
  { redis: redisUrl, swarmId, clock: createSystemClock(), timers: systemTimers, recoveryWindowMs: 200 },
  brokenScripts(mutation),
);
const held: Grant[] = [];
const ending = new AbortController();
process.stdin
  .on("end", () => {
    ending.abort();
  })
  .resume();

const one = <T>(list: readonly T[]): T => list[random.int(list.length)]!;
const amounts = () => ({ credits: 1 + random.int(20), slots: 1 + random.int(5) });

function nextCommand(): BudgetCommand {
  const roll = random.next();
  const grant = held.length === 0 ? undefined : one(held);
  if (grant === undefined || roll < 0.45) {
    const wish = { requestId: randomUUID(), amounts: amounts(), leaseMs, priority: random.int(10) };
    return { kind: "allocate", request: allocationRequest(one(budgets), wish) };
  }
  const { budgetId, allocationId } = grant;
  if (roll < 0.6) return { kind: "extend", budgetId, allocationId, leaseMs };
  if (roll < 0.75) {
    const consumed = { credits: random.int((grant.amounts["credits"] ?? 0) + 1) };
    return { kind: "consume", budgetId, allocationId, consumed };
  }
  if (roll < 0.93) return { kind: "release", budgetId, allocationId };
  return { kind: "transfer", from: one(budgets), to: one(budgets), amounts: amounts(), requestId: randomUUID() };
}

function forget(allocationId: string): void {
  const at = held.findIndex((grant) => grant.allocationId === allocationId);
  if (at >= 0) held.splice(at, 1);
}

await store.connect();
let answered = 0;
while (!ending.signal.aborted) {
  const command = nextCommand();
  try {
    const outcome = await store.budgets.apply(command);
    if (outcome.kind === "granted") held.push(outcome.grant);
    else if ("allocationId" in command && (command.kind === "release" || outcome.kind === "refused"))
      forget(command.allocationId);
    if (held.length > 20) held.shift();
    answered += 1;
    if (answered % 100 === 0) process.stdout.write("100\n");
  } catch (thrown) {
    if (!EntrainError.from(thrown).retryable) throw thrown;
  }
}
await store.close();
