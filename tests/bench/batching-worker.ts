/**
 * A process of services that ask an upstream for one item at a time, at a steady pace from one instant on: each alone, in
 * batches of its own, or in those of the whole fleet. Prints how long each item took.
 */
import { setTimeout as delay } from "node:timers/promises";
import { createAgent, type Agent } from "entrain";
import { openLoop } from "./open-loop.ts";

/** How items go upstream. */
export type BatchingMode = "unbatched" | "batched by each" | "batched by the fleet";

/** What a worker is told, as its only argument. */
export interface BatchingTask {
  readonly redis: string;
  readonly swarm: string;
  readonly agentIds: readonly string[];
  readonly mode: BatchingMode;
  readonly upstream: string;
  readonly periodMs: number;
  /** Items of one service. */
  readonly perSecond: number;
  readonly startUnixMs: number;
  readonly forMs: number;
}

/** Its account. */
export interface BatchingAccount {
  readonly tookMs: readonly number[];
  readonly failed: number;
}

const task = JSON.parse(process.argv[2] ?? "{}") as BatchingTask;

async function ask(items: readonly number[], { signal }: { readonly signal?: AbortSignal }): Promise<number[]> {
  const body = JSON.stringify(items);
  const response = await fetch(task.upstream, { method: "POST", body, ...(signal === undefined ? {} : { signal }) });
  return (await response.json()) as number[];
}

function askingOf(agent: Agent): (item: number) => Promise<unknown> {
  if (task.mode === "unbatched") return (item) => ask([item], {});
  const options = { name: "upstream", flush: ask };
  const batcher =
    task.mode === "batched by each"
      ? agent.batcher<number, number>(options)
      : agent.fleetBatcher<number, number>(options);
  return (item) => batcher.add(item);
}

const agents = task.agentIds.map((agentId) => {
  const { redis, swarm, periodMs } = task;
  const agent = createAgent({ swarm, agentId, redis, rhythm: { periodMs } });
  return { agent, asking: askingOf(agent) };
});
await Promise.all(agents.map(({ agent }) => agent.start({ timeoutMs: 20_000 })));
await delay(task.startUnixMs - Date.now());
let failed = 0;
const tookMs: number[] = [];
await openLoop(task.perSecond * agents.length, task.forMs, async (index) => {
  const askedMs = performance.now();
  try {
    await agents[index % agents.length]?.asking(index);
    tookMs.push(performance.now() - askedMs);
  } catch {
    failed += 1;
  }
});
await Promise.all(agents.map(({ agent }) => agent.stop()));
const account: BatchingAccount = { tookMs, failed };
process.stdout.write(JSON.stringify(account));
