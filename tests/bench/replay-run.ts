/**
 * Replays recorded telemetry through agents in processes of their own, and tells what they did: with the same file it must be the same
 * from run to run, and the same for all of them.
 */
import { randomUUID } from "node:crypto";
import path from "node:path";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import type { ReplayedAct, ReplayTask } from "./replay-worker.ts";
import { startLineWorker } from "./worker-lines.ts";

/** What one replay came to. */
export interface ReplayOutcome {
  /** "incident action" of each agent, sorted, once each. */
  readonly deeds: readonly (readonly string[])[];
  readonly acts: number;
  readonly safeAlone: number;
  readonly tookMs: number;
}

const main = path.join(import.meta.dirname, "replay-worker.ts");
/** From the order to the first row: longer than a pipe takes, ms. */
const leadMs = 500;

/** One replay over a Redis of its own. */
export async function replayOnce(
  wish: Pick<ReplayTask, "file" | "speed" | "cooldownMs"> & { readonly agents: number },
): Promise<ReplayOutcome> {
  const { agents, ...replay } = wish;
  await using server = await acquireTestRedis();
  const swarmId = `replay-${randomUUID()}`;
  const workers = Array.from({ length: agents }, (_, index) =>
    startLineWorker(main, {
      ...{ ...replay, url: server.url, swarmId, agentId: `a${index}`, writes: index === 0 },
    } satisfies ReplayTask),
  );
  await Promise.all(workers.map((worker) => worker.next()));
  const startUnixMs = Date.now() + leadMs;
  const acts = await Promise.all(
    workers.map(async (worker) => {
      worker.tell(String(startUnixMs));
      return JSON.parse(await worker.next()) as readonly ReplayedAct[];
    }),
  );
  return {
    deeds: acts.map((each) => [...new Set(each.map(({ incidentId, action }) => `${incidentId} ${action}`))].sort()),
    acts: acts.flat().length,
    safeAlone: acts.flat().filter(({ source }) => source === "safe-alone").length,
    tookMs: Date.now() - startUnixMs,
  };
}

/** What differs, each a sentence: between agents of a replay, and between replays. */
export function differencesOf(replays: readonly ReplayOutcome[]): readonly string[] {
  const told = replays.flatMap(({ deeds }, run) =>
    deeds.map((each, agent) => ({ each, who: `run ${run + 1}, a${agent}` })),
  );
  const [first, ...others] = told;
  if (first === undefined) return [];
  return others.flatMap(({ each, who }) => [
    ...first.each.filter((deed) => !each.includes(deed)).map((deed) => `${deed}: ${first.who}, but not ${who}`),
    ...each.filter((deed) => !first.each.includes(deed)).map((deed) => `${deed}: ${who}, but not ${first.who}`),
  ]);
}
