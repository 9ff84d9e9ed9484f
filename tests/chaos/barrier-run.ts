/**
 * Three parties of this process, each with a store of its own over a link of its own, meet at a barrier again and again while
 * a link, then Redis fails. All of their waits are kept and judged.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { BarrierStore } from "@entrain/ports";
import { assembleRedisStore } from "@entrain/redis/testing";
import { createSystemClock, systemTimers, waitAtBarrier } from "@entrain/runtime";
import { waitFor } from "@entrain/testkit/conformance";
import { judgeBarrier, type BarrierWait } from "@entrain/testkit/history";
import { startChaosStore } from "./chaos-store.ts";
import { brokenScripts } from "./workers/broken-scripts.ts";
import type { Mutation } from "./workers/worker-settings.ts";

const parties = ["p0", "p1", "p2"];
const leaseMs = 600;
/** How long a fault lasts: some arrivals run out meanwhile. */
const faultMs = 1.5 * leaseMs;
const requestTimeoutMs = 200;
/** Between two waits of a party, ms. */
const turnMs = 5;
/** Rounds before the next fault. */
const roundsBetween = 10;

/** What a run came to. */
export interface BarrierOutcome {
  readonly rounds: number;
  /** Waits that ended without a token. */
  readonly failed: number;
  readonly violations: readonly string[];
}

/** Runs and judges; with `mutation` one Lua command is broken, and no fault is needed to show it. */
export async function runBarrier(mutation?: Mutation): Promise<BarrierOutcome> {
  await using cleanUp = new AsyncDisposableStack();
  const chaos = cleanUp.use(await startChaosStore("one server", parties));
  const swarmId = `barrier-${randomUUID()}`;
  const stores = parties.map((party) => {
    const options = { redis: chaos.addressOf(party), swarmId, clock: createSystemClock(), timers: systemTimers };
    const limits = { requestTimeoutMs, recoveryWindowMs: leaseMs, silenceMs: 400 };
    const store = assembleRedisStore({ ...options, ...limits }, brokenScripts(mutation));
    cleanUp.defer(() => store.close());
    return store;
  });
  await Promise.all(stores.map((store) => store.connect()));
  const waits: BarrierWait[] = [];
  const ending = new AbortController();
  const works = parties.map((party, index) => meet(party, stores[index]!.barrier("meeting"), waits, ending.signal));
  const roundsSeen = (): number => new Set(waits.flatMap(({ token }) => token ?? [])).size;
  async function someRounds(): Promise<void> {
    const before = roundsSeen();
    await waitFor("rounds to open", () => Promise.resolve(roundsSeen() >= before + roundsBetween), 30_000);
  }
  await someRounds();
  if (mutation === undefined) {
    chaos.linkOf("p0")?.set("no-replies");
    await delay(faultMs);
    chaos.linkOf("p0")?.set("both-ways");
    await someRounds();
    await chaos.redis.kill();
    await chaos.redis.restart();
    await someRounds();
    await chaos.redis.pause();
    await delay(faultMs);
    await chaos.redis.resume();
    await someRounds();
  }
  ending.abort();
  await Promise.all(works);
  const failed = waits.filter(({ token }) => token === undefined).length;
  return { rounds: roundsSeen(), failed, violations: judgeBarrier(waits, parties) };
}

/** Comes to the barrier again and again. */
async function meet(party: string, store: BarrierStore, waits: BarrierWait[], signal: AbortSignal): Promise<void> {
  let highestToken = 0;
  while (!signal.aborted) {
    const calledAt = performance.now();
    const options = { name: "meeting", parties: parties.length, store, timers: systemTimers, leaseMs, highestToken };
    const token = await waitAtBarrier({ ...options, timeoutMs: leaseMs, signal }).catch(() => undefined);
    waits.push({ party, token, calledAt, endedAt: performance.now() });
    highestToken = Math.max(highestToken, token ?? 0);
    await delay(turnMs);
  }
}
