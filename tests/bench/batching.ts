/** Fifty services that ask one upstream: alone, each in batches of its own, and all in one batch of the fleet a beat. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { quantile } from "@entrain/core/rhythm";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import type { BatchingAccount, BatchingMode, BatchingTask } from "./batching-worker.ts";
import { distribution, single, type Peer } from "./figure.ts";
import type { Suite } from "./suite.ts";

const suite = "batching";
const services = 50;
const processes = 5;
const periodMs = 200;
/** Of one service. */
const perSecond = 10;
const forMs = 15_000;
/** For the agents to be there and to beat together. */
const leadMs = 15_000;
/** What the upstream takes for a call, however many items it has. */
const upstreamMs = 5;

/** An upstream that counts its calls. */
async function openUpstream() {
  const seen = { calls: 0, items: 0 };
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part: string) => (body += part));
    request.on("end", () => {
      const items = JSON.parse(body) as number[];
      seen.calls += 1;
      seen.items += items.length;
      setTimeout(() => response.end(JSON.stringify(items)), upstreamMs);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    seen,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function runWorker(task: BatchingTask): Promise<BatchingAccount> {
  const main = path.join(import.meta.dirname, "batching-worker.ts");
  const child = spawn(process.execPath, [main, JSON.stringify(task)], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`a worker ended with ${code}`);
  return JSON.parse(text) as BatchingAccount;
}

interface Outcome {
  readonly calls: number;
  readonly items: number;
  readonly failed: number;
  readonly tookMs: readonly number[];
}

async function measureMode(redis: string, mode: BatchingMode): Promise<Outcome> {
  await using upstream = await openUpstream();
  const ids = Array.from({ length: services }, (_, index) => `service-${index}`);
  const each = services / processes;
  const shared = { redis, swarm: `bench-${randomUUID()}`, mode, upstream: upstream.url, periodMs, perSecond, forMs };
  const startUnixMs = Date.now() + leadMs;
  const accounts = await Promise.all(
    Array.from({ length: processes }, (_, index) =>
      runWorker({ ...shared, startUnixMs, agentIds: ids.slice(index * each, (index + 1) * each) }),
    ),
  );
  return {
    ...upstream.seen,
    failed: accounts.reduce((sum, { failed }) => sum + failed, 0),
    tookMs: accounts.flatMap(({ tookMs }) => tookMs),
  };
}

/** The suite. */
export const batchingSuite: Suite = {
  name: suite,
  about:
    "Fifty services (agents of the library in 5 processes, beating together every 200 ms) that ask an upstream for 10 items " +
    "a second each: one call an item, one call a beat of each service, and one call a beat of the fleet. What is added to " +
    "the latency is mostly the wait for the beat, half a period on average.",
  async *measure(say) {
    await using redis = await acquireTestRedis();
    const conditions = `${services} services, ${perSecond} items/s each, period ${periodMs} ms, ${forMs / 1_000} s`;
    let calls: Peer | undefined;
    let latency: Peer | undefined;
    for (const mode of ["unbatched", "batched by each", "batched by the fleet"] as const) {
      say(`${services} services ${mode}`);
      const outcome = await measureMode(redis.url, mode);
      if (outcome.failed > 0) throw new Error(`${mode}: ${outcome.failed} items failed`);
      const perSecondUp = (outcome.calls * 1_000) / forMs;
      const named = { suite, conditions };
      yield single({ ...named, name: `upstream calls, ${mode}`, unit: "calls/s" }, perSecondUp, outcome.calls, calls);
      yield distribution({ ...named, name: `latency of an item, ${mode}`, unit: "ms" }, outcome.tookMs, latency);
      calls ??= { name: "unbatched", p50: perSecondUp };
      latency ??= { name: "unbatched", p50: quantile(outcome.tookMs, 0.5) ?? 0 };
    }
  },
};
